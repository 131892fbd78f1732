"""The text of a mail: whether it is an invoice itself, or only says where one can be fetched (SPEC IN-4)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from app.intake.letter import LONGEST_HTML, decoded, safely, text_of
from app.intake.pieces import Piece

LOOKED_AT = 256 * 1024
"""Characters in which links are looked for."""
MOST_WORDS = 64 * 1024
"""Characters in which words and amounts are."""
MOST_LINKS = 5
LONGEST_URL = 2000
_ADDRESSES = re.compile(r"\S{1,100}@\S{1,200}|https?://\S{1,2000}")
_URL = re.compile(r"https?://[^\s<>\"'\]]{4,2000}", re.I)
_INVOICE = re.compile(
    r"\b(factures?|avoirs?|re[çc]us?|ticket de caisse|note d.honoraires|invoices?|receipts?|credit notes?|rechnung"
    r"|gutschrift|quittung|facturen|factuur|fattura|ricevuta|factura|recibo)\b",
    re.I,
)
_TOTAL = re.compile(
    r"\b(total|montant|ttc|net à payer|amount|balance due|gesamt\w*|summe|betrag|totaal|bedrag|importe|totale)\b", re.I
)
_MONEY = r"(?:€|eur|\$|usd|£|gbp|chf)"
_AMOUNT = re.compile(
    rf"{_MONEY}\s?\d[\d\s.,']{{0,15}}|\b\d{{1,3}}(?:[\s.,']?\d{{3}}){{0,4}}[.,]\d{{2}}\s?{_MONEY}(?!\w)", re.I
)
_NUMBER = re.compile(r"(?:\b(?:n[°ºo]|nr|num[ée]ro|number|r[ée]f\w{0,7})\.?|#)\s{0,3}:?\s{0,3}[\w/-]{0,20}\d", re.I)
_AVAILABLE = re.compile(
    r"\b(disponible|consulte[rz]|t[ée]l[ée]charge[rz]?|espace client|en ligne|available|download|view|online|portal"
    r"|bereit|abrufen|herunterladen|online|beschikbaar|bekijk\w*|downloaden|scarica\w*|disponibile|descargar)\b",
    re.I,
)
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]{0,15})([^<>]{0,4000})>", re.I)
_HREF = re.compile(r"""\bhref\s{0,9}=\s{0,9}["']?([^"'\s]{1,2000})""", re.I)
_BLOCKS = {"p", "div", "br", "tr", "td", "table", "li", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "ul", "ol"}
_UNSEEN = {"script", "style", "head", "title", "template", "noscript"}


@dataclass
class Body:
    """The text of a message: where it stands among its parts, its words, and what it links to."""

    position: int
    source: str
    """As it came, HTML or plain."""
    is_html: bool
    words: str = ""
    links: list[dict[str, str]] = field(default_factory=list)

    @property
    def is_invoice(self) -> bool:
        """Amounts, a total, a number and the words of an invoice, and not only where to fetch it?"""
        words, amounts = self.words, len(_AMOUNT.findall(self.words))
        if not (_INVOICE.search(words) and _TOTAL.search(words) and amounts):
            return False
        return amounts > 1 or bool(_NUMBER.search(words) and not self.is_elsewhere)

    @property
    def is_elsewhere(self) -> bool:
        """Does it say that an invoice can be fetched, with a link?"""
        return bool(self.links and _INVOICE.search(self.words) and _AVAILABLE.search(self.words))


def best(pieces: list[Piece], subject: str = "") -> Body | None:
    """The text that matters: of the message itself, unless only that of one inside it looks like an invoice."""
    found = [body for letter in _letters(pieces) if (body := _of_letter(pieces, letter, subject))]
    return next((body for body in found if body.is_invoice), found[0] if found else None)


def note_of(body: Body | None) -> dict[str, Any] | None:
    """What should be known of a message that brought no document, for its text's sake."""
    if body and body.is_invoice:
        return {"key": "body_invoice"}
    if body and body.is_elsewhere:
        return {"key": "to_download", "links": body.links}
    return None


def _letters(pieces: list[Piece]) -> list[int]:
    return list(dict.fromkeys(piece.letter for piece in pieces))


def _of_letter(pieces: list[Piece], letter: int, subject: str) -> Body | None:
    """The HTML text of one mail, which says all that the plain one does; else the plain one."""
    mine = [
        (at, piece)
        for at, piece in enumerate(pieces)
        if piece.letter == letter and piece.reason.get("key") == "body" and piece.data.strip()
    ]
    chosen = sorted(mine, key=lambda each: (each[1].declared != "text/html", each[0]))[:1]
    for at, piece in chosen:
        text = decoded(piece.data[:LONGEST_HTML], piece.charset or None)
        body = Body(at, text, piece.declared == "text/html")
        shown, links = _seen(text[:LOOKED_AT]) if body.is_html else (text[:LOOKED_AT], list(_plain_links(text)))
        body.words = _ADDRESSES.sub(" ", f"{subject}\n{shown}"[:MOST_WORDS])
        body.links = links[:MOST_LINKS]
        return body
    return None


def _plain_links(text: str) -> Iterator[dict[str, str]]:
    """Each with the words of its line, or those of the line before."""
    said = ""
    for line in text[:LOOKED_AT].splitlines():
        said = _ADDRESSES.sub(" ", line).strip() or said
        for found in _URL.findall(line):
            yield from _link(found.rstrip(".,;:)"), said)


def _link(url: str, text: str) -> Iterator[dict[str, str]]:
    """What a person is shown of a link: its words, its host, its address; nothing of it is ever opened by us."""
    host = safely(lambda: urlsplit(url).hostname, None) or ""
    if url.lower().startswith(("http://", "https://")) and host:
        yield {"text": text_of(text)[:200], "host": text_of(host)[:200], "url": text_of(url)[:LONGEST_URL]}


def words_of(html: str) -> str:
    """The words of an HTML text alone, a line for each block of it."""
    lines = (" ".join(line.split()) for line in _seen(html)[0].splitlines())
    return "\n".join(lines)


def _seen(html: str) -> tuple[str, list[dict[str, str]]]:
    """The words of an HTML text, and its links.

    Read tag by tag, once: the parsers there are take minutes over tags that never end.
    """
    words, links, unseen, url, begun = [], [], "", "", 0
    at = 0
    for tag in _TAG.finditer(html):
        if not unseen:
            words.append(unescape(html[at : tag.start()]))
        at, closes, name = tag.end(), bool(tag[1]), tag[2].lower()
        if name in _UNSEEN:
            unseen = "" if closes else unseen or name
        elif name in _BLOCKS:
            words.append("\n")
        elif name == "a" and closes:
            links += _link(url, "".join(words[begun:]))
            url = ""
        elif name == "a" and (href := _HREF.search(tag[3])):
            url, begun = unescape(href[1]), len(words)
    return "".join([*words, "" if unseen else unescape(html[at:])]), links
