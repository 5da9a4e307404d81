"""Takes the keys of a TOML table with their types, and says where what is wrong stands."""

from typing import Any, TypeVar
from urllib.parse import urlsplit

from phone_network.errors import SettingsError

T = TypeVar("T")


class Table:
    """One table of the file: takes keys out with their type and complains about the rest."""

    def __init__(self, where: str, values: Any) -> None:  # noqa: ANN401 -- tomllib gives Any
        if not isinstance(values, dict):
            raise SettingsError(f"{where} has to be a table.")
        self.where = where
        self._values: dict[str, Any] = dict(values)

    def fail(self, key: str, what: str) -> SettingsError:
        """Make the error that says what is wrong with a key."""
        return SettingsError(f"{self.where}: {key} {what}.")

    def take(self, key: str, kind: type[T], default: T) -> T:
        """Take a value of one type."""
        value = self._values.pop(key, default)
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.fail(key, f"has to be of type {kind.__name__}")
        return value

    def choice(self, key: str, among: tuple[str, ...]) -> str:
        """Take one of a few words; the first is the usual one."""
        value = self.take(key, str, among[0])
        if value not in among:
            raise self.fail(key, f"has to be one of {', '.join(among)}")
        return value

    def url(self, key: str) -> str:
        """Take an absolute http(s) URL, or ''."""
        value = self.take(key, str, "")
        return check_url(value, f"{self.where}: {key}") if value else ""

    def method(self, key: str) -> str:
        """Take GET or POST; POST without."""
        value = self.take(key, str, "POST").upper()
        if value not in {"GET", "POST"}:
            raise self.fail(key, "has to be GET or POST")
        return value

    def rest(self) -> None:
        """Refuse whatever was not taken."""
        if self._values:
            names = ", ".join(sorted(self._values))
            raise SettingsError(f"{self.where}: there is no setting named {names}.")


def check_url(url: str, where: str) -> str:
    """Return an absolute http(s) URL or raise `SettingsError`."""
    try:
        parts = urlsplit(url)
        valid = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid:
        raise SettingsError(f"{where} has to be an absolute http or https URL, not {url!r}.")
    return url
