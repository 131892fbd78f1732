"""Requests to forward a mailbox to us: kept for the admins, told to them once, never answered by the program."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Select, String, Text, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from app.audit import trail
from app.core import clock
from app.core.database import hold
from app.core.types import UTCDateTime
from app.extensions import db
from app.intake import confirmations, mails
from app.intake.kinds import MessageKind
from app.intake.models import Message
from app.intake.proof import PROVEN
from app.notices import choices, telling
from app.notices.models import ByMail, NoticeKind
from app.notices.subjects import Subject
from app.users import people
from app.users.models import Company, User
from app.web.access import Permission

KEY = "forwarding"


class ForwardingRequest(db.Model):
    """A mailbox somewhere asks to forward to one of our addresses: what an admin needs to allow it."""

    __tablename__ = "forwarding_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), unique=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id", ondelete="CASCADE"), index=True)
    provider: Mapped[str] = mapped_column(String(40))
    asked_by: Mapped[str] = mapped_column(String(254), default="")
    code: Mapped[str] = mapped_column(String(20), default="")
    link: Mapped[str] = mapped_column(Text, default="")
    """Shown to be opened by a person; the program never does."""
    dismissed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    message: Mapped[Message] = relationship()

    @property
    def is_proven(self) -> bool:
        """Did the provider sign it, subject and all?"""
        proof = self.message.proof
        if not proof or proof["verdict"] != PROVEN or proof["dkim"]["result"] != "pass":
            return False
        provider = next(each for each in confirmations.PROVIDERS if each.name == self.provider)
        return provider.signs_as(proof["dkim"]["domain"]) and proof["dkim"]["covers_subject"]

    @classmethod
    def visible_to(cls, user: User) -> Select[tuple[ForwardingRequest]]:
        """Those of the companies `user` administers."""
        mine = user.company_ids(Permission.ADMINISTER)
        return select(cls).where(cls.company_id.in_(mine)).options(joinedload(cls.message))


def take(message: Message, facts: dict[str, Any]) -> None:
    """Keep the request of this message, once, and tell the admins where it is proven."""
    hold(db.session, f"forwarding:{message.id}")
    known = db.session.scalar(select(ForwardingRequest).filter_by(message_id=message.id))
    request = known or ForwardingRequest(message=message, company_id=message.company_id, **facts)
    db.session.add(request)
    db.session.flush()
    if request.is_proven:
        for admin in people.admins_of(message.company_id):
            tell(admin, request)


def tell(admin: User, request: ForwardingRequest) -> None:
    """In the app, and by a mail of its own to whoever wants one at once."""
    facts = {"key": f"forwarding:{request.id}", "company_id": request.company_id, "about": request.message}
    telling.tell(admin, NoticeKind.FORWARDING, **facts)
    if choices.of(admin, NoticeKind.FORWARDING).by_mail is ByMail.AT_ONCE:
        mails.forwarding_asked(admin, request.message, request.provider, request.asked_by)


def subjects(user: User, ids: set[int]) -> dict[int, Subject]:
    """For notices: the mailbox that asks, where the person may answer it."""
    seen = ForwardingRequest.visible_to(user).where(ForwardingRequest.message_id.in_(ids))
    names = {each.message_id: each.asked_by or each.provider for each in db.session.scalars(seen)}
    return {id: Subject(name, "/add/by-email") for id, name in names.items()}


KIND = MessageKind(KEY, confirmations.recognise, take)


def waiting(user: User, company: Company) -> Select[tuple[ForwardingRequest]]:
    """Those nobody has put away yet."""
    here = ForwardingRequest.visible_to(user).where(ForwardingRequest.company_id == company.id)
    return here.where(ForwardingRequest.dismissed_at.is_(None)).order_by(ForwardingRequest.id.desc())


def dismiss(request: ForwardingRequest, *, by: User) -> None:
    """Put it away: it was used, or is not wanted. The message stays in the log."""
    if request.dismissed_at is None:
        request.dismissed_at = clock.now()
        trail.record(request.message, by=by, act="forwarding put away")
