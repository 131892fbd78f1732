"""Deciding, changing and asking about one document wait for each other: the document's row is the lock."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.approval.models import Approval, ApprovalStep, Seat
from app.documents.models import Document
from app.extensions import db


def hold(document: Document) -> None:
    """Keep others from deciding about the document, or changing it, until this transaction ends."""
    if document.id is None:
        db.session.flush()
    db.session.execute(select(Document.id).where(Document.id == document.id).with_for_update())


def held(approval: Approval) -> Approval:
    """The round, its document, seats and decisions as they are now; nobody else changes them meanwhile."""
    db.session.flush()
    db.session.refresh(approval.document, with_for_update=True)
    whole = selectinload(Approval.steps).selectinload(ApprovalStep.seats).selectinload(Seat.decisions)
    query = select(Approval).where(Approval.id == approval.id).options(whole)
    return db.session.scalars(query.execution_options(populate_existing=True)).one()
