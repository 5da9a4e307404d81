"""Who is registered at which address: telephones at numbers, devices at `client:identity`."""

from phone_network.calls import Line
from phone_network.settings import plain_number


class Lines:
    """Registrations; several lines at one address ring together."""

    def __init__(self) -> None:
        self._at: dict[str, list[Line]] = {}

    def register(self, address: str, line: Line) -> str:
        """Put a line at an address and give the address in its plain form."""
        address = plain_number(address)
        lines = self._at.setdefault(address, [])
        if line not in lines:
            lines.append(line)
        return address

    def unregister(self, address: str, line: Line) -> None:
        """Take a line off an address."""
        lines = self._at.get(plain_number(address), [])
        if line in lines:
            lines.remove(line)

    def remove(self, line: Line) -> None:
        """Take a line off every address."""
        for lines in self._at.values():
            if line in lines:
                lines.remove(line)

    def at(self, address: str) -> tuple[Line, ...]:
        """Give the lines at an address."""
        return tuple(self._at.get(plain_number(address), ()))

    def addresses(self) -> tuple[str, ...]:
        """List the addresses at which somebody is registered."""
        return tuple(sorted(address for address, lines in self._at.items() if lines))
