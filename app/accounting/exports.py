"""Where documents stand with the accountant: the rows follow what became of their mails (SPEC AC-4, SAFETY S43)."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import joinedload

from app.accounting import facts
from app.accounting.kinds import State
from app.accounting.run_models import Delivery, Envelope, Export
from app.audit import trail
from app.core import clock
from app.core.errors import Refused
from app.documents import status
from app.documents.models import Document
from app.extensions import db

MAY_HAVE_IT = (State.SENT, State.UNCERTAIN)


def of(document_id: int) -> Export | None:
    """Where it stands; None while nothing was ever tried."""
    return db.session.get(Export, document_id)


def of_envelope(envelope: Envelope) -> list[Delivery]:
    """Its deliveries with all that is asked of them; few queries, however many there are."""
    whole = joinedload(Delivery.document)
    ways = [whole.selectinload(each) for each in (Document.taxes, Document.files)]
    query = select(Delivery).where(Delivery.envelope_id == envelope.id)
    query = query.options(*ways, whole.joinedload(Document.counterparty))
    found = list(db.session.scalars(query.order_by(Delivery.id)))
    ids = [each.document_id for each in found]
    db.session.scalars(select(Export).where(Export.document_id.in_(ids))).all()  # `of` finds them without asking
    return found


def given_before(envelope: Envelope) -> list[Delivery]:
    """The last delivery of each of its documents that the accountant has, or may have, from an earlier mail."""
    ids = [each.document_id for each in envelope.deliveries]
    query = select(Delivery).where(Delivery.document_id.in_(ids), Delivery.state.in_(MAY_HAVE_IT))
    query = query.where(Delivery.envelope_id != envelope.id).order_by(Delivery.id)
    return list({each.document_id: each for each in db.session.scalars(query)}.values())


def ended(deliveries: Iterable[Delivery], state: State, answer: str) -> None:
    """Their mail was accepted, refused, or nobody knows: what came of it, in the server's words."""
    for delivery in deliveries:
        if delivery.state is state:
            continue
        delivery.state, delivery.answer, delivery.settled_at = state, answer[:2000], clock.now()
        export = _current(delivery)
        if export and not (state is State.REFUSED and export.state is State.WITHHELD):
            _move(export, state)
            if state in MAY_HAVE_IT:
                _given(delivery)


def leave_again(deliveries: Iterable[Delivery]) -> None:
    """A person sends their mail once more. Raises `Refused` where one of them went another way since."""
    deliveries = [each for each in deliveries if each.state is not State.LEAVING]
    for delivery in deliveries:
        export = _current(delivery)
        if export is None or export.state is not delivery.state:
            name = delivery.document.number or delivery.document.label
            raise Refused(_("%(document)s went another way since. Nothing was sent.", document=name))
        delivery.state, delivery.settled_at = State.LEAVING, None
        _move(export, State.LEAVING)


def cancelled(deliveries: Iterable[Delivery], *, by_program: bool) -> None:
    """Their mail does not leave: for the next run where something changed, kept back where a person wanted it so.

    Of what nobody knows whether it arrived, no program sends a second one; what a person decided meanwhile stays.
    """
    for delivery in deliveries:
        was, is_free = delivery.state, by_program and delivery.state is State.LEAVING
        delivery.state, delivery.settled_at = (State.OPEN if is_free else State.WITHHELD), clock.now()
        export = _current(delivery)
        if export and export.state is was:
            _move(export, delivery.state)
            if not is_free:
                trail.record(delivery.document, by=None, act="kept back from the accountant", why="mail cancelled")


def came_back(deliveries: Iterable[Delivery], why: str) -> None:
    """Accepted first, and reported undeliverable: by whom it was received, if by anybody, a person finds out."""
    for delivery in deliveries:
        if delivery.state not in MAY_HAVE_IT:
            continue
        was, delivery.state, delivery.answer = delivery.state, State.UNCERTAIN, why[:2000]
        export = _current(delivery)
        if export and export.state is was:
            _move(export, State.UNCERTAIN)
            trail.record(delivery.document, by=None, act="came back from the accountant", why=why[:500])


def note_changes(document: Document) -> None:
    """Does it say something else than what the accountant has? Asked after each change of what was sent."""
    if document.exported_at is None:
        return
    export = of(document.id)
    if export is None or export.delivery is None or export.state not in MAY_HAVE_IT:
        return
    differs = facts.differ(export.delivery.facts, facts.of(document))
    if differs and export.changed_at is None:
        export.changed_at = clock.now()
    elif not differs:
        export.changed_at = None


def keeps() -> ColumnElement[bool]:
    """What is on its way to the accountant, or may be there, is not removed for good."""
    may_be_there = (State.LEAVING, *MAY_HAVE_IT)
    return exists().where(Export.document_id == Document.id, Export.state.in_(may_be_there))


def leave_company(document: Document) -> None:
    """What never reached the accountant of its company begins anew in another; what may be there is not moved."""
    export = of(document.id)
    if export and export.state in (State.LEAVING, *MAY_HAVE_IT):
        raise Refused(_("The accountant has it, or is about to get it. Nothing was moved."))
    if export:
        db.session.delete(export)


def _current(delivery: Delivery) -> Export | None:
    """Where its document stands, while this is its last delivery."""
    export = of(delivery.document_id)
    return export if export and export.delivery_id == delivery.id else None


def _move(export: Export, state: State) -> None:
    export.state, export.state_at = state, clock.now()
    export.is_again = False if state in MAY_HAVE_IT else export.is_again


def _given(delivery: Delivery) -> None:
    """The document is the accountant's now, or may be, which the law wants kept; said in its history."""
    document = delivery.document
    db.session.refresh(document, with_for_update={"of": Document})  # an edit at this moment is seen, here or there
    act = "sent to the accountant" if delivery.state is State.SENT else "may have reached the accountant"
    if document.exported_at is None:
        document.exported_at = clock.now()
        status.settle(document, by=None, act=act, changes={"exported_at": [None, document.exported_at]})
    else:
        trail.record(document, by=None, act=act)
    note_changes(document)
