"""Logs: one line for each thing worth knowing, for people or as JSON, and never what was keyed.

Everybody logs by the standard library; structlog adds what is bound to the request in hand (the
call's SID, the case number, the request's id) and renders. Of an exception its type and place are
shown, never its message, in which a driver would quote what it was given.
"""

import logging
import re
import sys
from traceback import format_tb
from types import TracebackType
from typing import Final

import structlog
from structlog.types import EventDict, Processor, WrappedLogger

OURS: Final = (
    "activation_line",
    "agent_console",
    "clearinghouse",
    "ivr",
    "licensing_site",
    "switchboard",
)
# Two groups of digits or more, however they are parted, and product keys. Identifiers in which
# letters and digits mix are none.
CODES: Final = re.compile(
    r"""(?<![0-9A-Za-z]) (?:
        \d{5} (?:[-\s"',]{0,4}\d{5})+
      | [0-9A-HJKMNP-TV-Z]{5} (?:-[0-9A-HJKMNP-TV-Z]{5}){4}
    ) (?![0-9A-Za-z])""",
    re.VERBOSE,
)
HIDDEN: Final = "[code]"
ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def log_to_stderr(form: str) -> None:
    """Let every logger of this process write to stderr: `form` is `json` or `text`."""
    structlog.configure(cache_logger_on_first_use=True)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter(form))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.INFO)


def formatter(form: str) -> logging.Formatter:
    """What turns a record into its line."""
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ExtraAdder(),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _show_place,
            _hide_codes,
            renderer,
        ],
    )


def _show_place(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Replace an exception by its type, its causes' types, and where it was raised."""
    exc_info: ExcInfo | None = event.pop("exc_info", None)
    if not isinstance(exc_info, tuple) or exc_info[1] is None:
        return event
    kinds: list[str] = []
    error: BaseException | None = exc_info[1]
    while error is not None:
        kinds.append(type(error).__qualname__)
        error = error.__cause__
    event["exception"] = " from ".join(kinds)
    event["where"] = "".join(format_tb(exc_info[2]))
    return event


def _hide_codes(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """The last line of defence: no code passes, whatever somebody logs one day."""
    event["event"] = CODES.sub(HIDDEN, str(event["event"]))
    return event
