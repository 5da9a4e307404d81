"""Carries a plan out, one change after the other, and says what was done where it stops."""

import os
from collections.abc import Callable
from pathlib import Path

from activation_line.carrier.account import NewKey, TwilioAccount
from activation_line.carrier.plan import Change, Kind, Plan
from activation_line.carrier.trouble import CarrierError


class ApplyError(CarrierError):
    """A change failed. `done` and `left` name the others, in order."""

    def __init__(
        self, error: CarrierError, failed: Change, done: list[Change], left: list[Change]
    ) -> None:
        self.done, self.left = tuple(done), tuple(left)
        super().__init__(
            f"{error}\nStopped at: {describe(failed)}.\n"
            f"Done: {_list(done)}. Not done: {_list([failed, *left])}.\n"
            "Mend the cause and apply again: what is done is not done twice."
        )


def carry_out(
    account: TwilioAccount,
    plan: Plan,
    secret_file: Path,
    say: Callable[[str], object],
) -> None:
    """Do every change of the plan. Raises `ApplyError` at the first that fails."""
    done: list[Change] = []
    for change in plan.changes:
        try:
            _do(account, change, secret_file, say)
        except CarrierError as error:
            left = list(plan.changes[len(done) + 1 :])
            raise ApplyError(error, change, done, left) from error
        done.append(change)
        say(f"Done: {describe(change)}.")


def describe(change: Change) -> str:
    """A change in a few words."""
    return f"{change.kind} {change.name}"


def _do(
    account: TwilioAccount, change: Change, secret_file: Path, say: Callable[[str], object]
) -> None:
    match change.kind:
        case Kind.MAKE_APPLICATION:
            account.make_application(change.name, change.values)
        case Kind.SET_APPLICATION:
            account.set_application(change.sid, change.values)
        case Kind.BUY_NUMBER:
            account.buy_number(change.name, change.values)
        case Kind.SET_NUMBER:
            account.set_number(change.sid, change.values)
        case Kind.MAKE_KEY:
            keep(lambda: account.make_key(change.name), secret_file, say)


def keep(make: Callable[[], NewKey], file: Path, say: Callable[[str], object]) -> None:
    """Make a key and write its secret, for its owner alone; the file comes first.

    A secret that could not be written would be lost, so no key is made where the file can't be.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise CarrierError(
            f"The API key's secret can't be written to {file} ({error.strerror}): move that file "
            "away, or name another with --secret-file."
        ) from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        try:
            key = make()
        except BaseException:
            file.unlink()
            raise
        opened.write(f"{key.secret}\n")
    say(
        f"The secret of the API key {key.sid} is in {file}, and nowhere else. Set\n"
        f"  ACTIVATION_LINE_TWILIO_API_KEY_SID={key.sid}\n"
        f"  ACTIVATION_LINE_TWILIO_API_KEY_SECRET_FILE={file}\n"
        "and restart `serve`."
    )


def _list(changes: list[Change]) -> str:
    return ", ".join(describe(change) for change in changes) or "nothing"
