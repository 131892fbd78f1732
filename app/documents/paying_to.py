"""To which account a purchase is paid, and why its payment waits for a second person (SPEC CP-3, LC-8)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from app.audit.models import AuditEntry
from app.counterparties import ibans
from app.counterparties.ibans import Doubt, Held
from app.counterparties.models import Counterparty, CounterpartyIban
from app.documents import status
from app.documents.models import Direction, Document, Kind, Status
from app.documents.wanted import DECIDED, OPEN
from app.extensions import db
from app.users.models import User

KEY = "held"
PRINTED = func.upper(func.replace(Document.iban, " ", ""))
LISTED = "imported from a spreadsheet"
"""An act whose trail does not repeat the facts it came with."""
LINES: dict[Doubt, Any] = {
    Doubt.NEW: _("Held: IBAN never seen before. A second person confirms it."),
    Doubt.CHANGED: _("Held: not the usual IBAN. A second person confirms it."),
    Doubt.COUNTRY: _("Held: IBAN of another country. A second person confirms it."),
    Doubt.LOOKALIKE: _("Held: the IBAN only looks like the usual one. A second person checks it."),
    Doubt.WRONG: _("Held: the check digits of its IBAN are wrong. Correct it."),
}
"""Why it is held and what comes next."""


def doubt(document: Document) -> Held | None:
    """What is wrong with the account printed on it, whatever its status; sales and refunds are paid by others."""
    if document.direction is not Direction.PURCHASE or document.kind is not Kind.INVOICE or not document.iban:
        return None
    if ibans.compact(document.iban) in {ibans.compact(own) for own in document.company.ibans}:
        return None  # a direct debit names the account it is taken from
    return ibans.hold(document.iban, _party(document))


def _party(document: Document) -> Counterparty | None:
    """Its counterparty, also of one that is only drafted."""
    is_named = document.counterparty is None and document.counterparty_id
    return db.session.get(Counterparty, document.counterparty_id) if is_named else document.counterparty


def shown(user: User, document: Document) -> Held | None:
    """The same for somebody's eyes: who may not see the counterparty is not told what its confirmed account is."""
    found = doubt(document)
    if found is None or not found.like:
        return found
    seen = Counterparty.visible_to(user).with_only_columns(Counterparty.id).filter_by(id=document.counterparty_id)
    return found if db.session.scalar(seen) else replace(found, like="")


def on_its_page(user: User, document: Document) -> Held | None:
    """The same of what still may be paid, for its page and for whoever decides about it."""
    return None if document.trashed_at or document.open_minor == 0 else shown(user, document)


def held(document: Document) -> Held | None:
    """What holds its payment now: validated, something of it open, and its account not confirmed."""
    is_payable = document.validated_at and not document.trashed_at and document.open_minor != 0
    return doubt(document) if is_payable else None


def held_because(document: Document) -> str | None:
    """The key of why its payment is held, as `ibans.Doubt` has it; None where nothing holds it."""
    found = held(document)
    return found.doubt.value if found else None


def reason(document: Document) -> dict[str, Any] | None:
    """The one line that says so, once nothing else is waited for (SPEC LC-8)."""
    because = held_because(document) if document.status in (Status.TO_MATCH, Status.TO_PAY) else None
    return {"key": KEY, "because": because} if because else None


def in_words(said: dict[str, Any]) -> str:
    """“Held: IBAN never seen before…”, in the reader's language."""
    return str(LINES[Doubt(said["because"])])


# --- What follows ---------------------------------------------------------------------------------


def note(document: Document) -> None:
    """Keep the account that a validated purchase brings with its supplier, to be confirmed; `status` calls it."""
    found = held(document) if document.counterparty else None
    if found:
        ibans.note(document.counterparty, found.iban, by=_brought_by(document))


def _brought_by(document: Document) -> User | None:
    """Whoever changed the account just now; else whoever validated."""
    has_changed = document.cause and document.cause.changed & {"iban", "counterparty_id"}
    return (document.cause.by if has_changed else None) or document.validated_by


def bringers(iban: CounterpartyIban) -> set[int]:
    """Who typed this account into a document of its supplier, whatever it names by now, or listed it with one."""
    typed = func.upper(func.replace(AuditEntry.changes[("iban", 1)].as_string(), " ", ""))
    its = select(Document.id).where(Document.counterparty_id == iban.counterparty_id)
    ways = (
        and_(AuditEntry.object_id.in_(its), typed == iban.iban),
        and_(AuditEntry.object_id.in_(select(Document.id).where(*_on(iban))), AuditEntry.act == LISTED),
    )
    about = (AuditEntry.object_type == Document.__tablename__, AuditEntry.user_id.is_not(None), or_(*ways))
    return set(db.session.scalars(select(AuditEntry.user_id).where(*about).distinct()))


def standing_on(iban: CounterpartyIban) -> ColumnElement[bool]:
    """Of a row of `Document`: it names this account of this supplier."""
    return and_(*_on(iban))


def follow(iban: CounterpartyIban, by: User) -> None:
    """What is open and names this account is settled again: it is held no more, or is held again."""
    for document in db.session.scalars(select(Document).where(*_on(iban), DECIDED, OPEN).order_by(Document.id)):
        status.settle(document, by=by, act="IBAN confirmed" if iban.confirmed_at else "IBAN not confirmed")


def _on(iban: CounterpartyIban) -> tuple[ColumnElement[bool], ...]:
    return (Document.counterparty_id == iban.counterparty_id, iban.iban == PRINTED)


def is_waited_for() -> ColumnElement[bool]:
    """Of a row of `CounterpartyIban`: nobody confirmed it, and an open purchase is to be paid to it."""
    waits = exists().where(
        Document.counterparty_id == CounterpartyIban.counterparty_id,
        CounterpartyIban.iban == PRINTED,
        Document.direction == Direction.PURCHASE,
        Document.kind == Kind.INVOICE,
        DECIDED,
        OPEN,
    )
    return and_(CounterpartyIban.confirmed_at.is_(None), waits.correlate(CounterpartyIban))
