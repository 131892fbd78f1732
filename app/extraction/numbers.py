"""The document's own number, and the numbers of other things that stand beside it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from app.extraction.belonging import is_a_party_s, is_bracketed, is_house, is_postcode, of_whom, stands_alone
from app.extraction.dates import find_dates
from app.extraction.evidence import (
    Evidence,
    Nearby,
    column_around,
    is_corrected,
    is_prose,
    named,
    speaks_of_another,
    weight,
)
from app.extraction.labels import fold, lexicon
from app.extraction.spots import Money, Spot, Values
from app.extraction.titled import beside_title, shape, titled
from app.extraction.unnamed import left_blank
from app.extraction.values import currency_of

_WORTH_A_LOOK = 0.3
_SURELY_CALLED = 0.5
"""From here on a label says it, and none was left out."""
_NAMED_SOMEHOW = 0.15
"""What counts against a number after a word that nobody knows."""
_LIKE_A_NUMBER, _DIGITS_ONLY = 0.2, 0.08
"""The least shape of a number that no label names: anywhere near the title, and alone in its column right beside it."""
_UNSAID = 0.45
"""What a label that was left out counts for how sure the number is: never as much as one that is there."""
_CLOSE = 2
"""Lines from the title or a date within which it stands beside it."""
_PREFIX = re.compile(r"(?<![A-Za-z0-9])[A-Z]{1,5}\s?[-/]?\s?$")
_FRAGMENT = re.compile(r"\s?[/-]\s?[A-Za-z0-9/_.-]*[A-Za-z0-9]|\s[0-9][A-Z0-9/_.-]*(?=\s|$|\t)")
_GROUPS = re.compile(r"\d{3,6}(?: \d{3,6}){2,5}(?=\t|\s*$)|[A-Z]{1,5}\d{2,8}(?: \d{3,9}){1,4}(?=\t|\s*$)")
_GOES_ON = re.compile(r" (?=\S*\d)[A-Z0-9][A-Z0-9/-]*(?=\s|$)")
_BEGINS_EARLIER = re.compile(r"(?:^|\s)(?=\S*\d)[A-Z0-9/-]+ $")
_MASKED = re.compile(r"[*•#]{2,}[ -]?\d{0,4}[ -]?$|[xX]{3,}[ -]?$")
_MASK = re.compile(r"[ -]?[*•#]{2,}|[ -]?[xX]{3,}(?![a-z])")
_TORN = re.compile(r" \d{2,4}$|(?<=\d) \d{2,4}(?=\t|$)")
"""The end of a number that OCR tore off."""
_NOT_A_PREFIX = {"NO", "NR", "N", "NUM", "DU", "DE", "LE", "OF", "ID", "REF", "DATE", "VOM", "THE", "TEL", "FAX", "TVA"}


@dataclass(slots=True)
class Numbered:
    """A number with how much speaks for it."""

    spot: Spot
    score: float
    label: float
    """How much a label says that it is the number, from 0 to 1."""
    why: str
    value: str = ""
    """The number as it is written in one piece."""
    is_another_s: bool = False
    """Whether the words before its label say that it is another document's."""


def find_number(evidence: Evidence, values: Values) -> list[Numbered]:
    """Candidates for the document's number, the best first."""
    often = Counter(str(spot.value).casefold() for spot in values.codes)
    possible = [spot for spot in values.codes if _is_possible(spot)]
    found = _ranked(_judge(evidence, spot, often) for spot in possible)
    if found and min(found[0].label, found[0].score) < _SURELY_CALLED:
        blanks = [left_blank(evidence, spot) for spot in possible]
        if any(blanks):
            return _ranked(_judge(evidence, spot, often, blank) for spot, blank in zip(possible, blanks, strict=True))
    if found and found[0].label >= _WORTH_A_LOOK:
        return found
    return sorted(_unlabelled(evidence, values, found), key=lambda numbered: -numbered.score)


def _ranked(judged: Iterable[Numbered]) -> list[Numbered]:
    found = list(judged)
    _leave_to_others(found)
    return sorted(found, key=lambda numbered: -numbered.score)


def find_reference(evidence: Evidence, values: Values, role: str) -> Numbered | None:
    """The number that a label of this role names (an order, a payment reference)."""
    best = None
    for spot in values.codes:
        near = _first_after(spot, evidence.near(spot))
        score = weight(near, role)
        if score > max(0.6, best.score if best else 0) and score >= weight(near, "number", "other_number") * 0.95:
            best = Numbered(spot, score, score, named(near, role), _whole(spot)[0])
    return best


def _is_possible(spot: Spot) -> bool:
    text = str(spot.value)
    if _MASKED.search(spot.line.text[: spot.start]) or _MASK.match(spot.line.text, spot.end) or _MASK.search(text):
        return False  # a card's number, all but its last digits hidden
    return 1 <= sum(c.isdigit() for c in text) <= 24 and not re.fullmatch(r"\d{1,2}[.:]\d{2}", text)


