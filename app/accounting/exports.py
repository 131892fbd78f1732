"""Where documents stand with the accountant: the rows follow what became of their mails (SPEC AC-4, SAFETY S43)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, exists

from app.accounting import facts
from app.accounting.kinds import State
from app.accounting.run_models import Delivery, Export
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


def ended(deliveries: Iterable[Delivery], state: State, answer: str) -> None:
    """Their mail was accepted, refused, or nobody knows: what came of it, in the server's words."""
    for delivery in deliveries:
        if delivery.state is state:
            continue
        was, delivery.state = delivery.state, state
        delivery.answer, delivery.settled_at = answer[:2000], clock.now()
        if export := _current(delivery):
            _move(export, state)
            if state in MAY_HAVE_IT:
                _given(delivery, first=was is State.LEAVING or state is State.SENT)


def leave_again(deliveries: Iterable[Delivery]) -> None:
    """A person sends their mail once more. Raises `Refused` where one of them went another way since."""
    deliveries = [each for each in deliveries if each.state is not State.LEAVING]
    for delivery in deliveries:
        export = _current(delivery)
        if export is None or export.state is not delivery.state:
            name = delivery.document.number or delivery.document.label
            raise Refused(_("%(document)s went with another mail since. Nothing was sent.", document=name))
        delivery.state, delivery.settled_at = State.LEAVING, None
        _move(export, State.LEAVING)


def cancelled(deliveries: Iterable[Delivery], *, by_program: bool) -> None:
    """Their mail does not leave: for the next run where something changed, kept back where a person wanted it so.

    Of what nobody knows whether it arrived, no program sends a second one; nor of what a person keeps back.
    """
    for delivery in deliveries:
        is_free = by_program and delivery.state is State.LEAVING
        delivery.state, delivery.settled_at = (State.OPEN if is_free else State.WITHHELD), clock.now()
        export = _current(delivery)
        if export and export.state is not State.WITHHELD:
            _move(export, delivery.state)


def came_back(deliveries: Iterable[Delivery], why: str) -> None:
    """Accepted first, and undeliverable after all: the next run tries them again."""
    for delivery in deliveries:
        if delivery.state in MAY_HAVE_IT:
            delivery.state, delivery.answer = State.REFUSED, why[:2000]
            if export := _current(delivery):
                _move(export, State.REFUSED)


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


def refuse_moving(document: Document) -> None:
    """What the accountant of one company has, or is about to get, is not another company's."""
    export = of(document.id)
    if export and export.state in (State.LEAVING, *MAY_HAVE_IT):
        raise Refused(_("The accountant has it, or is about to get it. Nothing was moved."))


def _current(delivery: Delivery) -> Export | None:
    """Where its document stands, while this is its last delivery."""
    export = of(delivery.document_id)
    return export if export and export.delivery_id == delivery.id else None


def _move(export: Export, state: State) -> None:
    export.state, export.state_at = state, clock.now()
    export.is_again = False if state in MAY_HAVE_IT else export.is_again


def _given(delivery: Delivery, *, first: bool) -> None:
    """The document is the accountant's now, which the law wants kept; said once in its history."""
    document = delivery.document
    changes: dict[str, Any] = {}
    if document.exported_at is None:
        document.exported_at = clock.now()
        changes = {"exported_at": [None, document.exported_at]}
    if changes:
        status.settle(document, by=None, act="sent to the accountant", changes=changes)
    elif first:
        trail.record(document, by=None, act="sent to the accountant")
    note_changes(document)
