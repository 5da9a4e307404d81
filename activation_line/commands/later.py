"""Groups of commands that are imported when one of them is asked for: help has to come at once."""

from importlib import import_module

import click


class Later(click.Group):
    """A group whose commands stand in another module, as that module's `commands`."""

    def __init__(self, name: str, purpose: str) -> None:
        super().__init__(name, help=purpose)
        self._module = f"{__package__}.{name}"

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands, in the order of their module."""
        return list(self._loaded().list_commands(ctx))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Find a command."""
        return self._loaded().get_command(ctx, cmd_name)

    def _loaded(self) -> click.Group:
        group = import_module(self._module).commands
        if not isinstance(group, click.Group):
            raise TypeError(f"{self._module}.commands is no group of commands.")
        return group
