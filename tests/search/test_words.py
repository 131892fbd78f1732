"""Texts become the same words whatever the database; what is typed means words, numbers and amounts."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.search import folding
from app.search.asking import Asked


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Électricité de France", ["de", "electricite", "france"]),
        ("ŒUVRE Straße İzmir", ["izmir", "oeuvre", "strasse"]),
        ("week-end", ["end", "week", "weekend"]),
        ("l’eau", ["eau", "l", "leau"]),
        ("_ – % €", []),
        ("a" * 100, ["a" * folding.LONGEST]),
        ("Счёт №12", ["no12", "счет"]),
        ("\0 x\ty", ["x", "y"]),
    ],
)
def test_accents_case_and_marks_do_not_count(text, words):
    """SR-1: the words of a text, each once."""
    assert folding.kept(folding.words_of(text)).split() == words


def test_a_number_has_each_of_its_ends(text="F-2026/0012"):
    """SR-1: with or without its marks, and by its last digits."""
    words = set(folding.words_of_number(text))

    assert {"f", "2026", "0012", "f20260012", "20260012", "012"} <= words
    assert "12" not in words and set(folding.words_of_number("Avoir")) == {"avoir"}


@pytest.mark.parametrize(
    ("amount", "word"), [("120.00", "=120"), ("-12.50", "=12.5"), ("1000", "=1000"), ("0.05", "=0.05"), ("0", "=0")]
)
def test_an_amount_is_a_word_no_text_has(amount, word):
    """SR-1: without its sign and empty decimals."""
    assert folding.word_of_amount(Decimal(amount)) == word
    assert not set(folding.words_of(word)) & {word}


@pytest.mark.parametrize(
    "typed", ["1 234,56", "1.234,56", "1,234.56", "1'234.56", "1234,56 €", "EUR 1 234.56", "€1,234.56", "1234.56"]
)
def test_an_amount_is_known_in_any_usual_way(typed):
    """SR-1: EX-5: alone or among words."""
    for around in ("{}", "durand {}"):
        if around != "{}" and any(sign in typed for sign in "€EUR"):
            continue
        (*_others, term) = Asked.of(around.format(typed)).terms
        assert ("=1234.56", True) in {(atom.word, atom.is_whole) for way in term.ways for atom in way}, typed


def test_signs_of_the_databases_are_only_text():
    """S84: whatever is typed, what is asked holds letters and digits in quotes."""
    for typed in ("' OR 1=1 --", '"a" NOT b*', "a:* & !b | (c)", "facts:x", "NEAR(a b)", "^a", "\\", "''''", "%_"):
        asked = Asked.of(typed)
        for term in asked.terms:
            for way in term.ways:
                assert all(atom.word.replace("=", "").replace(".", "").isalnum() for atom in way), typed
    assert not Asked.of("%").terms and len(Asked.of("a " * 500).terms) == 8
