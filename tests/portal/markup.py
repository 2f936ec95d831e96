"""A strict reader of the portal's HTML: every element closed in order, every id and label right, nothing from outside."""

from html.parser import HTMLParser

VOID = {"meta", "link", "input", "br", "hr", "img"}
SELF_CLOSED = {"path", "circle"}
ELEMENTS = {
    *("html", "head", "title", "body", "header", "main", "h1", "p", "strong", "a", "span", "div", "ul", "li", "dl", "dt", "dd"),
    *("form", "label", "button", "svg", "bdi", "nav", "footer", "aside", "details", "summary"),
    *("fieldset", "legend", "select", "option"),
    *VOID,
    *SELF_CLOSED,
}

LANGUAGES = {*((code, "ltr") for code in ("en", "de", "es", "fr", "it", "th", "zh")), ("ar", "rtl")}


class Markup(HTMLParser):
    """Parses a page; `problems` says what is wrong with it."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.problems: list[str] = []
        self.open: list[str] = []
        self.ids: list[str] = []
        self.labels: list[str] = []
        self.inputs: list[dict[str, str]] = []
        self.links: list[str] = []
        self.texts: list[str] = []
        self.seen: list[str] = []
        self.lang = self.direction = ""
        if not html.startswith("<!DOCTYPE html>\n"):
            self.problems.append("no doctype")
        self.feed(html)
        self.close()
        self._whole()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        self.seen.append(tag)
        if len(named) != len(attrs):
            self.problems.append(f"<{tag}> has an attribute twice")
        if tag not in ELEMENTS:
            self.problems.append(f"<{tag}> is no element of ours")
        for name in named:
            if name.startswith("on") or name == "style":
                self.problems.append(f"<{tag}> has {name}")
        if "id" in named:
            self.ids.append(named["id"])
        self._note(tag, named)
        if tag not in VOID and tag not in SELF_CLOSED:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            self.problems.append(f"</{tag}> closes {self.open[-1:] or 'nothing'}")
        else:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def _note(self, tag: str, named: dict[str, str]) -> None:
        if tag == "html":
            self.lang, self.direction = named.get("lang", ""), named.get("dir", "")
        elif tag == "label":
            self.labels.append(named["for"])
        elif tag == "input":
            self.inputs.append(named)
        for name in ("href", "src", "action"):
            if name in named:
                self.links.append(named[name])

    def _whole(self) -> None:
        if self.open:
            self.problems.append(f"never closed: {self.open}")
        if (self.lang, self.direction) not in LANGUAGES:
            self.problems.append(f"lang {self.lang} with dir {self.direction}")
        if len(self.ids) != len(set(self.ids)):
            self.problems.append("an id twice")
        for once in ("title", "h1", "main", "header"):
            if self.seen.count(once) != 1:
                self.problems.append(f"{self.seen.count(once)} times <{once}>")
        for field in self.inputs:
            if field.get("type") != "hidden" and field.get("id") not in self.labels:
                self.problems.append(f"no label for {field.get('name')}")
