"""Which documents are proposed for a line, and why; what is sure and what never is."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import chain

import pytest

from app.bank.automatic import sure_ones
from app.bank.book import Book, Known, Line, Open
from app.bank.models import Difference
from app.bank.scoring import suggest
from app.bank.sums import coming_to
from app.bank.writing import Words

DAY = date(2026, 10, 30)
PARTIES = {1: "Plomberie Dupont SARL", 2: "Garage Morin", 3: "Maison Lefèvre et Fils"}


def bill(number: str, minor: int = 12000, party: int = 1, id: int | None = None, **facts) -> Open:
    facts = {"issued": date(2026, 10, 1), "due": DAY, "name": PARTIES[party]} | facts
    takes_in = facts.pop("takes_in", False)
    return Open(
        id or len(number) * 1000 + minor, party, number, minor, "EUR", takes_in, facts.pop("is_sale", False), **facts
    )


def line(label: str, minor: int = -12000, name: str = "", iban: str = "", id: int = 1, **facts) -> Line:
    return Line(id, DAY, minor, "EUR", Words(label, name, facts.pop("reference", "")), iban, **facts)


def best(said: Line, *bills: Open, known: Known | None = None):
    return suggest(said, Book(bills, known))


def reasons(suggestion) -> set[str]:
    return {reason[0] for reason in suggestion.why}


@pytest.mark.parametrize(("label", "how"), [
    ("VIR FACTURE F-2026-0123", "number"), ("VIR FACT F20260123", "number"), ("VIR F 2026 0123 MERCI", "number"),
    ("VIR FACTUREF20260123", "number"), ("VIR F-2O26-OI23", "misread"), ("VIR F-2026-123", "misread"),
    ("VIR N° 123", "end"), ("VIR SEPA EMIS /MOTIF F-2026-012", "cut"), ("VIR RF18539007547034 X", ""),
])  # fmt: skip
def test_a_number_is_found_as_banks_and_people_write_it(label, how):
    """BK-2: without its marks, in pieces, glued to a word, with letters for digits, without zeros, cut, or its end."""
    found = best(line(label), bill("F-2026-0123"))[0]
    assert how == next((reason[0] for reason in found.why if reason[0] in {"number", "misread", "end", "cut"}), "")


@pytest.mark.parametrize("label", ["VIR RF18 5390 0754 7034", "VIR +++090/9337/55493+++"])
def test_a_structured_reference_is_found_in_groups(label):
    """BK-2: RF and Belgian references, as they are printed or in one piece."""
    for reference in ("RF18539007547034", "+++090/9337/55493+++"):
        found = best(line(label), bill("X-1", reference=reference))[0]
        assert ("reference" in reasons(found)) is (
            reference[:2] == label[4:6] or ("090" in label and "090" in reference)
        )


def test_names_accounts_rules_and_earlier_matches_say_whose_it_is():
    """BK-2: without its legal form, cut by the bank, or another name it was matched under before."""
    bills = bill("A-1"), bill("B-1", party=2, id=7)
    for said, reason in (
        (line("VIR", name="PLOMBERIE DUPONT"), "name"),
        (line("VIR SEPA EMIS /BEN PLOMBERIE DU"), "name"),
        (line("VIR", name="M DUPONT ARTISAN"), "name_before"),
        (line("VIR", iban="FR76"), "iban"),
        (line("VIR", party=1), "rule"),
    ):
        known = Known({"FR76": Counter({1: 3})}, {"m dupont artisan": Counter({1: 2})}, dict(PARTIES))
        first = best(said, *bills, known=known)[0]
        assert first.documents == (bills[0],) and reason in reasons(first), said.words.words


@pytest.mark.parametrize(("minor", "difference"), [
    (-12000, None), (-11999, Difference.ROUNDING), (-11760, Difference.DISCOUNT), (-11150, Difference.FEE),
    (-6000, None),
])  # fmt: skip
def test_a_difference_is_called_what_it_may_be(minor, difference):
    """BK-2: a rounding, a usual discount, a fee; a part is no difference."""
    assert best(line("VIR F-2026-0123", minor), bill("F-2026-0123"))[0].difference is difference


def test_several_documents_of_one_party_come_to_the_amount():
    """BK-2: with all their numbers or none; a credit note is taken off."""
    bills = bill("A-101", 5000), bill("A-102", 7000), bill("A-103", 9100)
    both = best(line("VIR A-101 A-102", -12000), *bills)[0]
    assert both.documents == bills[:2] and ["numbers", 2] in both.why
    assert best(line("VIR", -14100, name="PLOMBERIE DUPONT"), *bills)[0].documents == (bills[0], bills[2])
    credit = bill("AV-1", 2000, takes_in=True)
    assert best(line("VIR", -7100, name="PLOMBERIE DUPONT"), bills[2], credit)[0].documents == (bills[2], credit)
    assert coming_to(10, [4, 3, 3, -1, 1]) == [(0, 1, 2), (0, 1, 2, 3, 4)] and coming_to(99, [1, 2]) == []


CHEQUE, CUT = "CHEQUE N° 0013920", "VIR RECU 1758756316S DE: MAISON"


@pytest.mark.parametrize(("label", "minor", "expected"), [
    (CHEQUE, 12113, {"A-101", "A-102"}), (CHEQUE, 14200, {"A-101", "A-103"}), (CHEQUE, 5600, {"A-103", "AV-1"}),
    (CUT, 9913, {"C-1", "C-2"}), (CHEQUE, 7012, {"A-102"}), (CHEQUE, 4998, {"A-101"}), (CHEQUE, 2550, {"A-101"}),
    ("VIR RECU 1758756316S DE: GARAGE", 9913, {"C-1", "C-2"}), (CUT, 2376, {"C-1"}), (CHEQUE, 2040, set()),
    ("VIR RECU 1758756316S DE: GARAGE", 2376, set()),
])  # fmt: skip
def test_a_line_that_says_nobody_s_name_is_guessed_by_its_amount(label, minor, expected):
    """BK-2: by several documents of one party, or one but for a usual difference; never sure."""
    bills = bill("A-101", 5100), bill("A-102", 7013), bill("A-103", 9100), bill("AV-1", 3500, takes_in=True)
    other = bill("C-1", 3960, party=3), bill("C-2", 5953, party=3), bill("B-7", 77, party=2)
    told = suggest(line(label, -minor), Book([*bills, *other]), guess=True)
    assert {each.number for each in told[0].documents} == expected if told else not expected
    assert not sure_ones({1: told})


def test_what_many_come_to_by_chance_is_not_guessed():
    """BK-2: of four parties with the same two amounts none; of three each is told."""
    facts = {"issued": DAY, "due": DAY, "name": "Firm"}
    pairs = [
        [Open(10 * party + minor, party, "", minor, "EUR", False, False, **facts) for minor in (3, 4)]
        for party in range(4)
    ]
    said = line(CHEQUE, -7)
    guessed = lambda pairs: suggest(said, Book(chain(*pairs)), guess=True)  # noqa: E731
    assert guessed(pairs) == []
    assert [len(each.documents) for each in guessed(pairs[:3])] == [2, 2, 2]


def test_of_a_party_with_much_open_the_oldest_are_added_up():
    """BK-2: S110: what a line costs, and what comes to an amount by chance, does not grow with all that one owes."""
    owed = [Open(n, 1, "", 2**n, "EUR", False, False, issued=DAY, due=DAY) for n in range(20)]
    guessed = lambda minor: suggest(line(CHEQUE, -minor), Book(owed), guess=True)  # noqa: E731
    assert {each.minor for each in guessed(2**7 + 2**8)[0].documents} == {2**7, 2**8}
    assert guessed(2**8 + 2**9) == []


@pytest.mark.parametrize("known", [Counter({2: 9}), Counter({2: 5, 3: 4})])
@pytest.mark.parametrize("label", ["VIREMENT RECU FACTURE F-2026-0471", "VIREMENT RECU FACTURE F-2026-0471 A"])
def test_another_payer_is_never_sure_however_little_it_weighs(label, known):
    """BK-3: a name that was matched before, cut by the bank or of several, speaks against the number beside it."""
    names = Known({}, {"garage martin": known}, dict(PARTIES))
    told = best(line(label, name="GARAGE MARTIN"), bill("F-2026-0471"), known=names)
    assert told[0].is_whole and not sure_ones({1: told})


def test_a_chance_sum_of_another_line_keeps_nothing_from_being_matched():
    """BK-3: a guess is no claim."""
    bills = bill("F-2026-0101", 5100), bill("F-2026-0102", 7013)
    told = {1: best(line("VIR FACTURE F-2026-0101", -5100), *bills), 2: best(line(CHEQUE, -12113, id=2), *bills)}
    assert list(sure_ones(told)) == [1]


def test_a_party_s_debts_are_found_with_a_difference():
    """BK-2: two or all of what is open, but for a fee, a discount or a rounding, where the line says whose it is."""
    bills = bill("A-101", 5100), bill("A-102", 7013), bill("A-103", 9100)
    for minor, difference in ((12111, Difference.ROUNDING), (20788, Difference.DISCOUNT), (15900, Difference.FEE)):
        (first, *_rest) = best(line("VIR", -minor, name="PLOMBERIE DUPONT"), *bills)
        assert first.difference is difference and len(first.documents) > 1


def test_a_name_that_was_cut_or_is_shared_says_less():
    """BK-2: what was matched under the beginning of a name speaks against nobody whose name begins so."""
    mine, theirs = bill("A-1"), bill("B-1", 400, party=2)
    known = Known({}, {"garage": Counter({2: 3})}, dict(PARTIES))
    label = "VIR SEPA RECU /DE GARAGE"
    assert Words(f"{label:<31}").is_cut
    (first, *_rest) = best(line(f"{label:<31}"), mine, theirs, known=known)
    assert first.documents == (mine,)


def test_another_currency_is_found_by_what_the_bank_says():
    """BK-2: the amount in its own currency."""
    dollars = Open(5, 1, "US-1", 11000, "USD", False, False, issued=DAY, due=DAY, name=PARTIES[1])
    said = line("VIR", -10000, name="PLOMBERIE DUPONT", original_minor=-11000, original_currency="USD")
    assert "original" in reasons(best(said, dollars)[0])


@pytest.mark.parametrize(("said", "others"), [
    (line("VIR SEPA"), []),
    (line("VIR", name="PLOMBERIE DUPONT"), []),
    (line("VIR F-2026-0123", -11999), []),
    (line("VIR F-2O26-O123"), []),
    (line("VIR F-2026-0123"), [bill("F-2026-0123", party=2, id=9)]),
    (line("VIR F-2026-0123 G-2026-77"), [bill("G-2026-77", 500, id=9)]),
    (line("VIR F-2026-0123", iban="DE1"), [bill("Z", 5, party=2, id=9)]),
    (line("VIR F-2026-0123", 12000), []),
])  # fmt: skip
def test_what_is_not_exact_or_has_a_rival_is_never_sure(said, others):
    """BK-3: never by amount or name alone, never nearly, never with a second number or another payer."""
    known = Known({"DE1": Counter({2: 5})}, {}, dict(PARTIES))
    told = best(said, bill("F-2026-0123"), *others, known=known)
    assert not sure_ones({1: told})


def test_the_exact_number_and_amount_are_sure_unless_two_lines_claim_it():
    """BK-3: a second line that may as well be for the document leaves both to a person."""
    book = Book([bill("F-2026-0123")])
    told = {1: suggest(line("VIR FACTURE F-2026-0123"), book)}
    assert list(sure_ones(told)) == [1]
    told[2] = suggest(line("VIR SEPA", id=2), book)
    assert sure_ones(told) == {}
    short = Book([bill("1234")])
    assert not sure_ones({1: suggest(line("VIR 1234"), short)}), "a short number says nothing by itself"
    assert sure_ones({1: suggest(line("VIR 1234", name="PLOMBERIE DUPONT"), short)})
