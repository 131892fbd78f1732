"""How a company shares its documents with its accountant, and the switch, turned knowingly (SPEC AC-2, AC-3)."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.accounting import connections, planning
from app.accounting.kinds import ConnectionKind, Journal, Ready
from app.accounting.models import Connection, Sharing
from app.accounting.run_models import Envelope, Run
from app.audit import trail
from app.core import clock
from app.core.database import hold
from app.core.errors import Refused
from app.dunning.copies import mistake
from app.extensions import db
from app.outbox import addresses, decisions
from app.outbox.models import Mark, OutgoingMail
from app.users.models import Company, User

ADDRESSES = (*(f"{journal.value}_address" for journal in Journal), "report_address")
WHAT_LEAVES = (
    *("connection_id", "journals", "start_date", "delay_days", "ready"),
    *(f"{journal.value}_address" for journal in Journal),
)
"""Facts whose change sends other documents than before, or sends them elsewhere."""
FACTS = (*WHAT_LEAVES, "report_address", "language")
LONGEST_DELAY = 365


class Unseen(Refused):
    """Other documents would leave now than those the person saw and said yes to."""


def of(company: Company) -> Sharing:
    """As it is set; where nobody set it yet, as it begins, stored nowhere."""
    return db.session.get(Sharing, company.id) or _begun(company)


def _begun(company: Company) -> Sharing:
    """All journals, documents of this year."""
    facts: dict[str, Any] = dict.fromkeys(ADDRESSES, "") | {"language": company.customer_language}
    facts |= {"journals": [each.value for each in Journal], "delay_days": 0, "ready": Ready.VALIDATED}
    last_year = date(clock.today(company).year - 1, 12, 31)
    return Sharing(company=company, company_id=company.id, start_date=last_year, **facts)


def imagined(company: Company, facts: dict[str, Any]) -> Sharing:
    """As it would be with these facts, stored nowhere: what a dry run is asked about before they are saved."""
    found, now = _begun(company), of(company)
    for name in FACTS:
        setattr(found, name, facts.get(name, getattr(now, name)))
    found.connection = db.session.get(Connection, found.connection_id) if found.connection_id else None
    return found


def lacking(sharing: Sharing) -> dict[str, str]:
    """Field → what it needs before anything can be shared; empty where all is there (SPEC AC-2)."""
    connection, missing = sharing.connection, {}
    if connection is None:
        missing["connection_id"] = _("Choose a connection.")
    elif connection.archived_at:
        missing["connection_id"] = _("“%(name)s” is archived: choose another.", name=connection.name)
    if not sharing.journals:
        missing["journals"] = _("Tick one journal at least.")
    if connection is None or connection.kind is ConnectionKind.MAIL:
        for journal in map(Journal, sharing.journals):
            if not sharing.address_of(journal):
                missing[f"{journal.value}_address"] = _("Enter the address of this journal, or untick it.")
    return missing


def address(typed: str) -> str:
    """An address as it is written to, or none; raises `Refused` where nobody can be written to there (SAFETY S49)."""
    if not typed:
        return ""
    if why := mistake(typed):
        raise Refused(why)
    return addresses.checked(typed)


def change(company: Company, facts: dict[str, Any], *, by: User, yes_to: str = "") -> bool:
    """Set these facts; True where any changed.

    While it is on it stays complete, and what sends other documents is said yes to first; else raises `Unseen`.
    """
    _hold(company)
    facts = facts | {name: address(facts[name]) for name in ADDRESSES if name in facts}
    sharing = _stored(company)
    changes = {name: [getattr(sharing, name), value] for name, value in facts.items()}
    changes = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    if sharing.shared_since:
        _complete(imagined(company, facts))
        if set(changes) & set(WHAT_LEAVES):
            _agreed(imagined(company, facts), yes_to)
    if "connection_id" in changes:
        _choose(sharing, facts["connection_id"], changes)
    for name, value in facts.items():
        setattr(sharing, name, value)
    if changes:
        trail.record(company, by=by, act="accountant settings changed", changes=_told(changes))
    db.session.flush()
    return bool(changes)


def _told(changes: dict[str, Any]) -> dict[str, Any]:
    """As the trail tells them: “validated” by itself is a status there, which means more."""
    return changes | {"ready": [f"ready {each}" for each in changes["ready"]]} if "ready" in changes else changes


def _choose(sharing: Sharing, connection_id: int | None, changes: dict[str, Any]) -> None:
    was, chosen = sharing.connection, _as_it_is(connection_id)
    if connection_id and (chosen is None or chosen.archived_at):
        raise Refused(_("This connection cannot be chosen any more. Nothing was changed."))
    sharing.connection = chosen
    changes["connection"] = [was and was.name, chosen and chosen.name]


def _as_it_is(connection_id: int | None) -> Connection | None:
    """The connection, against somebody who changes or archives it at this moment."""
    if connection_id is None:
        return None
    connections.hold_it(connection_id)
    return db.session.get(Connection, connection_id, populate_existing=True)


def seen(sharing: Sharing, plan: planning.Plan) -> str:
    """What is said yes to, settings and numbers, in short: known again when the yes arrives (SAFETY S47)."""
    connection = sharing.connection
    said: list[object] = [(name, getattr(sharing, name)) for name in FACTS]
    if connection:
        said += [connection.kind, connection.shares, connection.adds_original, connection.adds_xml]
        said += [connection.per_mail, connection.is_zipped, connection.largest_mail]
    said += [(journal, share.documents, share.mails) for journal, share in plan.by_journal.items()]
    return hashlib.sha256(repr(said).encode()).hexdigest()[:32]


def _agreed(sharing: Sharing, yes_to: str) -> planning.Plan:
    plan = planning.plan(sharing)
    if yes_to != seen(sharing, plan):
        raise Unseen(_("Something changed since you looked: below is what would be sent now. Nothing was changed."))
    return plan


def switch_on(company: Company, *, by: User, yes_to: str) -> None:
    """Share from now on, where what would be sent is still what the person saw."""
    _hold(company)
    sharing = _stored(company)
    sharing.connection = _as_it_is(sharing.connection_id)
    _complete(sharing)
    if sharing.shared_since:
        raise Refused(_("Sharing is on already. Nothing was changed."))
    plan = _agreed(sharing, yes_to)
    sharing.shared_since = clock.now()
    changes = {"shared_since": [None, sharing.shared_since], "documents": [None, plan.documents]}
    trail.record(company, by=by, act="accountant sharing on", changes=changes | {"mails": [None, plan.mails]})


def switch_off(company: Company, *, by: User) -> int:
    """Nothing more leaves; how many mails that waited to leave were cancelled."""
    _hold(company)
    sharing = _stored(company)
    if not sharing.shared_since:
        return 0
    was, sharing.shared_since = sharing.shared_since, None
    trail.record(company, by=by, act="accountant sharing off", changes={"shared_since": [was, None]})
    db.session.flush()
    return sum(_cancel(mail, by) for mail in _waiting_mails(company))


def _waiting_mails(company: Company) -> list[OutgoingMail]:
    query = select(OutgoingMail).join(Envelope, Envelope.mail_id == OutgoingMail.id).join(Run)
    query = query.where(Run.company_id == company.id, OutgoingMail.mark == Mark.QUEUED)
    return list(db.session.scalars(query.order_by(OutgoingMail.id)))


def _cancel(mail: OutgoingMail, by: User) -> bool:
    """A mail that began to leave meanwhile goes on; its own end tells of it."""
    with suppress(Refused):
        decisions.cancel(mail, by=by)
        return True
    return False


def _complete(sharing: Sharing) -> None:
    if missing := lacking(sharing):
        raise Refused(" ".join(dict.fromkeys(missing.values())))


def _stored(company: Company) -> Sharing:
    """Its row as it is now, made where there is none."""
    sharing = db.session.get(Sharing, company.id, populate_existing=True)
    if sharing is None:
        sharing = _begun(company)
        db.session.add(sharing)
        db.session.flush()
    return sharing


def _hold(company: Company) -> None:
    """One change of it at a time."""
    hold(db.session, f"accounting-sharing:{company.id}")
