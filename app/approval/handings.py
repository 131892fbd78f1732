"""How a seat went from one person to another, and back."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import ForeignKey, Select, String, or_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.approval.models import Approval, ApprovalStep, Decision, Handed, Seat
from app.core import clock
from app.core.types import UTCDateTime, Word
from app.documents.models import Document
from app.extensions import db
from app.users.models import User
from app.web.access import Permission


class Handing(db.Model):
    """That one person left a seat to another; it stands until it is taken back, the last one first."""

    __tablename__ = "approval_handing"

    id: Mapped[int] = mapped_column(primary_key=True)
    seat_id: Mapped[int] = mapped_column(ForeignKey("approval_seat.id", ondelete="CASCADE"), index=True)
    from_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    to_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    handed: Mapped[Handed] = mapped_column(Word(Handed))
    reason: Mapped[str] = mapped_column(String(500), default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    """None: the program, as somebody was absent."""
    at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Taken back, or back from an absence."""

    seat: Mapped[Seat] = relationship()
    giver: Mapped[User] = relationship(foreign_keys=[from_id])
    taker: Mapped[User] = relationship(foreign_keys=[to_id])
    by: Mapped[User | None] = relationship(foreign_keys=[by_id])

    @classmethod
    def undoable_by(cls, user: User) -> Select[tuple[Handing]]:
        """What this person gave away, or moved as an admin: they may take it back whatever became of it since."""
        documents = Document.visible_to(user).with_only_columns(Document.id)
        administered = Document.company_id.in_(user.company_ids(Permission.ADMINISTER))
        query = select(cls).join(cls.seat).join(Seat.step).join(ApprovalStep.approval).join(Approval.document)
        query = query.where(Document.id.in_(documents), cls.handed != Handed.ABSENT)
        return query.where(or_(cls.from_id == user.id, administered))

    @classmethod
    def undecided(cls) -> Select[tuple[Handing]]:
        """Those that stand, at seats that are still asked."""
        return (
            select(cls)
            .join(cls.seat)
            .join(Seat.step)
            .join(ApprovalStep.approval)
            .where(cls.ended_at.is_(None), Approval.ended_at.is_(None), ApprovalStep.ended_at.is_(None))
            .where(~Seat.decisions.any(Decision.undone_at.is_(None)))
            .order_by(cls.id)
        )

    @classmethod
    def given_by(cls, user: User) -> Select[tuple[Handing]]:
        """What this person left to others and may take back: what an absence moved comes back by itself."""
        return cls.undecided().where(cls.from_id == user.id, cls.handed != Handed.ABSENT)


def standing(seat: Seat) -> list[Handing]:
    """The steps by which it came to whoever sits there, the first one first."""
    query = select(Handing).where(Handing.seat_id == seat.id, Handing.ended_at.is_(None))
    return list(db.session.scalars(query.order_by(Handing.id)))


def awaited_at(step: ApprovalStep) -> set[int]:
    """Whose seat of this step may come back to them: nobody sits twice in one step."""
    query = select(Handing.from_id).join(Handing.seat).where(Seat.step_id == step.id, Handing.ended_at.is_(None))
    return set(db.session.scalars(query))


def in_words(seat: Seat) -> str:
    """In whose place this person is asked; empty where a rule named them."""
    if seat.handed is None or seat.named is None:
        return ""
    name = seat.named.name or seat.named.email
    if seat.handed is Handed.DELEGATED:
        return _("handed on by %(name)s", name=name)
    if seat.handed is Handed.ABSENT:
        return _("in place of %(name)s, who is away", name=name)
    return _("in place of %(name)s", name=name)
