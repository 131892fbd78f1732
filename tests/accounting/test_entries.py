"""AC-1: entries: each document balances to the cent, on the sides and accounts where accountants expect it."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from app.accounting import asked, codes, taking
from app.accounting.codes import Codes
from app.accounting.entries import Unbalanced, entry
from app.accounting.kinds import ConnectionKind
from app.accounting.lacking import Lack
from app.accounting.models import Connection
from app.core import clock
from app.counterparties.models import Counterparty
from app.documents.models import Category, Direction, Document, DocumentTax, Kind
from app.extensions import db
from tests.factories import make_document, make_user

CODES = Codes()
SALE, PURCHASE = Direction.SALE, Direction.PURCHASE


def said(direction=SALE, kind=Kind.INVOICE, amounts=(10000, 2000, 12000), rates=(), **facts) -> Document:
    """A document that no database knows."""
    net, tax, gross = amounts
    taxes = [DocumentTax(rate_bp=rate, base_minor=base, tax_minor=tax) for rate, base, tax in rates]
    about = {"number": "F-1", "label": "Oak", "counterparty_name": "Lumen", "currency": "EUR", "account_code": ""}
    amounts_of = {"net_minor": net, "tax_minor": tax, "gross_minor": gross}
    return Document(direction=direction, kind=kind, taxes=taxes, **(about | amounts_of | facts))


def sides(document: Document) -> list[tuple[str, int, int]]:
    return [(each.account, each.debit_minor, each.credit_minor) for each in entry(document, CODES)]


TWO_RATES = ((550, 1000, 55), (2000, 2000, 400))


@pytest.mark.parametrize(
    ("document", "wanted"),
    [
        (said(), [("411000", 12000, 0), ("471000", 0, 10000), ("445710", 0, 2000)]),
        (said(PURCHASE), [("401000", 0, 12000), ("471000", 10000, 0), ("445660", 2000, 0)]),
        (said(kind=Kind.CREDIT_NOTE), [("411000", 0, 12000), ("471000", 10000, 0), ("445710", 2000, 0)]),
        (said(PURCHASE, Kind.CREDIT_NOTE), [("401000", 12000, 0), ("471000", 0, 10000), ("445660", 0, 2000)]),
        (
            said(amounts=(3000, 455, 3455), rates=TWO_RATES),
            [("411000", 3455, 0), ("471000", 0, 3000), ("445710", 0, 55), ("445710", 0, 400)],
        ),
        (said(PURCHASE, amounts=(9000, 0, 9000)), [("401000", 0, 9000), ("471000", 9000, 0)]),
        (said(PURCHASE, amounts=(9000, 0, 9000), rates=((2000, 9000, 0),)), [("401000", 0, 9000), ("471000", 9000, 0)]),
        (said(amounts=(None, 2000, 12000)), [("411000", 12000, 0), ("471000", 0, 10000), ("445710", 0, 2000)]),
        (
            said(amounts=(1000, 145, 1145), rates=((550, -1000, -55), (2000, 1000, 200))),
            [("411000", 1145, 0), ("471000", 0, 1000), ("445710", 55, 0), ("445710", 0, 200)],
        ),
    ],
    ids=["sale", "purchase", "credit", "supplier credit", "rates", "zero", "reverse charge", "no net", "negative rate"],
)
def test_each_amount_stands_on_its_side(document, wanted):
    """AC-1: customers and suppliers against income, expenses and the tax of each rate; tax of 0 has no line."""
    assert sides(document) == wanted


@pytest.mark.parametrize(
    "document",
    [
        said(amounts=(10000, None, 12000)),
        said(amounts=(10000, 2000, None)),
        said(amounts=(10000, 2000, 12001)),
        said(rates=((2000, 10000, 1999),)),
        said(amounts=(0, 0, 0)),
    ],
    ids=["no tax", "no gross", "sum", "rates", "nothing"],
)
def test_what_does_not_add_up_makes_no_entry(document):
    """AC-1: nothing is put right by guessing."""
    with pytest.raises(Unbalanced):
        entry(document, CODES)


def test_the_nearest_account_is_taken():
    """AC-1: the document's own, else its category's, else the connection's; a customer's own before the usual one."""
    codes_of = codes.of(Connection(codes={"expense": "607000", "sale_journal": "VE", "supplier": " "}))
    wood = Category(name="Wood", account_code="601000")
    of = lambda document: [each.account for each in entry(document, codes_of)][:2]  # noqa: E731

    assert of(said(PURCHASE)) == ["401000", "607000"]
    assert of(said(PURCHASE, category=wood)) == ["401000", "601000"]
    assert of(said(PURCHASE, category=wood, account_code="602000")) == ["401000", "602000"]
    assert of(said(PURCHASE, counterparty=Counterparty(name="Lumen", account_code="401LUM")))[0] == "401LUM"
    assert codes_of.journal(said()) == "VE" and codes_of.journal(said(PURCHASE)) == "ACH"
    assert codes.of(None) == Codes()


minor = st.integers(-(10**9), 10**9)


@st.composite
def documents(draw) -> Document:
    """Any that adds up: of either side, with or without rates, some below zero, some without a net amount."""
    taxes = draw(st.lists(minor, max_size=3))
    net = draw(minor)
    tax = sum(taxes) if taxes else draw(minor)
    rates = [(rate, 0, each) for rate, each in zip((0, 550, 2000), taxes, strict=False)]
    shown = draw(st.sampled_from([net, None]))
    codes_of = {"account_code": draw(st.sampled_from(["", "601000"]))}
    kind, direction = draw(st.sampled_from(Kind)), draw(st.sampled_from(Direction))
    return said(direction, kind, (shown, tax, net + tax), rates, **codes_of)


@settings(max_examples=60)
@given(st.lists(documents(), min_size=1, max_size=4))
def test_any_mix_balances_and_comes_to_what_the_documents_say(mix):
    """AC-1: S89: debit is credit for each, and what stands on every account is what the documents come to."""
    on_account, wanted = Counter[str](), Counter[str]()
    for document in mix:
        if document.gross_minor == 0 and not document.tax_minor and not any(t.tax_minor for t in document.taxes):
            continue
        lines = entry(document, CODES)
        assert sum(each.debit_minor for each in lines) == sum(each.credit_minor for each in lines)
        assert all(bool(each.debit_minor) != bool(each.credit_minor) for each in lines)
        assert all(each.debit_minor >= 0 and each.credit_minor >= 0 for each in lines)
        for each in lines:
            on_account[each.account] += each.debit_minor - each.credit_minor
        sign = (1 if document.direction is SALE else -1) * (-1 if document.kind is Kind.CREDIT_NOTE else 1)
        wanted[CODES.party(document)] += sign * document.gross_minor
        wanted[CODES.tax(document)] -= sign * document.tax_minor
        wanted[CODES.net(document)] -= sign * (document.gross_minor - document.tax_minor)

    assert {name: sum_ for name, sum_ in on_account.items() if sum_} == {name: s for name, s in wanted.items() if s}


def everything(**facts) -> asked.Asked:
    """All times, as entries or as it is said."""
    user = facts.pop("user")
    return asked.from_address(user, user.companies[0], MultiDict({"period": "all", "way": "entries"} | facts))


def test_the_page_and_the_entries_agree_on_what_is_left_out(app):
    """AC-1: what a test on the row keeps out makes no entry, and what it lets go makes one."""
    user = make_user()
    now = {"validated_at": clock.now(), "direction": SALE}
    wanted = {
        make_document(**now, tax_minor=None).id: Lack.TAX,
        make_document(**now, gross_minor=None).id: Lack.AMOUNT,
        make_document(**now, gross_minor=12001).id: Lack.SUM,
        make_document(**now, taxes=[DocumentTax(rate_bp=2000, base_minor=1, tax_minor=1)]).id: Lack.RATES,
        make_document(**now, gross_minor=0, net_minor=0, tax_minor=0).id: Lack.NOTHING,
        make_document(**now, currency="USD").id: Lack.CURRENCY,
        make_document(**now, net_minor=None).id: "",
        make_document(**now, taxes=[DocumentTax(rate_bp=2000, base_minor=1, tax_minor=2000)]).id: "",
        make_document(**now, net_minor=12000, tax_minor=0).id: "",
    }

    found = db.session.execute(taking.with_reason(user, user.companies[0], everything(user=user))).all()

    assert {document.id: why for document, why in found} == wanted
    for document, why in found:
        if why not in ("", Lack.CURRENCY):
            with pytest.raises(Unbalanced):
                entry(document, CODES)
        else:
            assert entry(document, CODES)
    assert everything(user=user).kind is ConnectionKind.ENTRIES
