"""What is usual for a counterparty fills what was neither read nor typed, once."""

from __future__ import annotations

from datetime import date

import pytest

from app.audit.models import AuditEntry
from app.core import clock
from app.counterparties.models import Terms
from app.documents import decisions, entering, history, tagging
from app.documents.defaults import fill
from app.documents.models import Direction, Kind
from app.extensions import db
from app.tags.models import Tag
from tests.factories import make_category, make_counterparty, make_document, make_user, reload, the_company

UNKNOWN = {"counterparty": None, "counterparty_name": "Durand", "due_date": None, "label": ""}


def durand(name: str = "Papeterie Durand", **facts):
    """A supplier for whom everything is usual."""
    company = the_company()
    tag = Tag(company_id=company.id, name=f"Office of {name}")
    usual = {"account_code": "401DURAND", "treasury_category": "Supplies", "default_label": "Paper"}
    usual |= {"terms": Terms.END_OF_MONTH_PLUS, "terms_days": 45, "default_tags": [tag]}
    return make_counterparty(name, default_category_id=make_category(name).id, **(usual | facts))


def chosen(document, party, **changes):
    """The document after somebody chose its counterparty while reviewing."""
    changes |= {"counterparty_id": party.id}
    decisions.edit(document, changes, by=make_user(), version=document.version)
    db.session.commit()
    return reload(document)


def facts(document):
    named = document.category.name if document.category else None
    tags = [tag.name for tag in document.tags]
    return (document.due_date, named, document.account_code, document.treasury_category, document.label, tags)


def test_a_known_counterparty_fills_what_stands_empty(app):
    """LC-6: account, category, tags, treasury category, due date by its terms, label; and the trail tells it."""
    document = chosen(make_document(**UNKNOWN, number="F-7"), durand())

    assert facts(document) == (
        date(2026, 12, 15),
        "Papeterie Durand",
        "401DURAND",
        "Supplies",
        "Paper – F-7",
        ["Office of Papeterie Durand"],
    )
    entry = db.session.scalars(AuditEntry.about(document)).first()
    assert entry.changes["due_date"] == [None, "2026-12-15"]
    told = {name: now for name, _was, now in history.of(document)[0].changes}
    assert (told["Category"], told["Treasury category"]) == ("Papeterie Durand", "Supplies")


def test_what_was_read_or_typed_stays(app):
    """LC-6: never over what was read or typed."""
    own = make_category("Rent")
    document = make_document(**(UNKNOWN | {"due_date": date(2026, 10, 31), "category": own, "label": "October"}))
    document = chosen(document, durand(), treasury_category="Mine", account_code="")

    assert facts(document)[:5] == (date(2026, 10, 31), "Rent", "401DURAND", "Mine", "October")
    assert set(document.usual) == {"account_code"}


def test_what_is_emptied_on_purpose_stays_empty(app):
    """LC-6: whoever chooses the supplier and empties the day in one go has said something about it."""
    document = make_document(**(UNKNOWN | {"due_date": date(2026, 10, 31)}))

    assert chosen(document, durand(), due_date=None).due_date is None


def test_what_was_emptied_stays_empty_when_the_day_of_issue_changes(app):
    """LC-6: another day of issue moves the due date, and nothing else comes back."""
    document = chosen(make_document(**UNKNOWN), durand())
    for changes in ({"category_id": None, "account_code": ""}, {"issue_date": date(2026, 9, 1)}):
        decisions.edit(document, changes, by=make_user(), version=document.version)
    tagging.take_off(document, document.tags, by=make_user())
    decisions.edit(document, {"issue_date": date(2026, 11, 1)}, by=make_user(), version=document.version)

    day, category, code, *_others, tags = facts(reload(document))
    assert (day, category, code, tags) == (date(2027, 1, 14), None, "", [])


def test_a_changed_default_changes_no_document_that_is_there(app):
    """LC-6: not retroactive; the next document has it."""
    party = durand()
    document = chosen(make_document(**UNKNOWN, number="F-7"), party)
    was = facts(document)

    party.terms_days, party.default_label, party.default_category_id = 10, "Ink", make_category("Other").id
    db.session.commit()
    decisions.edit(reload(document), {"order_reference": "PO"}, by=make_user(), version=document.version)

    assert facts(document) == was
    assert chosen(make_document(**UNKNOWN, number="F-8"), party).due_date == date(2026, 11, 10)


def test_another_counterparty_replaces_what_was_usual_for_the_first(app):
    """LC-6: where the field is untouched; what the second has nothing for is kept, and no longer said to be usual."""
    document = chosen(make_document(**UNKNOWN), durand())

    other = make_counterparty("Encre", terms=Terms.NET, terms_days=10, account_code="401ENCRE")
    document = chosen(document, other)

    assert (document.due_date, document.account_code) == (date(2026, 10, 11), "401ENCRE")
    assert (document.category.name, set(document.usual)) == ("Papeterie Durand", {"due_date", "account_code"})


def test_the_due_date_follows_a_corrected_day_of_issue(app):
    """LC-6: as long as nobody typed it."""
    document, member = chosen(make_document(**UNKNOWN), durand()), make_user()
    decisions.edit(document, {"issue_date": date(2026, 11, 3)}, by=member, version=document.version)
    assert document.due_date == date(2027, 1, 14)

    decisions.edit(document, {"due_date": date(2026, 12, 1)}, by=member, version=document.version)
    decisions.edit(document, {"issue_date": date(2026, 11, 9)}, by=member, version=document.version)
    assert document.due_date == date(2026, 12, 1)


LEFT = [
    ({"kind": Kind.CREDIT_NOTE}, {}, "due_date"),
    ({"issue_date": None}, {}, "due_date"),
    ({"direction": Direction.SALE}, {}, "category_id"),
    ({}, {"terms": None}, "due_date"),
]


@pytest.mark.parametrize(("said", "usual", "empty"), LEFT)
def test_what_does_not_fit_is_not_filled(app, said, usual, empty):
    """LC-6: no due date on a credit note or without a day of issue, no category of the other direction."""
    party = durand(**usual)
    party.default_category.direction = Direction.PURCHASE
    assert getattr(chosen(make_document(**(UNKNOWN | said)), party), empty) is None


def test_what_is_put_away_is_not_filled(app):
    """LC-6: an archived category, an archived tag."""
    party = durand()
    party.default_category.archived_at = party.default_tags[0].archived_at = clock.now()
    document = chosen(make_document(**UNKNOWN), party)

    assert (document.category, document.tags) == (None, [])


def test_a_validated_document_is_left_alone(app):
    """LC-6: it fills at intake."""
    document = make_document(validated_at=clock.now(), counterparty=durand(), due_date=None)
    assert fill(document) == {} and document.due_date is None


def test_what_is_entered_by_hand_is_filled_too(app):
    """LC-6: IN-2: its counterparty is known at once."""
    party = durand()
    told = {"direction": Direction.PURCHASE, "kind": Kind.INVOICE, "number": "F-9", "issue_date": date(2026, 10, 1)}
    document = entering.enter(the_company(), told | {"counterparty_id": party.id, "label": ""}, by=make_user())

    assert (document.due_date, document.label) == (date(2026, 12, 15), "Paper – F-9")
