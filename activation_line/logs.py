"""Logs: one line for each thing worth knowing, for people or as JSON, and never what was keyed.

Everybody logs by the standard library; structlog adds what is bound to the request in hand (the
call's SID, the case number, the request's id) and renders. Of an exception its type and place are
shown, never its message, in which a driver would quote what it was given.
"""

import logging
import re
import sys
from contextvars import ContextVar
from traceback import format_tb
from types import TracebackType
from typing import Final, TextIO

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

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
      | [0-9A-HJKMNP-TV-Z]{5} (?:-?[0-9A-HJKMNP-TV-Z]{5}){4}
    ) (?![0-9A-Za-z])""",
    re.VERBOSE,
)
HIDDEN: Final = "[code]"
# The request and the call in hand. Plain variables: structlog's own binding costs thirty times as
# much, in every turn.
REQUEST: Final = ContextVar("request", default="")
CALL: Final = ContextVar("call", default="")
BOUND: Final = (("request", REQUEST), ("call", CALL))
ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def log_to_stderr(form: str) -> None:
    """Let every logger of this process write to stderr: `form` is `json` or `text`."""
    log_to(sys.stderr, form)


def log_to(stream: TextIO, form: str) -> None:
    """Let every logger of this process write there."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter(form))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.INFO)
    structlog.configure(
        processors=[
            _bind,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *_last(form),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=True,
    )


def turn_log() -> FilteringBoundLogger | None:
    """The logger of turns, which costs half of the standard library's; None before set up."""
    if not structlog.is_configured():
        return None
    log: FilteringBoundLogger = structlog.get_logger()
    return log


def formatter(form: str) -> logging.Formatter:
    """What turns a record of the standard library's into its line."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            _bind,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_last(form)],
    )


def _last(form: str) -> list[Processor]:
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    return [_show_place, _hide_codes, renderer]


def _bind(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Say which request and which call the line belongs to."""
    for name, variable in BOUND:
        if value := variable.get():
            event[name] = value
    return event


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
