"""The clock was ahead by an hour or a year, and was set back: nobody is locked out, and no token lives too long."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from app.core import clock
from app.extensions import db
from app.users import links, throttle
from app.users.models import LinkPurpose
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(days=365)], ids=["an hour", "a year"])


def ahead(jump: timedelta):
    return time_machine.travel(clock.now() + jump, tick=True)


def test_a_mistyped_password_locks_nobody_out_until_that_time_comes(app, jump):
    """S107: S75: the delay is never longer than it says."""
    with ahead(jump):
        for _try in range(8):
            db.session.add(throttle.SignInAttempt(email="a@example.org", address="192.0.2.1"))
        db.session.commit()
        assert throttle.remaining("a@example.org", "192.0.2.1")
    assert throttle.remaining("a@example.org", "192.0.2.1") == timedelta(0)


@pytest.mark.parametrize("purpose", list(LinkPurpose))
def test_a_link_does_not_live_longer_than_it_should(app, jump, purpose):
    """S107: S76: made by a clock that was ahead, it is no use yet; made now, it ends in its time."""
    user = make_user()
    with ahead(jump):
        link, token = links.make(user, purpose)
        db.session.commit()
        assert links.find(token, purpose)
    assert links.find(token, purpose) is None
    assert not links.use(link)
    with ahead(links.LIFETIME[purpose] + jump + timedelta(minutes=1)):
        assert links.find(token, purpose) is None


def test_a_sign_in_does_not_live_longer_than_it_should(app, browser, jump):
    """S107: S74: one of a clock that was ahead ends with it, as its cookie was signed later than now."""
    user = make_user(password=True)
    with ahead(jump):
        client = browser(user)
        assert client.get("/account").status_code == 200
    assert client.get("/account").status_code == 303
    assert browser().post("/sign-in", data={"email": user.email, "password": PASSWORD}).status_code == 303
