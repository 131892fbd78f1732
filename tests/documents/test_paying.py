"""Paid by hand: where no bank line will say it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from app.audit.models import AuditEntry
from app.core import clock
from app.core.errors import Refused
from app.documents import decisions, marks, paying, reasons, retention
from app.documents.models import Direction, Document, Kind, PaidMeans, Status
from app.extensions import db
from app.web import filters
from app.web.access import Role
from tests.factories import make_company, make_document, make_user, reload, the_company

CASH = PaidMeans.CASH


def validated(**facts):
    """A purchase of 120.00 EUR that is open."""
    return make_document(**({"validated_at": clock.now()} | facts))


def today():
    return clock.today(the_company())


def paid(document, part=None, means=CASH, **more):
    paying.pay(document, by=make_user(), on=today(), means=means, part=part, **more)
    return document


def test_what_is_paid_by_hand_is_validated_and_paid_with_another_mark(app):
    """LC-4: LC-8: date, means and the whole open amount; the chip and the line say that a person said so."""
    document = paid(validated())
    db.session.commit()

    document = reload(document)
    assert (document.status, document.open_minor, document.paid_minor) == (Status.VALIDATED, 0, 12000)
    mark = next(marks.of(document))
    assert (mark.label, mark.more) == ("Paid by hand", f"Cash · {filters.day(today())}")
    assert reasons.in_words(document.reason) == "Done: it was paid by hand, no bank line is awaited."
    entry = db.session.scalars(AuditEntry.about(document)).first()
    assert (entry.act, entry.changes["paid_minor"], entry.changes["paid_means"]) == (
        "paid by hand",
        [0, 12000],
        [None, "cash"],
    )


def test_a_part_leaves_the_rest_open_and_a_second_part_closes_it(app):
    """LC-4: paid and settled amounts follow."""
    document = paid(validated(), Decimal("50"))
    assert (document.status, document.open_minor) == (Status.TO_MATCH, 7000)
    assert reasons.in_words(document.reason) == "A part was paid by hand: €70.00 still open."
    assert "€50.00" in next(marks.of(document)).more

    paid(document, Decimal("70.00"), PaidMeans.CHEQUE)

    assert (document.status, document.paid_minor, document.paid_means) == (Status.VALIDATED, 12000, PaidMeans.CHEQUE)


def test_taking_back_puts_it_where_the_facts_say(app):
    """LC-4: reversible; what the bank has matched stays, and so does a payment that was prepared."""
    document, member = paid(validated(settled_minor=2000, pay_date=today())), make_user()
    assert (document.status, document.settled_minor, document.paid_minor) == (Status.VALIDATED, 12000, 10000)

    paying.take_back(document, by=member)

    assert (document.status, document.settled_minor, document.paid_minor) == (Status.TO_PAY, 2000, 0)
    assert (document.paid_date, document.paid_means, list(marks.of(document))) == (None, None, [])
    with pytest.raises(Refused):
        paying.take_back(document, by=member)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("direction", Direction)
def test_every_document_can_be_settled_by_hand(app, kind, direction):
    """LC-4: a purchase is paid, a sale received, a credit note refunded."""
    said = {"purchase": "Paid by hand", "sale": "Received by hand"}[direction.value]
    document = paid(validated(kind=kind, direction=direction))

    assert document.status is Status.VALIDATED
    assert next(marks.of(document)).label == (said if kind is Kind.INVOICE else "Refunded by hand")
    assert said.split()[0].lower() in reasons.in_words(document.reason) or kind is Kind.CREDIT_NOTE


def test_what_was_paid_by_hand_is_kept_by_law(app):
    """LC-4: R17: even once it is taken back."""
    document = paid(validated())
    paying.take_back(document, by=make_user())

    assert document.held_at and retention.is_held(document)


def test_what_began_to_wait_for_approval_meanwhile_is_not_paid(app, monkeypatch):
    """LC-4: between the look and the change."""
    document = validated()
    asked = update(Document).where(Document.id == document.id).values(awaits_approval=True)
    ask = lambda _document: db.session.execute(asked.execution_options(synchronize_session=False))  # noqa: E731
    monkeypatch.setattr(paying, "before_paying", [ask])

    with pytest.raises(Refused):
        paid(document)

    assert not reload(document).settled_minor


REFUSED = [
    ({"trashed_at": clock.now()}, {}, "in the trash"),
    ({"validated_at": None}, {}, "not validated"),
    ({"awaits_approval": True}, {}, "waits for approval"),
    ({"settled_minor": 12000}, {}, "Nothing of it is open"),
    ({"gross_minor": 0}, {}, "Nothing of it is open"),
    ({}, {"part": Decimal("120.01")}, "Only €120.00"),
    ({"settled_minor": 2000}, {"part": Decimal("100.01")}, "Only €100.00"),
    ({}, {"part": Decimal(0)}, "above zero"),
    ({}, {"part": Decimal(-5)}, "above zero"),
    ({}, {"on": today}, "still to come"),
    ({}, {"version": 7}, "meanwhile"),
]


@pytest.mark.parametrize(("facts", "said", "sentence"), REFUSED)
def test_what_cannot_be_paid_is_refused_in_words(app, facts, said, sentence):
    """LC-4: S94: never more than is open, not in the future, not what waits for approval."""
    document = validated(**facts)
    said = {"on": today(), "means": CASH} | said
    if callable(said["on"]):
        said["on"] = today() + timedelta(days=1)
    was = (document.status, document.settled_minor)

    with pytest.raises(Refused, match=sentence):
        paying.pay(document, by=make_user(), **said)

    assert (reload(document).status, document.settled_minor, document.paid_minor) == (*was, 0)


def test_the_database_refuses_more_paid_than_settled(app):
    """LC-4: S94: what must never be false is a constraint too."""
    document = validated()
    with pytest.raises(IntegrityError), db.session.begin_nested():
        document.paid_minor = 1
        db.session.flush()


def test_what_is_settled_stays_of_its_kind_and_currency(app):
    """LC-4: RV-5: a payment is no refund because somebody corrects the type."""
    document, member = paid(validated(), Decimal(1)), make_user()
    for change in ({"kind": Kind.CREDIT_NOTE}, {"currency": "USD"}):
        with pytest.raises(Refused, match="settled already"):
            decisions.edit(document, change, by=member, version=document.version)


def test_a_paid_document_comes_back_from_the_trash_paid(app):
    """LC-4: TR-1: its payment is a fact that the trash keeps."""
    document = paid(validated())
    decisions.trash(document, by=None)
    with pytest.raises(Refused, match="in the trash"):
        paying.take_back(document, by=make_user())
    decisions.restore(document, by=None)

    assert (document.status, document.paid_minor) == (Status.VALIDATED, 12000)


# --- The page -------------------------------------------------------------------------------------


def test_the_page_proposes_today_and_all_that_is_open(app, browser):
    """LC-4: one click more than reading it; taking back stands beside what was paid."""
    document, client = validated(settled_minor=2000), browser(make_user())
    shown = client.get(f"/documents/{document.id}").text
    form = client.get(f"/documents/{document.id}/payment").text
    assert f"/documents/{document.id}/payment" in shown
    assert f'value="{today().isoformat()}"' in form and 'value="100.00"' in form

    answer = client.post(
        f"/documents/{document.id}/payment",
        data={"version": document.version, "paid_date": today().isoformat(), "means": "card", "part": "100.00"},
        follow_redirects=True,
    )

    assert reload(document).status is Status.VALIDATED
    assert "Paid by hand · Card" in answer.text and "/payment/removal" in answer.text
    client.post(f"/documents/{document.id}/payment/removal")
    assert reload(document).status is Status.TO_MATCH


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"part": "abc"}, "is not an amount"),
        ({"part": "500"}, "Only €120.00 of it are open"),
        ({"paid_date": ""}, "Enter the day"),
        ({"paid_date": "2199-01-01"}, "still to come"),
        ({"means": "gold"}, "Invalid Choice"),
        ({"version": "99"}, "meanwhile"),
    ],
)
def test_mistakes_come_back_as_typed(app, browser, typed, said):
    """LC-4: with the reason, and nothing paid."""
    document = validated()
    sent = {"version": document.version, "paid_date": today().isoformat(), "means": "cash", "part": "120"} | typed

    answer = browser(make_user()).post(f"/documents/{document.id}/payment", data=sent)

    assert answer.status_code == 422 and said in answer.text
    assert reload(document).paid_minor == 0


def test_a_double_click_pays_a_part_once(app, browser):
    """LC-4: S59: the same form sent twice."""
    document, client = validated(), browser(make_user(name="Léa"))
    sent = {"version": document.version, "paid_date": today().isoformat(), "means": "cash", "part": "50"}

    answers = [client.post(f"/documents/{document.id}/payment", data=sent) for _click in range(2)]

    assert [each.status_code for each in answers] == [303, 422] and "Léa changed" in answers[1].text
    assert reload(document).paid_minor == 5000


ACTS = ("payment", "payment/removal", "dispute", "dispute/end")


@pytest.mark.parametrize("act", ACTS)
def test_only_who_may_edit_here_says_so(app, browser, act):
    """LC-4: US-3: US-6: S71: a stranger finds nothing, an accountant may only look."""
    document = validated()
    strange, accountant = make_user(company=make_company("Other")), make_user(Role.ACCOUNTANT)

    for user, code in ((strange, 404), (accountant, 403)):
        assert browser(user).post(f"/documents/{document.id}/{act}", data={"why": "x"}).status_code == code
    assert "Mark as paid" not in browser(accountant).get(f"/documents/{document.id}").text
