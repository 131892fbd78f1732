"""What can be the name of a company or a person, and what is an address, a way to reach somebody, a figure."""

from __future__ import annotations

import re
from functools import cache

from babel import Locale

from app.extraction.dates import find_dates
from app.extraction.evidence import Evidence
from app.extraction.labels import Label, fold, is_small, tables
from app.extraction.layout import Line
from app.extraction.spots import Money

POSTCODE = re.compile(
    r"(?<![\w.,/-])(?:[A-Z]{1,2}[- ])?(?:\d{5}|\d{4}\s?[A-Z]{2}|\d{4})\s+[A-ZÀ-Þ][\w'’ .-]{2,}"
    r"|\b[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}\b|[A-Z][a-z]+,?\s[A-Z]{2},?\s\d{5}|,\s*\d{5}\b"
    r"|\b[AC-FHKNPRTV-Y]\d[\dW]\s[0-9AC-FHKNPRTV-Y]{4}\b"
)
ADDRESS = re.compile(
    r"\d{1,4}\s?(?:bis|ter)?,?\s+(?:rue|avenue|av|bd|boulevard|place|chemin|route|impasse|all[ée]e|quai|street|st|road|rd|lane|drive|dr|ave|blvd)\b"
    r"|\b(?:rue|avenue|boulevard|place|chemin|route|impasse|straße|strasse|weg|platz|straat|laan|calle|via|piazza|corso|jalan|jln|no\.)\s"
    r"|(?:str\.|straße|strasse|weg|platz|straat|laan|plein|gasse|allee)\s?\d|^\s*\d{1,5}\s+[A-Z][a-z]+ [A-Z][a-z]+",
    re.IGNORECASE,
)
CONTACT = re.compile(
    r"@|www\.|https?:|\b(?:t[ée]l|tel|fax|phone|mobile|telefon|telefoon|e-?mail|siret|siren|rcs|iban|bic|tva|vat|ust|btw|cif|nif|gst|kvk)\b",
    re.I,
)
_PARTED = re.compile(r"\s*[●•·|*–—]\s*|\s+-\s+")
_MENTIONS = re.compile(r"\s*[●•·|*–—,]\s*|\s+-\s+|\s+(?=au capital\b)")
_WORD = re.compile(r"[^\W\d_]{3}")
_BULLET = re.compile(r"\s*[●•·|]")
_PLACEHOLDER = re.compile(
    r"\b(?:lignes?|lines?|zeile|regel|linea|riga)\s?\d$|\b(?:adresse?|address|anschrift|direccion|indirizzo)\b"
)
_CODE = re.compile(r"(?<!\w)(?:0\d+|\d{5,}|(?=[A-Z/-]*\d)[A-Z\d/-]*\d{3,}[A-Z\d/-]*)$")
"""At the end of a line a code makes a label of what stands before it: "Agency code 0290", "Your order AB321"."""
_NUMBER_OF = re.compile(r"(?:n[°o]\.?|nr\.|num[eé]?ro|nummer|number)\s?(?:de|du|d'|del|della|der|of)?\s?[a-z]")
"""What counts something: "N° de lot"."""
_TITLE = 4
"""Words that a document's title has at most."""
_PREFIX = re.compile(r"[A-Z]{1,4}[ -]")
"""Letters that a number may begin with: "AF 2809"."""
_BESIDE = 6
"""Heights of a line within which a value stands beside what names it."""
_HOUSE = re.compile(r"[a-zß.] \d{1,4} ?[a-z]?$")
"""A street that no word calls so ends in the number of a house: "Ecke 12, 12345 Town"."""
_LEADS_ON = re.compile(r" (?:à|au|de|di|to|of|for|an|für|von|aan|voor|para|por|per)$")
"""How a heading ends before the name that it announces: "Adressée à"."""
_MEASURED = re.compile(r"\d\s?(?:[kcm]?m[23²³]?|k?g|t|l|h|min|k[Ww]h?|kVA|pcs?|stk?|Stk?|Stück|uds?|%)\.?$")
"""Capitals matter: "24 KG" may end a German company's name."""


def sender_in(line: Line, start: int, end: int) -> str:
    """The first part of "Firma ● Street 1 ● 12345 Town", as it stands above an address or at the foot."""
    text = (line.text[start:] if _BULLET.match(line.text, end) else line.text[start:end]).strip()
    pieces = _PARTED.split(text)
    if len(pieces) == 1:
        pieces = text.split(", ")
        if not has_legal_form(pieces[0]):
            return ""
    if len(pieces) < 2 or len(pieces[0]) < 3 or not any(POSTCODE.search(piece) for piece in pieces[1:]):
        return ""
    is_place = POSTCODE.search(pieces[0]) or ADDRESS.search(pieces[0]) or _HOUSE.search(pieces[0])
    return "" if is_place else pieces[0]


def company_in(text: str) -> str:
    """The company that a line at the foot begins with: "Firm, SAS au capital de …", "SARL Firm - RCS Lyon …"."""
    first, *others = _MENTIONS.split(text.strip())
    following = fold(others[0]).strip() if others else ""
    is_formed = has_legal_form(first) or any(has_legal_form(f"xx {word}") for word in first.split()[:1])
    is_followed = any(has_legal_form(f"xx {word}") for word in following.split()[:1])
    return first if others and len(first) > 2 and (is_formed or is_followed) else ""


