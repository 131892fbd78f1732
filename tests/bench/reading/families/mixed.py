"""Layouts mixed by chance from the words of six languages: each seed gives others, that nobody has seen."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from tests.bench.reading.families.addresses import PLAIN
from tests.bench.reading.families.family import Family
from tests.bench.reading.families.heads import HEADS
from tests.bench.reading.families.metas import METAS
from tests.bench.reading.families.sums import SUMMINGS
from tests.bench.reading.families.tables import STYLES

NUMBERS = ["{y}-{n:04}", "{yy}{m:02}{n:04}", "F{y}/{n:03}", "{n:06}", "R-{yy}-{n:05}", "{y}.{n:04}", "AX{n:05}"]
LETTERHEADS = [["{street}", "{town}"], ["{street}", "{town}", "{phone}"], ["{street}, {town}", "{email}"]]
PAGES = ["", "{page} / {pages}", "Page {page}/{pages}"]
CURRENCIES = {"GBP": "GBP", "£": "GBP"}


def mixed(count: int, seed: int) -> Iterator[Family]:
    """So many layouts, each language in its turn."""
    words = _words()
    for place in range(count):
        language = list(words)[place % len(words)]
        yield _layout(f"mixed-{language}-{seed}-{place + 1}", language, words[language], Random(f"{seed} {place}"))


@cache
def _words() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((Path(__file__).parent / "mixed.toml").read_text("utf-8"))


def _layout(name: str, language: str, words: dict[str, list[str]], chance: Random) -> Family:
    said = {key: chance.choice(choices) for key, choices in words.items()}
    amount, country = said["amounts"], said["countries"] if language != "en" else "GB"
    mixes, goes_on = chance.random() < 0.45, chance.random() < 0.3
    label, form = said["others"].split("|")
    facts, title = _facts(said, label, chance)
    return Family(
        name=name, language=language, country=country, seller=said["sellers"], goods=words["goods"],
        currency=next((code for sign, code in CURRENCIES.items() if sign in amount), "EUR"), mixed=mixes,
        rates=[words["goods"][0].rsplit("|", 1)[1]], lines=(26, 44) if goes_on else (1, 7), credits=0.5,
        number=chance.choice(NUMBERS), numbers={"other": form}, date=said["formats"], amount=amount,
        minus=chance.choice(["before", "before", "after"]), title=title or said["titles"],
        credit_title=said["credit_titles"] + (" {number}" if title else ""), facts=facts,
        letterhead=chance.choice(LETTERHEADS),
        buyer_label=said["buyers"], columns=_columns(said["columns"], mixes, chance), sums=_sums(said, mixes, chance),
        tax_table=said["tables"].split("|") if mixes or chance.random() < 0.2 else [],
        tax_first=chance.random() < 0.4, notes=[said["notes"], *([said["replaces"]] if chance.random() < 0.35 else [])],
        credit_notes=[said["credits"]], bank=[said["banks"]] if chance.random() < 0.7 else [], foot=[said["feet"]],
        carried=said["carried"].split("|") if goes_on else [], page_words=chance.choice(PAGES),
        **_looks(chance),
    )  # fmt: skip


def _facts(said: dict[str, str], label: str, chance: Random) -> tuple[list[list[str]], str]:
    """Number, dates and another number in some order; now and then the number is in the title, or has no label."""
    way = chance.choice(["label", "label", "label", "title", "bare"])
    number = [[said["numbers"], "{number}"]] if way == "label" else [["", "{number}"]] if way == "bare" else []
    dates = [[said["dates"], "{issue}"], [said["dues"], "{due}", "invoice"]]
    facts = [*number, *dates, *([[label, "{other}"]] if chance.random() < 0.7 else [])]
    if chance.random() < 0.4:
        chance.shuffle(facts)
    return facts, f"{said['titles']} {{number}}" if way == "title" else ""


def _columns(labels: str, mixes: bool, chance: Random) -> list[str]:
    text, quantity, price, amount = labels.split("|")
    found = [f"text|{text}", f"qty|{quantity}", f"price|{price}", *(["rate|%"] if mixes else []), f"amount|{amount}"]
    return ["pos|#", *found] if chance.random() < 0.3 else found


def _sums(said: dict[str, str], mixes: bool, chance: Random) -> list[list[str]]:
    tax = [said["rates"], "taxes"] if mixes and chance.random() < 0.6 else [said["taxes"], "tax"]
    return [[said["nets"], "net"], tax, [said["grosses"], "gross"]]


def _looks(chance: Random) -> dict[str, Any]:
    choices = {
        "head": [*HEADS, *PLAIN], "meta": METAS, "table": STYLES, "summing": SUMMINGS, "footing": ["centre", "left"],
        "logo": ["none", "disc", "bars", "peak", "square"], "face": ["sans", "sans", "serif", "mono"],
        "colour": ["#334455", "#7c2d12", "#065f46", "#000000", "#4338ca"], "size": [8, 9, 9, 10],
    }  # fmt: skip
    looks = {name: chance.choice(list(those)) for name, those in choices.items()}
    return looks | {"meta_below": chance.random() < 0.2, "bare_cells": chance.random() < 0.6}
