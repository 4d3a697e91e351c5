"""What breaks a page for a browser or a screen reader, in one pass. `make audit` asks the real validator."""

import re
from collections import Counter
from html.parser import HTMLParser

VOID = {
    *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source"),
    *("track", "wbr"),
}
# A p ends where one of these begins, which its author has not meant.
ENDS_A_PARAGRAPH = {
    *("address", "article", "aside", "details", "div", "dl", "fieldset", "footer", "form", "h1"),
    *("h2", "h3", "h4", "header", "hr", "main", "nav", "ol", "p", "pre", "section", "table", "ul"),
}
INTERACTIVE = {"a", "button", "select", "textarea", "label", "summary"}
NAMES = ("aria-describedby", "aria-labelledby", "aria-controls", "for")
HEADING = re.compile("h[1-6]")


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.faults, self.open = [], []
        self.ids, self.named, self.hidden = Counter(), set(), set()
        self.level = 1

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self._nesting(tag)
        self._names(tag, found)
        if len(found) < len(attrs):
            self.faults.append(f"{tag}: an attribute twice")
        if HEADING.fullmatch(tag):
            if int(tag[1]) > self.level + 1:
                self.faults.append(f"{tag} after h{self.level}")
            self.level = int(tag[1])
        if tag not in VOID:
            self.open.append(tag)

    def _nesting(self, tag):
        if "p" in self.open and tag in ENDS_A_PARAGRAPH and "svg" not in self.open:
            self.faults.append(f"{tag} within p")
        if tag == "form" and "form" in self.open:
            self.faults.append("form within form")
        if tag in INTERACTIVE - {"label"} and {"a", "button"} & set(self.open):
            self.faults.append(f"{tag} within a link or button")

    def _names(self, tag, found):
        if "id" in found:
            self.ids[found["id"]] += 1
        self.named |= {name for key in NAMES for name in (found.get(key) or "").split()}
        if tag == "input" and found.get("type") == "hidden":
            self.hidden.add(found.get("id"))
            if any(key.startswith("aria-") for key in found):
                self.faults.append("aria of a hidden input")

    def handle_startendtag(self, tag, attrs):
        """Of SVG; in HTML the slash means nothing."""
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"/{tag} closes {self.open[-1:]}")
        if tag in self.open:
            while self.open.pop() != tag:
                pass


def faults_in(html):
    reader = _Reader()
    reader.feed(html)
    reader.close()
    twice = [f"id {name} twice" for name, number in reader.ids.items() if number > 1]
    lost = [f"no id {name}" for name in reader.named - reader.ids.keys()]
    return [
        *reader.faults,
        *twice,
        *lost,
        *(f"label of hidden {name}" for name in reader.named & reader.hidden),
    ]
