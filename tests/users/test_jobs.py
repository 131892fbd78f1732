"""The daily seal of the trail."""

from __future__ import annotations

import pytest

from app import schedule
from app.audit import trail
from app.core import clock
from app.extensions import db
from app.outbox.models import OutgoingMail
from app.tasks.models import Task
from app.users import jobs
from app.web.access import Role
from tests.factories import make_user


@pytest.fixture
def admin(app):
    """An admin who can sign in, and a trail that is chained."""
    admin = make_user(Role.ADMIN, password=True)
    make_user(Role.ADMIN)
    make_user(Role.ADMIN, password=True, is_disabled=True)
    make_user(password=True)
    trail.chain()
    db.session.commit()
    return admin


@pytest.fixture
def mail_server(app, monkeypatch):
    """A mail server is set; nothing is sent here."""
    monkeypatch.setattr(app.config["SETTINGS"], "mail_url", "smtp://127.0.0.1:9")


def test_without_a_mail_server_no_seal_piles_up(admin):
    """US-4: in the outbox it would prove nothing."""
    jobs.send_trail_head()
    assert not db.session.query(OutgoingMail).filter_by(kind="trail-head").all()


def test_admins_get_the_end_of_the_chain_once_a_day(admin, mail_server):
    """US-4: the head goes out of the house, so that a cut tail is found; a job run twice mails once."""  # S37, S87
    for _ in range(2):
        jobs.send_trail_head()
        db.session.commit()

    mail = db.session.query(OutgoingMail).filter_by(kind="trail-head").one()
    place, seal = trail.head()
    assert mail.recipients[0].address == admin.email
    assert seal in mail.text and seal in mail.html and str(place) in mail.text


def test_it_is_asked_for_every_day(admin):
    """US-4: one task a day, however many sweeps there are."""  # S40
    schedule.start_the_day()
    schedule.start_the_day()

    assert db.session.query(Task).filter_by(key=f"audit-head:{clock.today()}").count() == 1
