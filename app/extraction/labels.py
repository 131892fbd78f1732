"""The labels of `labels.toml`, and where they stand in a document."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from app.extraction.layout import Area, Layout, Line

_TABLES = {"words", "months", "currencies", "countries", "rates", "legal_forms"}
_TITLES = frozenset({"invoice", "credit_note"})
_COUNTED = _TITLES | {"other_number", "order_reference", "payment_reference"}
_TOKEN = re.compile(r"n[o.]?°|[a-z0-9]+|[#&@%]|[,;](?=\s)")
"""A pause is a token too: "2 % Skonto, bis …" is not "Skonto bis"."""


@dataclass(frozen=True, slots=True)
class Label:
    """A label found in a line: what it may mean, and how many words of its own it has."""

    roles: frozenset[str]
    line: Line
    start: int
    end: int
    length: int
    area: Area

    def is_for(self, role: str) -> float:
        """1 where it surely means `role`, less where it only may, 0 where it does not."""
        return 1.0 if role in self.roles else 0.55 if f"{role}_weak" in self.roles else 0.0


@dataclass(frozen=True)
class Lexicon:
    """All labels by their first word, longest first, and the languages they belong to."""

    by_first: dict[str, list[tuple[tuple[str, ...], frozenset[str], frozenset[str]]]]
    words: list[str]
    small: frozenset[str]
    numbers: frozenset[str]
    another: frozenset[str]
    """Words before a label that say it is another document's: "zur Rechnung Nr. 12"."""
    corrects: frozenset[str]
    """Verbs after which another document's number and day follow: "remplace la pièce 12 du 3 mars"."""
    whose: frozenset[str]
    """Words before a reference that say it is one party's: "Nos réf."."""
    including: frozenset[str]
    excluding: frozenset[str]
    """Words between a total and a tax: "total incl. VAT", "Summe ohne MwSt."."""
    endings: tuple[str, ...]
    """Long words that end like this are taken for it: a "Handelsrechnung" is a "Rechnung"."""