def may_be_name(evidence: Evidence, part: tuple[Line, int, int]) -> bool:
    """Whether a line can be a name: letters, and neither a label, an address, a number nor a telephone."""
    line, start, end = without_label(evidence, part)
    text = line.text[start:end].strip(" -,;*")
    if _is_something_else(text) or line.text[end:].lstrip().startswith(":") or _is_sold(evidence, line, end):
        return False
    if has_legal_form(text):
        return True
    here = [label for label in evidence.labels_in((line, start, end)) if label.end <= end]
    if here and here[0].start - start < 2 and here[0].roles & {"third_party", "contact"}:
        return False
    if _NUMBER_OF.match(fold(text)) or _ends_in_title(here, start + len(line.text[start:end].rstrip(" -,;*")), text):
        return False
    if _CODE.search(text) or ":" in text or (line.text[start:end].rstrip().endswith(",") and _greets(here)):
        return False
    is_label = sum(label.end - label.start for label in here) >= 0.6 * len(text)
    return not is_label and not _is_long_number(text) and not _names_a_value(evidence, (line, start, end))


def _names_a_value(evidence: Evidence, part: tuple[Line, int, int]) -> bool:
    """Whether a number or a date stands alone right beside it, as in a list of facts: "Affaire   AF 2809"."""
    line, start, end = part
    after = next(((first, last) for first, last in line.columns() if first >= end), None)
    if after is None or line.area_of(*after)[0] - line.area_of(start, end)[2] > _BESIDE * line.height:
        return False
    there = (*evidence.codes_of[line.index], *evidence.spots_of[line.index])
    prefix = _PREFIX.match(line.text, *after)
    first = prefix.end() if prefix else after[0]
    return any(spot.start <= first < spot.end and not line.text[spot.end : after[1]].strip() for spot in there)


def _is_sold(evidence: Evidence, line: Line, end: int) -> bool:
    """Whether an amount stands in a further column, below the head of the table: a thing, and nobody's name."""
    is_below = any(index < line.index for index in evidence.item_headers)
    after = (spot for spot in evidence.spots_of[line.index] if isinstance(spot, Money) and spot.start >= end)
    return is_below and any("\t" in line.text[end : spot.start] for spot in after)


def _ends_in_title(labels: list[Label], end: int, text: str) -> bool:
    """Whether a few words end in "invoice": "Revised invoice", "Privatrechnung"."""
    last = next((label for label in labels if label.end == end), None)
    return last is not None and bool(last.roles & {"invoice", "credit_note"}) and len(text.split()) <= _TITLE


def _greets(labels: list[Label]) -> bool:
    """Whether a letter begins here: "Dear Mrs Brown,"."""
    return any("salutation" in label.roles for label in labels)


def _is_something_else(text: str) -> bool:
    """A heading, a country, a figure, an address, a date, a way to reach somebody."""
    letters = sum(c.isalpha() for c in text)
    if any(c.isdigit() for c in text) and not _WORD.search(text):
        return True
    if letters < 3 or letters < 0.5 * len(text.replace(" ", "")) or len(text) > 70:
        return True
    plain = fold(text)
    if text.endswith(":") or _LEADS_ON.search(text) or _PLACEHOLDER.search(plain):
        return True
    if plain.replace("-", " ") in _countries():
        return True
    is_place = bool(ADDRESS.search(text)) and not has_legal_form(text)
    return is_place or bool(POSTCODE.search(text) or CONTACT.search(text) or _MEASURED.search(text) or find_dates(text))


def _is_long_number(text: str) -> bool:
    """Whether a line says the number of a meter or a contract."""
    return sum(c.isdigit() for c in text) > 5


def without_label(evidence: Evidence, part: tuple[Line, int, int]) -> tuple[Line, int, int]:
    """The part after a label such as "Client:" at its beginning."""
    line, start, end = part
    for label in evidence.labels_of[line.index]:
        if start <= label.start < end and is_small(line.text[start : label.start]):
            is_parted = line.text[label.end : end].lstrip()[:1] in (":", "-", "/")
            if is_parted or (label.length > 1 and label.roles & {"seller", "buyer"}):
                return line, min(label.end + is_parted, end), end
    return part


@cache
def _countries() -> frozenset[str]:
    """The names of all countries in the six languages."""
    languages = ("fr", "en", "nl", "de", "es", "it")
    return frozenset(fold(name).replace("-", " ") for code in languages for name in Locale(code).territories.values())


@cache
def _forms() -> re.Pattern[str]:
    forms = sorted((fold(form) for form in tables()["legal_forms"]["all"]), key=len, reverse=True)
    return re.compile(
        r"(?<![a-z])(?:" + "|".join(re.escape(form).replace(r"\ ", r"[. ]{1,2}") for form in forms) + r")\.?(?![a-z])"
    )


def has_legal_form(text: str) -> bool:
    """Whether a text names a company by its form (SARL, GmbH, Ltd): at its end, or before a comma or bracket."""
    plain = fold(text).strip(" .,)")
    *_, last = [None, *_forms().finditer(plain)]
    if last is None or last.start() < 2:
        return False
    return last.end() >= len(plain) - 1 or plain[last.end() : last.end() + 2].strip()[:1] in (",", "(", "-", "–")
