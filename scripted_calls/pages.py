"""Read a web page as a script does: its title, its forms with what they hold, marked values."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset(
    "area base br col embed hr img input link meta source track wbr".split()  # noqa: SIM905 -- a list of words
)


@dataclass(slots=True)
class Form:
    """A form: where it goes, how, and its fields as the page fills them."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[dict[str, str]] = field(default_factory=list)


class Page(HTMLParser):
    """A parsed page. `texts` maps each element's id to its text, spaces folded."""

    def __init__(self, url: str, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.url = url
        self.texts: dict[str, str] = {}
        self.headings: list[str] = []
        self.forms: list[Form] = []
        self.links: dict[str, str] = {}
        self._open: list[tuple[str, str | None]] = []
        self._words: dict[int, list[str]] = {}
        self._select: str | None = None
        self._href: str | None = None
        self.feed(html)
        self.close()

    @property
    def heading(self) -> str:
        """The page's first heading of level one."""
        return self.headings[0] if self.headings else ""

    def form(self, action_ends: str) -> Form:
        """The form whose action ends so. Raises `LookupError` with the page's heading."""
        for form in self.forms:
            if form.action.split("?")[0].endswith(action_ends):
                return form
        raise LookupError(f"{self.url} ({self.heading}) has no form that goes to {action_ends}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of forms, fields and marked elements."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get").lower()))
        elif self.forms and (name := given.get("name")):
            self._field(tag, name, given)
        if tag == "option" and self._select and self.forms and "selected" in given:
            self.forms[-1].fields[self._select] = given.get("value", "")
        if tag == "a":
            self._href = given.get("href")
        if tag not in VOID:
            self._open.append((tag, given.get("id")))
            self._words[len(self._open)] = []

    def _field(self, tag: str, name: str, given: dict[str, str]) -> None:
        form = self.forms[-1]
        kind = given.get("type", "text").lower()
        if tag == "select":
            self._select = name
            form.fields.setdefault(name, "")
        elif tag == "button" or kind == "submit":
            form.buttons.append(given)
        elif tag == "textarea" or (tag == "input" and kind not in {"radio", "checkbox"}):
            form.fields[name] = given.get("value", "")
        elif tag == "input" and "checked" in given:
            form.fields[name] = given.get("value", "on")

    def handle_data(self, data: str) -> None:
        """Words belong to every element that is open around them."""
        for depth in range(1, len(self._open) + 1):
            self._words[depth].append(data)

    def handle_endtag(self, tag: str) -> None:
        """Close the element, and what was left open inside it."""
        if tag not in {name for name, _ in self._open}:
            return
        while self._open:
            depth = len(self._open)
            name, marked = self._open.pop()
            text = " ".join("".join(self._words.pop(depth)).split())
            if marked:
                self.texts[marked] = text
            if name == "h1":
                self.headings.append(text)
            if name == "select":
                self._select = None
            if name == "a" and self._href is not None:
                self.links[text] = self._href
                self._href = None
            if name == tag:
                return
