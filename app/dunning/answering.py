"""Answering a customer who wrote back: plain text, in the same conversation (SPEC DN-2)."""

from __future__ import annotations

from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import Select, func, select

from app.audit import trail
from app.core.errors import Refused
from app.documents.models import Direction
from app.dunning import replies
from app.dunning.answered import ANSWER
from app.dunning.customer_models import Reply
from app.extensions import db
from app.intake import addresses
from app.outbox.kinds import MailKind
from app.outbox.models import OutgoingMail
from app.outbox.writing import write
from app.users.models import User

LONGEST_TEXT = 10_000


def answers_to(reply: Reply) -> list[OutgoingMail]:
    """What we wrote back, the first first."""
    return list(db.session.scalars(_to(reply, select(OutgoingMail)).order_by(OutgoingMail.id)))


def count(reply: Reply) -> int:
    """How often we did: pressing twice sends once."""
    return db.session.scalar(_to(reply, select(func.count(OutgoingMail.id)))) or 0


def _to(reply: Reply, query: Select[Any]) -> Select[Any]:
    return query.where(
        OutgoingMail.kind == ANSWER, OutgoingMail.about_type == Reply.__tablename__, OutgoingMail.about_id == reply.id
    )


def subject_of(reply: Reply) -> str:
    """As the customer's, with one "Re:" before it."""
    subject = reply.subject or _("Your message")
    return subject if subject.lower().startswith(("re:", "re :")) else f"Re: {subject}"


def answer(reply: Reply, text: str, *, version: int, by: User) -> None:
    """Write it into the outbox, once for each version; the reply is read then."""
    if not text.strip():
        raise Refused(_("Write something: nothing was sent."))
    if len(text) > LONGEST_TEXT:
        raise Refused(_("This is too long for a mail: %(most)s characters are the most.", most=LONGEST_TEXT))
    if version != count(reply):
        raise Refused(_("It was answered meanwhile: look at the answer below. Nothing was sent."))
    company = reply.counterparty.company
    language = company.customer_language
    back = addresses.full(addresses.living(company, Direction.SALE))
    with force_locale(language):
        write(
            ANSWER,
            key=f"{ANSWER}:{reply.id}:{version}",
            to=reply.sender,
            subject=subject_of(reply),
            template="dunning/mail/answer",
            company_id=company.id,
            about=reply,
            language=language,
            sender_name=company.name,
            return_path=addresses.returns_to(company, Direction.SALE),
            headers={"Reply-To": back} | _conversation(reply),
            paragraphs=[part.strip().splitlines() for part in text.replace("\r", "").split("\n\n") if part.strip()],
            company=company.name,
            subject_line=subject_of(reply),
        )
    trail.record(reply, by=by, act="reply answered", why=text[:200])
    replies.read(reply, by=by)


def _conversation(reply: Reply) -> dict[str, str]:
    """So that the customer's program shows it below what they wrote."""
    about = replies.message_of(reply).message_id.strip()
    if not (about.startswith("<") and about.endswith(">") and about.isascii() and about.isprintable()):
        return {}
    first = reply.action.mail.message_id if reply.action and reply.action.mail else ""
    return {"In-Reply-To": about, "References": f"{first} {about}".strip()}


KIND = MailKind(ANSWER, lambda _mail: "")
