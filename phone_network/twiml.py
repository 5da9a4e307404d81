"""Parse TwiML safely: no document type, no entities, bounded size and depth.

The tree keeps line and column of every element, since warnings name them. Lines and columns
count from one. Attribute and element names are case sensitive, as in the vendor's markup.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from phone_network.errors import PARSE_FAILED, TOO_LARGE, DocumentError

MAX_BYTES: Final = 64 * 1024
MAX_DEPTH: Final = 16


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a document; `parts` holds text and children in their order."""

    name: str
    attributes: Mapping[str, str]
    parts: tuple["str | Element", ...]
    line: int
    column: int

    @property
    def children(self) -> tuple["Element", ...]:
        """The child elements without the text between them."""
        return tuple(part for part in self.parts if isinstance(part, Element))

    @property
    def text(self) -> str:
        """All text inside, white space collapsed and trimmed, children's text included."""
        return " ".join("".join(self._pieces()).split())

    @property
    def own_text(self) -> str:
        """The text directly inside, trimmed: what a noun's name or a URL is taken from."""
        return "".join(part for part in self.parts if isinstance(part, str)).strip()

    def _pieces(self) -> Iterator[str]:
        for part in self.parts:
            if isinstance(part, str):
                yield part
            else:
                yield from part._pieces()  # noqa: SLF001 -- the same class


@dataclass(slots=True)
class _Open:
    """An element whose end has not been read yet."""

    name: str
    attributes: dict[str, str]
    line: int
    column: int
    parts: list[str | Element] = field(default_factory=list)

    def close(self) -> Element:
        return Element(self.name, self.attributes, tuple(self.parts), self.line, self.column)


class _Builder:
    """Collects expat's callbacks into a tree and refuses what is not allowed."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text
        self.parser.StartDoctypeDeclHandler = self.refuse
        self.parser.EntityDeclHandler = self.refuse
        self.stack: list[_Open] = []
        self.root: Element | None = None

    def fail(self, message: str) -> DocumentError:
        return DocumentError(
            PARSE_FAILED,
            message,
            self.parser.CurrentLineNumber,
            self.parser.CurrentColumnNumber + 1,
        )

    def refuse(self, *_: object) -> None:
        raise self.fail("A document type or entity declaration is not allowed.")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self.stack) == MAX_DEPTH:
            raise self.fail(f"Elements are nested more than {MAX_DEPTH} deep.")
        if not self.stack and name != "Response":
            raise self.fail(f"The root element is <{name}>, it has to be <Response>.")
        place = (self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1)
        self.stack.append(_Open(name, attributes, *place))

    def end(self, _name: str) -> None:
        element = self.stack.pop().close()
        if self.stack:
            self.stack[-1].parts.append(element)
        else:
            self.root = element

    def text(self, data: str) -> None:
        self.stack[-1].parts.append(data)


def parse(document: bytes | str) -> Element:
    """Read a document and return its `<Response>`; raises `DocumentError` 12100 or 11750."""
    data = document.encode() if isinstance(document, str) else document
    if len(data) > MAX_BYTES:
        raise DocumentError(TOO_LARGE, f"The document is larger than {MAX_BYTES} bytes.")
    builder = _Builder()
    try:
        builder.parser.Parse(data, True)  # noqa: FBT003 -- expat takes no keywords
    except expat.ExpatError as error:
        message = expat.ErrorString(error.code) or "not well-formed"
        raise DocumentError(
            PARSE_FAILED, f"This is not XML: {message}.", error.lineno, error.offset + 1
        ) from None
    except (LookupError, ValueError, UnicodeError):
        raise DocumentError(PARSE_FAILED, "The document's encoding is not known.", 1, 1) from None
    if builder.root is None:
        raise DocumentError(PARSE_FAILED, "The document is empty.", 1, 1)
    return builder.root
