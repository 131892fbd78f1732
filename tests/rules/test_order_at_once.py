"""Two people who move rules at the same time."""

from __future__ import annotations

import threading

import pytest
from flask import Flask

from app.core.errors import Refused
from app.extensions import db
from app.rules import keeping
from app.rules.models import Rule
from app.users.models import User
from app.web.access import Role
from tests.factories import make_user, the_company
from tests.rules.making import make_rule


@pytest.mark.alone
def test_of_two_who_move_a_rule_the_second_moves_it_from_where_it_is(live_app: Flask):
    """LC-3: what a colleague did between the page's look at the rule and its move counts; the place said is so."""
    with live_app.app_context():
        third, second, first = (
            make_rule(name=name, position=place).id for place, name in ((3, "3"), (2, "2"), (1, "1"))
        )
        user_id = make_user(Role.ADMIN).id
        db.session.commit()
        rule, user = db.session.get_one(Rule, first), db.session.get_one(User, user_id)
        colleague = threading.Thread(target=_move_later, args=(live_app, first, user_id))
        colleague.start()
        colleague.join(timeout=2)  # on SQLite it waits for us

        place, _count = keeping.shift(rule, -1, by=user)
        db.session.commit()
        colleague.join(timeout=30)

        order = [each.id for each in keeping.of(the_company())]
        is_sqlite = db.engine.dialect.name == "sqlite"
        assert order == ([second, first, third] if is_sqlite else [first, second, third]) and place == 1
        assert sorted(each.position for each in keeping.of(the_company())) == [1, 2, 3]


def test_one_that_was_removed_meanwhile_moves_nothing(app):
    """LC-3: the page looked when it was there; it is said, and its neighbours stay."""
    rule, other, admin = make_rule(name="1", position=1), make_rule(name="2", position=2), make_user(Role.ADMIN)
    keeping.remove(rule, by=admin)

    with pytest.raises(Refused):
        keeping.shift(rule, 1, by=admin)

    assert keeping.of(the_company()) == [other] and other.position == 2


def _move_later(app: Flask, rule_id: int, user_id: int) -> None:
    with app.app_context():
        keeping.shift(db.session.get_one(Rule, rule_id), 1, by=db.session.get_one(User, user_id))
        db.session.commit()
