"""The forms of a page as a browser would send them, untouched, and which fields take words."""

from html.parser import HTMLParser

WORDS = {"text", "search", "tel", "url", "password"}


class PageForms(HTMLParser):
    def __init__(self, response):
        super().__init__()
        self.values, self.words, self.select = {}, set(), None
        self.feed(response.content.decode() if response.status_code == 200 else "")
        self.close()

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        name = found.get("name")
        if tag == "input" and name:
            self._read_input(name, found.get("type", "text"), found)
        elif tag == "textarea" and name:
            self.values[name] = ""
            self.words.add(name)
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and found.get("value"):
            self._read_option(found)

    def _read_input(self, name, kind, found):
        if kind == "email":
            self.values[name] = "a@b.example.jp"
        elif kind == "checkbox":
            self.values[name] = found.get("value") or "on"
        elif kind not in {"file", "submit", "radio"} or "checked" in found:
            self.values[name] = found.get("value") or ""
        if kind in WORDS:
            self.words.add(name)

    def _read_option(self, found):
        if "selected" in found or not self.values.get(self.select):
            self.values[self.select] = found["value"]
