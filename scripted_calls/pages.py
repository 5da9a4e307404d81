"""Read a web page as a script does: its heading, its marked elements and their texts."""

from html.parser import HTMLParser

VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "source", "wbr"})


class Page(HTMLParser):
    """A parsed page.

    `texts` maps an element's id to its text, spaces folded; `marked` an element's id to its
    attributes; `proposed` is the value of the first `data-proposed`.
    """

    def __init__(self, url: str, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.url = url
        self.heading = ""
        self.texts: dict[str, str] = {}
        self.marked: dict[str, dict[str, str]] = {}
        self.proposed: str | None = None
        self._open: list[tuple[str, str | None, list[str]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of marked elements."""
        given = {name: value or "" for name, value in attrs}
        name = given.get("id")
        if name is not None:
            self.marked[name] = given
        if self.proposed is None and "data-proposed" in given:
            self.proposed = given["data-proposed"]
        if tag not in VOID:
            self._open.append((tag, name, []))

    def handle_data(self, data: str) -> None:
        """Words belong to every element that is open around them."""
        for _, _, words in self._open:
            words.append(data)

    def handle_endtag(self, tag: str) -> None:
        """Close the element, and what was left open inside it."""
        if tag not in {name for name, _, _ in self._open}:
            return
        while self._open:
            name, marked, words = self._open.pop()
            text = " ".join("".join(words).split())
            if marked is not None:
                self.texts[marked] = text
            if name == "h1" and not self.heading:
                self.heading = text
            if name == tag:
                return
