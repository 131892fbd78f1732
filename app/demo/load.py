"""Bringing the month in: a company, its mails, the older half of them checked, and its bank."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from flask_babel import gettext as _
from sqlalchemy import select

from app.audit import trail
from app.core import clock
from app.core.errors import Refused
from app.demo import accounting, checking, mails, sending, settling, story
from app.demo.firms import OURS
from app.documents.models import Direction
from app.extensions import db
from app.intake import addresses, arrival
from app.intake.models import Message, Source
from app.tasks.jobs import commit
from app.users import people
from app.users.models import Company, Membership, User
from app.web.access import Role


def load() -> int:
    """Import the month into the demo firm, once, check its older half, and settle some; the number of mails."""
    admin = first_admin()
    company = demo_firm(admin)
    imported = bring_in(company)
    checking.check(company, by=admin)
    settling.settle(company, by=admin)
    sending.begin(company, by=admin)
    accounting.begin(company, by=admin)
    return imported


def first_admin() -> User:
    """Who looks at the demo."""
    query = select(User).join(Membership).where(Membership.role == Role.ADMIN).order_by(User.id).limit(1)
    admin = db.session.scalar(query)
    if admin is None:
        raise Refused(_("Nobody could look at the demo: make the first admin with ./facteur setup."))
    return admin


def demo_firm(admin: User) -> Company:
    """The demo firm: the one made at first start where nothing came in yet, else one beside it."""
    if known := db.session.scalar(select(Company).filter_by(name=OURS.name)):
        return known
    companies = list(db.session.scalars(select(Company)))
    if len(companies) == 1 and not db.session.scalar(select(Message.id).limit(1)):
        company = companies[0]
    else:
        company = people.create_company(OURS.name, by=admin)
    _introduce(company, admin)
    return company


def _introduce(company: Company, admin: User) -> None:
    """Give it the firm's name and numbers, and addresses that begin with that name."""
    facts = {"name": OURS.name, "siren": OURS.siren, "vat_number": OURS.vat_number, "ibans": [OURS.iban]}
    facts["address"] = f"{OURS.street}\n{OURS.town}"
    changes = {name: [getattr(company, name), value] for name, value in facts.items()}
    for name, value in facts.items():
        setattr(company, name, value)
    trail.record(company, by=admin, act="edited", changes=changes)
    if company.slug != people.slug_of(OURS.name):
        company.slug = people.slug_of(OURS.name)
        for direction in Direction:
            addresses.rotate(company, direction, by=admin)


def bring_in(company: Company) -> int:
    """Take each mail of the month as if it had just arrived; each is durable before the next."""
    if db.session.scalar(select(Message.id).filter_by(company_id=company.id).limit(1)):
        raise Refused(_("The demo is already there, in the company %(name)s.", name=company.name))
    commit()
    today, now = clock.today(company), clock.now()
    to = {direction: addresses.living(company, direction) for direction in Direction}
    with tempfile.TemporaryDirectory() as folder:
        _draw(Path(folder), today.isoformat())
        month = list(story.mails(today))
        for place, mail in enumerate(month):
            address = to[Direction(mail.direction)]
            raw = mails.written(mail, Path(folder) / str(place), addresses.full(address), now)
            arrival.take_message(raw, address=address, source=Source.COMMAND, envelope_sender=mail.sender)
            commit()
    return len(month)


def _draw(folder: Path, today: str) -> None:
    """Only the reader's child and this process draw; the one that serves and stores never does."""
    subprocess.run([sys.executable, "-m", "app.demo.draw", str(folder), today], check=True, stdin=subprocess.DEVNULL)
