"""Gets documents and starts them: requests, parsing, fallback, the application error."""

import itertools
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urldefrag, urljoin, urlsplit

from phone_network import documents, twiml
from phone_network import messages as m
from phone_network.errors import (
    INVALID_URL,
    SCHEMA_WARNING,
    TOO_MANY_REDIRECTS,
    DocumentError,
)
from phone_network.playing import Player, cues
from phone_network.rules import Rules
from phone_network.states import Fetching, Outcome, Playing, State
from phone_network.twiml import Element
from phone_network.verbs import Place

APPLICATION_ERROR: Final = "We are sorry. An application error has occurred. Goodbye."
MOMENT: Final = timedelta(milliseconds=100)  # what takes less took no time


def request_method(text: str) -> str:
    """Give GET or, for everything else, POST."""
    return "GET" if text.strip().upper() == "GET" else "POST"


class Runner(ABC):
    """One document after the other. `over` is true once nothing more will come of it."""

    def __init__(
        self,
        rules: Rules,
        *,
        answered: bool = False,
        fallback: m.Source | None = None,
        place: Place = Place.CALL,
        tokens: Iterator[int] | None = None,
    ) -> None:
        self.over = False
        self.outcome: Outcome | None = None
        self._rules = rules
        self._answered = answered
        self._fallback = fallback
        self._place = place
        self._tokens = tokens if tokens is not None else itertools.count(1)
        self._state: State | None = None
        self._source = m.Source()
        self._base = ""
        self._verbs: Iterator[Element] = iter(())
        self._first = True
        self._in_fallback = False
        self._began: datetime | None = None
        self._instant = 0
        self._out: list[m.Action] = []
        self._now = datetime.min  # noqa: DTZ901 -- replaced by the first event's time

    def _load(
        self,
        source: m.Source,
        parameters: Mapping[str, str] | None = None,
        purpose: m.Purpose | None = None,
    ) -> None:
        """Request a document, or run it at once where it was handed in."""
        if self._took_time():
            self._instant = 0
        self._instant += 1
        if self._instant > self._rules.max_instant_documents:
            self._instant = 0
            self._in_fallback = True  # its fallback would go round as well
            self._fail(TOO_MANY_REDIRECTS, "Documents follow each other without end.", source.url)
            return
        self._source = source
        self._in_fallback = purpose is m.Purpose.FALLBACK
        if source.twiml is not None:
            self._run_inline(source.twiml)
            return
        if purpose is None:
            purpose = m.Purpose.DOCUMENT if self._place is Place.CALL else m.Purpose.WAIT
        token = next(self._tokens)
        self._state = Fetching(token, purpose)
        self._out.append(
            m.Fetch(token, source.url, request_method(source.method), purpose, parameters or {})
        )

    def _document_came(self, event: m.Fetched) -> None:
        self._base = urldefrag(event.url).url
        try:
            root = documents.read(self._base, event.content_type, event.body)
        except DocumentError as error:
            self._fail(error.code, error.message, self._base, error.line, error.column)
        else:
            self._run(root)

    def _run_inline(self, text: str) -> None:
        self._base = ""
        try:
            root = twiml.parse(text)
        except DocumentError as error:
            self._fail(error.code, error.message, "", error.line, error.column)
        else:
            self._run(root)

    def _run(self, root: Element) -> None:
        try:
            findings = documents.check(root, self._place, self._rules)
        except DocumentError as error:
            self._fail(error.code, error.message, self._base, error.line, error.column)
            return
        for each in findings:
            self._warned(each.code, each.message, each.line, each.column)
        self._began = self._now
        self._verbs = iter(root.children)
        self._next()

    def _fail(
        self, code: int, message: str, url: str, line: int | None = None, column: int | None = None
    ) -> None:
        """Let the fallback take over after a failure, else apologise and end."""
        self._out.append(m.Warned(code, message, fatal=True, url=url, line=line, column=column))
        self._state = None
        if self._place is not Place.CALL:
            self.outcome = Outcome.FAILED
        elif self._fallback is not None and not self._in_fallback:
            parameters = {"ErrorCode": str(code), "ErrorUrl": url}
            self._load(self._fallback, parameters, m.Purpose.FALLBACK)
        else:
            self._answer()
            say = documents.one("Say", APPLICATION_ERROR).children[0]
            player = Player(self._tokens, cues(say, self._rules.speaker, 0))
            self._state = Playing(player, last=True)
            self._out.extend(player.step() or [])

    def _resolve(self, reference: str) -> str:
        """Make a URL absolute against the current document; '' means that document."""
        url = self._base
        try:
            url = urljoin(self._base, reference.strip()) if reference.strip() else self._base
            parts = urlsplit(url)
            valid = parts.scheme in {"http", "https"} and bool(parts.hostname)
        except ValueError:
            valid = False
        if not valid:
            what = reference.strip() or "empty"
            raise DocumentError(
                INVALID_URL, f"The URL {what!r} is not absolute, nor is its document's."
            )
        return url

    def _took_time(self) -> bool:
        """Whether any time has passed since the current document began to run."""
        return self._began is None or self._now - self._began >= MOMENT

    @abstractmethod
    def _next(self) -> None:
        """Run the document's verbs from where it stands."""

    def _warn(self, element: Element, message: str) -> None:
        self._warned(SCHEMA_WARNING, message, element.line, element.column)

    def _warned(self, code: int, message: str, line: int, column: int) -> None:
        warned = m.Warned(code, message, fatal=False, url=self._base, line=line, column=column)
        self._out.append(warned)

    def _answer(self) -> None:
        if not self._answered:
            self._answered = True
            self._out.append(m.Answer())
