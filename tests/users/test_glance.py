"""One statement looks for all that is mostly not there; nobody is told of what somebody else has."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import g

from app.extensions import db
from app.notices.models import Notice, NoticeKind
from app.users import glance
from app.users.models import Company, SignIn, User
from tests.factories import make_company, make_user, the_company
from tests.rules.making import ask, make_rule
from tests.test_queries import counted


@pytest.fixture
def page(app) -> Iterator[User]:
    """Somebody who looks at a page of the company."""
    user = make_user()
    sign_in = SignIn(token_hash="0" * 64, user=user, company=the_company())
    db.session.add(sign_in)
    db.session.commit()
    with app.test_request_context("/"):
        g.sign_in = sign_in
        yield user


def tell(user: User, company: Company) -> None:
    db.session.add(Notice(user=user, kind=NoticeKind.COMMENT, key=f"told-{user.id}", company_id=company.id))
    db.session.commit()


def test_a_page_asks_for_all_of_it_once(page):
    tell(page, the_company())
    with counted() as statements:
        found = {name: glance.shows(name) for name in glance.QUESTIONS}

    assert found == dict.fromkeys(glance.QUESTIONS, False) | {"notices": True}
    assert sum("notice" in each or "quarantine" in each for each in statements) == 1


def test_a_change_is_seen_on_the_page_that_is_drawn_after_it(page):
    before = glance.shows("notices", page)
    tell(page, the_company())

    assert (before, glance.shows("notices", page)) == (False, True)


def test_of_somebody_else_or_elsewhere_it_is_asked_apart(page):
    other, elsewhere = make_user(), make_company("Elsewhere")
    tell(other, the_company())
    make_rule(company=elsewhere, does=[ask(other)])

    assert (glance.shows("notices", page), glance.shows("notices", other)) == (False, True)
    asked = [glance.shows("approval_rules", company=each) for each in (the_company(), elsewhere)]
    assert asked == [False, True]


def test_without_a_page_one_thing_is_asked_for_alone(app):
    user = make_user()
    tell(user, the_company())

    assert glance.shows("notices", user) and not glance.shows("quarantine", company=the_company())
