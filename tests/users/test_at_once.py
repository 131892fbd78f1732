"""Two people who act at the same moment."""

from __future__ import annotations

import threading

import pytest

from app.core.errors import Refused
from app.extensions import db
from app.users import links, memberships, passwords, signing_in
from app.users.models import Company, LinkPurpose, Membership, User
from app.web.access import Role
from tests.factories import make_company, make_user


@pytest.mark.alone
def test_two_admins_cannot_take_each_other_the_role(live_app):
    """US-6: of two who demote each other at once, one is refused: an admin remains."""  # S71
    with live_app.app_context():
        company = make_company()
        ids = [make_user(Role.ADMIN, company, password=True).id for _ in range(2)]
        company_id = company.id
    both_ready, refused = threading.Barrier(2), []

    def demote(who, by):
        with live_app.app_context():
            user, actor = db.session.get(User, who), db.session.get(User, by)
            company = db.session.get(Company, company_id)
            _ = [m.role for m in user.memberships]
            db.session.commit()
            both_ready.wait()
            try:
                memberships.set_access(user, company, Role.MEMBER, [], by=actor)
                db.session.commit()
            except Refused:
                db.session.rollback()
                refused.append(who)

    threads = [threading.Thread(target=demote, args=pair) for pair in (ids, ids[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with live_app.app_context():
        admins = db.session.query(Membership).filter_by(role=Role.ADMIN).count()
    assert (len(refused), admins) == (1, 1)


@pytest.mark.alone
def test_a_link_used_twice_at_once_is_used_once(live_app):
    """US-1: both found it alive; one of them sets the password, the other is told."""  # S76
    with live_app.app_context():
        user = make_user(company=make_company())
        _link, token = links.make(user, LinkPurpose.PASSWORD_RESET)
        db.session.commit()
        user_id = user.id
    both_ready, refused = threading.Barrier(2), []

    def reset(password):
        with live_app.app_context():
            link = links.find(token, LinkPurpose.PASSWORD_RESET)
            _ = link.user.email
            db.session.commit()
            both_ready.wait()
            try:
                signing_in.reset(link, password)
                db.session.commit()
            except Refused:
                db.session.rollback()
                refused.append(password)

    choices = ["the first new secret", "the second new secret"]
    threads = [threading.Thread(target=reset, args=(each,)) for each in choices]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with live_app.app_context():
        user = db.session.get(User, user_id)
        taken = [each for each in choices if passwords.is_right(user, each)]
    assert len(refused) == 1
    assert taken == [each for each in choices if each not in refused]
