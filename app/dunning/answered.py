"""Which action a mail of ours to a customer was about, so that what comes back finds it."""

from __future__ import annotations

from sqlalchemy import select

from app.dunning.action_models import Action
from app.dunning.customer_models import Reply
from app.extensions import db
from app.outbox.models import OutgoingMail

ANSWER = "customer-answer"
"""What we write to a customer who answered."""
KINDS = ("customer-sending", "customer-reminder", ANSWER)


def action_of(mail: OutgoingMail) -> Action | None:
    """The action it was written for; of an answer, none: it did nothing that could be brought back."""
    if mail.about_type == Action.__tablename__ and mail.kind in KINDS:
        return db.session.get(Action, mail.about_id)
    return db.session.scalar(select(Action).where(Action.mail_id == mail.id).order_by(Action.id.desc()).limit(1))


def reply_of(mail: OutgoingMail) -> Reply | None:
    """The reply that it answers."""
    return db.session.get(Reply, mail.about_id) if mail.about_type == Reply.__tablename__ and mail.about_id else None
