"""A twin out of a person's scope goes to the admins."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.core import clock
from app.documents import decisions
from app.extensions import db
from app.outbox.models import OutgoingMail
from app.web.access import Role
from tests.factories import make_category, make_company, make_counterparty, make_document, make_user


@pytest.fixture
def company(app):
    """A company that shows its members only what is assigned to them."""
    return make_company(restrict_non_admins=True)


@pytest.fixture
def admin(company):
    return make_user(Role.ADMIN, company)


def make_pair(company, **facts):
    """A validated purchase of an unassigned supplier, and the same number once more."""
    twin = {"number": "F-77", "counterparty": make_counterparty(company=company), "category": make_category()} | facts
    return make_document(company, **twin, validated_at=clock.now()), make_document(company, **twin)


def mails() -> list[OutgoingMail]:
    return list(db.session.scalars(select(OutgoingMail).filter_by(kind="twin-out-of-sight")))


def test_the_admins_are_told_when_it_is_read(company, admin):
    """DU-1: a notice to each admin, with the way to the comparison; once, whatever changes later."""
    member = make_user(company=company)
    _existing, new = make_pair(company)
    decisions.edit(new, {"label": "Paper"}, by=member, version=new.version)

    [mail] = mails()
    assert [each.address for each in mail.recipients] == [admin.email]
    assert f"/documents/{new.id}#twins" in mail.text and "F-77" in mail.text


def test_a_change_that_makes_it_a_twin_is_told_too(company, admin):
    """DU-1: tested on every change."""
    member = make_user(company=company)
    existing, new = make_pair(company, number="F-78")
    new.number = "other"
    db.session.delete(mails()[0])
    db.session.commit()

    decisions.edit(new, {"number": existing.number}, by=member, version=new.version)

    assert len(mails()) == 1


def test_a_validation_that_is_refused_is_told(company, admin, browser):
    """DU-1: also where the members were restricted only since it was read."""
    company.restrict_non_admins = False
    member = make_user(company=company)
    _existing, new = make_pair(company)
    company.restrict_non_admins = True
    db.session.commit()
    assert mails() == []

    answer = browser(member).post(f"/review/{new.id}/validation", data={"version": new.version})

    assert answer.status_code == 409 and "the admins have been told" in answer.text
    assert len(mails()) == 1


def test_nobody_is_told_of_what_everybody_sees(company, admin):
    """DU-1: no member, or one who sees both: no mail."""
    make_pair(company)
    assert mails() == []
    member = make_user(company=company)
    make_pair(company, counterparty=make_counterparty(company=company, assigned_users=[member]), number="F-79")

    assert mails() == []


def test_the_admins_of_others_are_told_nothing(company, admin):
    """US-3: S72: neither those of another company nor the members."""
    make_user(Role.ADMIN, make_company("Other"))
    make_user(company=company)
    make_pair(company)

    assert [each.recipients[0].address for each in mails()] == [admin.email]
