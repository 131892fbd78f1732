"""HTML nobody trusts, reduced to words, headings, lists and tables."""

from __future__ import annotations

from html.parser import HTMLParser

_KEPT = {
    *("p", "div", "br", "hr", "b", "strong", "i", "em", "u", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote"),
    *("ul", "ol", "li", "table", "tr", "td", "th", "sub", "sup"),
}
_ALONE = {"br", "hr"}
_UNSEEN = {"script", "style", "head", "title", "template", "noscript", "object", "svg", "iframe", "textarea", "select"}
_DEEPEST = 60
"""Tags inside each other; deeper ones are left out, not what they say."""


def plain_markup(text: str) -> str:
    """The same words in a few harmless tags, every one of them closed, without any attribute."""
    reducer = _Reducer()
    reducer.feed(text)
    reducer.close()
    return "".join([*reducer.out, *(f"</{tag}>" for tag in reversed(reducer.open))])


def escaped(text: str) -> str:
    """Words as markup; an ampersand twice, for the library that draws them undoes it twice."""
    return text.replace("&", "&amp;amp;").replace("<", "&lt;").replace(">", "&gt;")


class _Reducer(HTMLParser):
    """Writes what it keeps to `out`."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self.open: list[str] = []
        self.unseen: str = ""

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        """Open a tag that is kept; what is inside an unseen one is left out."""
        if not self.unseen and tag in _UNSEEN:
            self.unseen = tag
        if self.unseen or tag not in _KEPT or len(self.open) >= _DEEPEST:
            return
        self.out.append(f"<{tag}>")
        if tag not in _ALONE:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close it, and what was left open inside."""
        if tag == self.unseen:
            self.unseen = ""
        elif not self.unseen and tag in self.open:
            while True:
                closed = self.open.pop()
                self.out.append(f"</{closed}>")
                if closed == tag:
                    break

    def handle_data(self, text: str) -> None:
        """Words, escaped again."""
        if not self.unseen:
            self.out.append(escaped(text))