def _judge(evidence: Evidence, spot: Spot, often: Counter, blank: float = 0.0) -> Numbered:
    """How much speaks for this being the document's number; `blank` is how much a label left out does."""
    near = _first_after(spot, evidence.near(spot))
    another = [nearby for nearby in near if speaks_of_another(nearby.label)]
    own = [of_whom(nearby) for nearby in near if nearby not in another]
    label = max(weight(own, "number"), titled(evidence, own), beside_title(evidence, spot, own), blank)
    against = weight(near, "other_number", "order_reference", "payment_reference", "other_date", "other_amount")
    another_s = max(weight(another, "number", "invoice"), 0.9 * is_corrected(spot))
    against = max(against, another_s)
    value, spot = _whole(spot)
    score = label - 0.75 * against + shape(value)
    score += 0.1 if spot.line.page.number == 1 and spot.area[1] < 0.5 * spot.line.page.height else -0.05
    score += 0.08 if often[value.casefold()] > 1 else 0
    if is_postcode(spot) or is_bracketed(spot) or is_house(evidence, spot):
        score, label = score - 0.4, label if label >= 0.8 and not is_house(evidence, spot) else 0.0
    if label < 0.8 and (_is_sold(evidence, spot) or is_prose(spot.line, spot.start)):
        score -= 0.3
    own_label, why = label if label > against else 0.0, named(near, "number")
    if label == blank > 0:
        own_label, why = min(own_label, _UNSAID), "a label left out"
    return Numbered(spot, score, own_label, why, value, another_s > 0.5)


def _leave_to_others(found: list[Numbered]) -> None:
    """Where one number is said to be another document's, a rival with a label is this one's."""
    another = {numbered.value.casefold() for numbered in found if numbered.is_another_s}
    mine = any(numbered.label >= 0.5 and numbered.value.casefold() not in another for numbered in found)
    for numbered in found:
        if mine and numbered.value.casefold() in another:
            numbered.score -= 0.5


def _first_after(spot: Spot, near: list[Nearby]) -> list[Nearby]:
    """The labels, those to the left counting little once another number stands between."""
    judged = []
    for nearby in near:
        closeness = nearby.closeness
        if nearby.where == "left":
            between = spot.line.text[nearby.label.end : spot.start]
            if any(c.isdigit() for c in between):
                closeness *= 0.35
            elif len(re.findall(r"[^\W\d_]{4,}", between)) > 1:
                closeness *= 0.5
        judged.append(Nearby(nearby.label, closeness, nearby.where))
    return judged


def _is_sold(evidence: Evidence, spot: Spot) -> bool:
    """Whether its line ends in an amount: an article's number."""
    others = evidence.spots_of[spot.line.index]
    return any(isinstance(other, Money) and other.decimals == 2 and other.start > spot.end for other in others)


def may_be_cut(spot: Spot) -> bool:
    """Whether more of it may stand beside it, after a mere space: neither a date nor a whole word."""
    first, last = column_around(spot.line, spot.start)
    before, after = spot.line.text[first : spot.start], spot.line.text[spot.end : last]
    if find_dates(after[:20]):
        return False
    return bool(_GOES_ON.match(after) or _BEGINS_EARLIER.search(before))


def _whole(spot: Spot) -> tuple[str, Spot]:
    """The number with a prefix or parts that are printed with a space between ("FA 2024 / 12")."""
    line, start, end = spot.line, spot.start, spot.end
    first, last = column_around(line, start)
    prefix = _PREFIX.search(line.text[first:start])
    if prefix and prefix[0].strip(" -/") not in _NOT_A_PREFIX and not _says_something(prefix[0]):
        start = first + prefix.start()
    while (part := _FRAGMENT.match(line.text, end, last)) and end - start < 20 and not find_dates(part[0].strip(" /-")):
        # Further digits belong to it only after a prefix ("FA 2024 001"); a slash or dash always joins.
        if part[0].lstrip()[:1] not in "/-" and start == spot.start:
            end = _end_of_groups(line.text, start, end, last)
            break
        end = part.end()
    if line.page.source == "ocr" and re.search("[/-]", line.text[start:end]):
        torn = _TORN.match(line.text, end, last)
        end = torn.end() if torn else end
    if (start, end) == (spot.start, spot.end):
        return str(spot.value), spot
    text = re.sub(r"\s*([/-])\s*", r"\1", line.text[start:end]).strip()
    text = re.sub(r"(?<=\d) (?=\d{2,4}$)", "", text) if line.page.source == "ocr" else text
    return text, Spot(line, start, end, text, line.area_of(start, end))


def _says_something(prefix: str) -> bool:
    """Whether letters before a number are a word of their own: "TTC", "EUR"."""
    word = fold(prefix).strip(" -/")
    return word in lexicon().by_first or word in lexicon().words or bool(currency_of(word))


def _end_of_groups(text: str, start: int, end: int, last: int) -> int:
    """Where a number ends that is printed in groups, as meters and contracts are: "7730 4418 112026", "T26 004418"."""
    groups = _GROUPS.match(text, start, last)
    return groups.end() if groups and groups.end() > end else end


def _unlabelled(evidence: Evidence, values: Values, found: list[Numbered]) -> list[Numbered]:
    """Numbers that no label names, by their shape and their place beside the title or the first date."""
    titles = [
        label
        for labels in evidence.labels_of.values()
        for label in labels
        if label.roles & {"invoice", "credit_note"} and label.line.page.number == 1
    ]
    judged = []
    for numbered in found:
        value, line = numbered.value, numbered.spot.line
        lines = [abs(line.index - label.line.index) for label in titles]
        lines += [abs(line.index - spot.line.index) + 1 for spot in values.dates[:3]]
        least = _DIGITS_ONLY if min(lines, default=9) <= _CLOSE and stands_alone(numbered.spot) else _LIKE_A_NUMBER
        if line.page.number != 1 or shape(value) < least or numbered.score < 0 or is_a_party_s(evidence, numbered.spot):
            continue
        place = max(0.0, 0.3 - 0.05 * min(lines, default=9))
        place -= 0.0 if stands_alone(numbered.spot) else _NAMED_SOMEHOW
        judged.append(Numbered(numbered.spot, shape(value) + place, 0.0, "its shape and place", value))
    return judged