class _Folding(dict):
    """Maps each character to one plain lower-case character, so that places in the text stay the same."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        plain = unicodedata.normalize("NFKD", character).casefold()[:1]
        self[code] = plain if plain.isascii() and plain.isalnum() else character
        return self[code]


_FOLDING = _Folding({ord("º"): "°", ord("’"): "'", ord("№"): "°"})


def fold(text: str) -> str:
    """The text without case and accents, each character where it was."""
    return text.translate(_FOLDING)


def is_small(text: str) -> bool:
    """Whether a text has nothing but small words ("à l'") and marks."""
    return all(word in lexicon().small for word in re.findall(r"[a-z0-9]+", fold(text)))


@cache
def tables() -> dict[str, dict[str, list[str]]]:
    """The file as it is."""
    return tomllib.loads((Path(__file__).parent / "labels.toml").read_text(encoding="utf-8"))


@cache
def lexicon() -> Lexicon:
    """The labels, ready to be looked for."""
    words = tables()["words"]
    small, numbers = frozenset(fold(word) for word in words["small"]), frozenset(fold(w) for w in words["number"])
    roles, languages = defaultdict(set), defaultdict(set)
    for role, by_language in tables().items():
        if role in _TABLES:
            continue
        for language, phrases in by_language.items():
            for phrase in phrases:
                key = _key(_tokens(phrase, numbers), small)
                roles[key].add(role)
                languages[key].add(language)
    _pass_on_titles(roles)
    by_first = defaultdict(list)
    for key in sorted(roles, key=len, reverse=True):
        by_first[key[0]].append((key, frozenset(roles[key]), frozenset(languages[key])))
    vocabulary = sorted({token for key in roles for token in key if len(token) >= 5})
    names = ("another", "corrects", "whose", "including", "excluding")
    sets = {name: frozenset(map(fold, words[name])) for name in names}
    return Lexicon(dict(by_first), vocabulary, small, numbers, **sets, endings=tuple(words["endings"]))


def _pass_on_titles(roles: dict[tuple[str, ...], set[str]]) -> None:
    """An "invoice no" is a title too: the longer label must not hide what its beginning says."""
    for key, own in roles.items():
        if own <= {"number", "number_weak", "other_number", "order_reference"}:
            beginnings = (roles.get(key[:length], set()) for length in range(1, len(key)))
            titles = {"something_else"} if own & {"other_number", "order_reference"} else {"invoice", "credit_note"}
            own.update(*(beginning & titles for beginning in beginnings))


def _key(tokens: list[tuple[str, int, int]], small: frozenset[str]) -> tuple[str, ...]:
    """A phrase without small words, but for the last one: "facture a" is not "facture"."""
    words = [token for token, _, _ in tokens]
    return tuple(word for word in words[:-1] if word not in small) + tuple(words[-1:])


def find_labels(layout: Layout) -> tuple[list[Label], str]:
    """All labels in reading order, and the language most of them belong to."""
    labels, languages = [], Counter()
    for line in layout.lines:
        found = []
        for label, spoken in _in_line(line):
            found.append(label)
            for language in spoken:
                languages[language] += 1 / len(spoken)
        labels += _joined(found)
    return labels, max(languages, key=languages.get, default="")


def _in_line(line: Line):
    """The labels of one line; where several fit, the longest."""
    known = lexicon()
    for start, end in line.columns():
        tokens = [
            (_nearest(token, line.page.source == "ocr"), start + a, start + b)
            for token, a, b in _tokens(line.text[start:end], known.numbers)
        ]
        at = 0
        while at < len(tokens):
            for key, roles, languages in known.by_first.get(tokens[at][0], ()):
                last = _last_of(key, tokens, at, known.small)
                if last is not None:
                    a, b = tokens[at][1], tokens[last][2]
                    yield Label(roles, line, a, b, len(key), line.area_of(a, b)), languages
                    at = last
                    break
            at += 1


def _joined(labels: list[Label]) -> list[Label]:
    """Labels that make one: a total "with" or "without" a tax is gross or net, a "no" belongs to what it counts."""
    joined: list[Label] = []
    for label in labels:
        before = joined[-1] if joined else None
        if before and "tax" in label.roles and (role := _role_with_tax(before, label)):
            joined[-1] = _joint(before, label, frozenset({role}))
        elif before and before.roles & _COUNTED and _is_no_of(before, label):
            joined[-1] = _joint(before, label, before.roles | ({"number"} if before.roles & _TITLES else set()))
        else:
            joined.append(label)
    return joined


def _joint(before: Label, label: Label, roles: frozenset[str]) -> Label:
    """Both labels as one."""
    line, start = label.line, before.start
    return Label(roles, line, start, label.end, before.length + label.length, line.area_of(start, label.end))


def _is_no_of(before: Label, label: Label) -> bool:
    """Whether a bare "no" follows at once: "Facture rectifiée n°"."""
    text = label.line.text
    is_bare = [token for token, _, _ in _tokens(text[label.start : label.end], lexicon().numbers)] == ["no"]
    return is_bare and not text[before.end : label.start].strip(" .")


def _role_with_tax(total: Label, tax: Label) -> str:
    """`gross` or `net`, where the words say that the total is with or without the tax."""
    if not total.roles & {"gross", "gross_weak", "net", "payable"} or "\t" in total.line.text[total.end : tax.start]:
        return ""
    known, text = lexicon(), total.line.text
    between = re.findall(r"[a-z]+", fold(text[total.end : tax.start]))
    after = re.findall(r"[a-z]+", fold(text[tax.end : tax.end + 14]).split("\t")[0])[:1]
    said = between or after
    if len(between) > 3:
        return ""
    if known.excluding.intersection(said):
        return "net"
    return "gross" if known.including.intersection(said) else ""


def _last_of(key: tuple[str, ...], tokens: list[tuple[str, int, int]], at: int, small: frozenset[str]) -> int | None:
    """Where a phrase that begins at `at` ends, small words between its words being passed over."""
    for wanted in key[1:]:
        at += 1
        while at < len(tokens) and tokens[at][0] != wanted and tokens[at][0] in small:
            at += 1
        if at >= len(tokens) or tokens[at][0] != wanted:
            return None
    return at


def _tokens(text: str, numbers: frozenset[str]) -> list[tuple[str, int, int]]:
    """The words in their plain form, with their places."""
    found = []
    for match in _TOKEN.finditer(fold(text)):
        token = match[0]
        if token in numbers or token == "#" or "°" in token:
            token = "no"
        # "# no" and "no n°" say it once.
        if not (found and found[-1][0] == token == "no"):
            found.append((token, match.start(), match.end()))
    return found


@lru_cache(maxsize=20_000)
def _nearest(token: str, is_ocr: bool) -> str:
    """The label word that `token` is: for its ending, or because OCR most likely misread it."""
    known = lexicon()
    if len(token) < 5 or token.isdigit() or token in known.by_first or token in known.words:
        return token
    if ending := next((ending for ending in known.endings if token.endswith(ending)), ""):
        return ending
    if not is_ocr:
        return token
    allowed = 1 if len(token) < 11 else 2
    match = process.extractOne(token, known.words, scorer=DamerauLevenshtein.distance, score_cutoff=allowed)
    return match[0] if match else token
