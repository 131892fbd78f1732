"""Pages as they are read: a hundred words each, few of them in every document and most in hardly any."""

from __future__ import annotations

import random
from datetime import date
from functools import cache
from itertools import accumulate

from app.core import money
from app.search import folding

SYLLABLES = [a + b for a in "bcdfglmnprst" for b in "aeio"]
EVERYWHERE = ("facture", "total", "tva", "date", "montant", "ttc", "ht", "siret", "page", "conditions", "reglement")
VOCABULARY, ON_A_PAGE, PAGES = 20_000, 90, 20_000


@cache
def vocabulary() -> list[str]:
    """All words there are, the frequent ones first."""
    chance = random.Random(7)
    return list({"".join(chance.choices(SYLLABLES, k=chance.randrange(3, 6))): None for _each in range(VOCABULARY)})


@cache
def _pages() -> list[list[str]]:
    """Some pages; their words follow each other in frequency as in any language."""
    chance, weights = random.Random(7), list(accumulate(1 / (rank + 5) for rank in range(len(vocabulary()))))
    return [chance.choices(vocabulary(), cum_weights=weights, k=ON_A_PAGE) for _each in range(PAGES)]


def of_page(chance: random.Random, issued: date) -> str:
    """Those of some page of that day, as they are kept."""
    days = (f"{issued.year}", f"{issued:%d%m%Y}", f"{issued:%d}", f"{issued:%m}")
    return folding.kept([*EVERYWHERE, *chance.choice(_pages()), *days])


def of_facts(number: str, label: str, party: str, issued: date, *amounts: int) -> str:
    """As `documents.texts` keeps them."""
    texts = [*folding.words_of_number(number), *folding.words_of(label), *folding.words_of(party)]
    texts.append(folding.word_of_month(issued))
    return folding.kept([*texts, *(folding.word_of_amount(money.from_minor(each, "EUR")) for each in amounts)])
