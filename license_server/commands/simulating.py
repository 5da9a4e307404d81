"""The verb `simulate`, for trainers."""

import click

from license_server import health, simulate
from license_server.commands.setting import Setting, UnusableError, as_json, console, show, told

_CHOICES = [*(what.value for what in simulate.What), "undo"]


@click.command("simulate")
@click.argument("what", type=click.Choice(_CHOICES))
@click.option("--yes", is_flag=True, help="This server is for training; change it.")
@as_json
@click.pass_obj
def simulation(setting: Setting, what: str, *, yes: bool, as_json: bool) -> None:
    """Bring about what makes a server ask for a new ID. For trainers; `undo` puts it back.

    Without --yes, or --demo before the verb, nothing is done.
    """
    if not (yes or setting.is_demo or what == "undo"):
        raise UnusableError(
            f"simulate {what} really changes this license server, for training: say --yes "
            "if this one may be changed. license-server simulate undo puts it back."
        )
    now = setting.clock()
    with told(as_json=as_json):
        if what == "undo":
            ended = simulate.undo(setting.data, now)
            sentence = f"The simulation {ended} is undone."
        else:
            chosen = simulate.What(what)
            simulate.begin(setting.data, chosen, now)
            sentence = chosen.sentence
        found = health.note(setting.data, now)
    if as_json:
        show({"simulation": what, "state": found.state, "sentence": sentence})
        return
    screen = console()
    screen.say(sentence)
    screen.line(f"State: {found.state.word}.")
    if what != "undo":
        screen.line("This is a simulation for training: license-server simulate undo puts it back.")
