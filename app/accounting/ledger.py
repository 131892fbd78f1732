"""The ledger of one document: when it left, in which mail; and what a person decides about it (SPEC AC-4)."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import Select, select

from app.accounting import exports, facts
from app.accounting.exports import MAY_HAVE_IT
from app.accounting.kinds import GOES, State
from app.accounting.run_models import Delivery, Export
from app.audit import trail
from app.core import clock
from app.core.database import change_if, insert_unless_there
from app.core.errors import Refused
from app.documents.models import Document
from app.extensions import db
from app.outbox.models import Mark
from app.users.models import Company, User


def of(document: Document) -> list[Delivery]:
    """Its deliveries, the newest first."""
    query = select(Delivery).where(Delivery.document_id == document.id)
    return list(db.session.scalars(query.order_by(Delivery.id.desc())))


def changes(document: Document) -> list[tuple[str, str, str]]:
    """Label, what was sent, and what it says now, of each that was changed since."""
    export = exports.of(document.id)
    if export is None or export.delivery is None or export.state not in MAY_HAVE_IT:
        return []
    return facts.changes(export.delivery.facts, facts.of(document))


def changed(company: Company) -> Select[tuple[Document]]:
    """What says something else than what was sent, the newest change first."""
    query = select(Document).join(Export, Export.document_id == Document.id)
    query = query.where(Export.company_id == company.id, Export.changed_at.is_not(None))
    return query.order_by(Export.changed_at.desc(), Document.id)


def send_again(document: Document, *, by: User) -> None:
    """A person wants it to go once more with the next run: the accountant gets it a second time, knowingly."""
    _move(document, (*MAY_HAVE_IT, State.WITHHELD), State.OPEN, by=by, act="to be sent to the accountant again")
    export = db.session.get_one(Export, document.id)
    export.is_again, export.said, export.said_at = True, None, None  # what was said is about what was sent before


def arrived(document: Document, *, by: User) -> None:
    """A person knows that the accountant has what was doubtful."""
    _move(document, (State.UNCERTAIN,), State.SENT, by=by, act="known to have reached the accountant")
    export = db.session.get_one(Export, document.id)
    if export.delivery:
        export.delivery.state = State.SENT
    exports.note_changes(document)


def keep_back(document: Document, *, by: User, why: str = "") -> None:
    """It is not to go to the accountant; a mail it waits in is not sent, and its others go with the next run."""
    values = {"document_id": document.id, "company_id": document.company_id, "state": State.OPEN}
    values |= {"state_at": clock.now(), "is_again": False}
    db.session.execute(insert_unless_there(db.session(), Export).values(**values))
    _move(document, (*GOES, State.LEAVING), State.WITHHELD, by=by, act="kept back from the accountant", why=why[:500])


def give_back(document: Document, *, by: User) -> None:
    """What was kept back goes with the next run, unless the mail it was in is leaving at this moment."""
    export = exports.of(document.id)
    mail = export.delivery.envelope.mail if export and export.delivery else None
    if mail and mail.mark in (Mark.CLAIMED, Mark.TRANSMITTING):
        raise Refused(_("The mail it was in is leaving just now: look again in a minute. Nothing was changed."))
    _move(document, (State.WITHHELD,), State.OPEN, by=by, act="let go to the accountant")


def _move(document: Document, was: tuple[State, ...], state: State, *, by: User, act: str, why: str = "") -> None:
    """From one of these states, as it is now; refused where it stands elsewhere, or somebody was faster."""
    export = exports.of(document.id)
    if export is None or export.state not in was:
        raise Refused(_("It does not stand so any more: look at it again. Nothing was changed."))
    before = export.state
    if not change_if(db.session, export, Export.state.in_(was), state=state, state_at=clock.now(), changed_at=None):
        raise Refused(_("Somebody else was faster: look at it again. Nothing was changed."))
    trail.record(document, by=by, act=act, why=why, changes={"accountant": [before.value, state.value]})
