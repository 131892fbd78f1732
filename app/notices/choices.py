"""How a person wants to be told of each kind of thing: in the app, and by mail."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Select, select

from app.extensions import db
from app.notices.models import ByMail, Notice, NoticeChoice, NoticeKind
from app.users.models import User

USUAL = {NoticeKind.COMMENT: ByMail.DAILY, NoticeKind.TO_SEND: ByMail.DAILY}
"""When a mail follows where the person chose nothing; all others at once."""
OWN_MAIL = {NoticeKind.APPROVAL_ASKED, NoticeKind.DECIDED, NoticeKind.FORWARDING}
"""Whoever tells writes a mail of its own that says more, where `of` says at once; no second one follows the notice."""
OWN_DIGEST = {NoticeKind.APPROVAL_ASKED}
"""What waits for an approver is mailed once a day with its buttons; it does not stand in the mail of notices too."""


class Choice(NamedTuple):
    """In the app, and when by mail."""

    in_app: bool
    by_mail: ByMail


def of(user: User, kind: NoticeKind) -> Choice:
    """What the person chose for this kind, or what is usual."""
    said = db.session.get(NoticeChoice, (user.id, kind))
    return Choice(said.in_app, said.by_mail) if said else usual(kind)


def usual(kind: NoticeKind) -> Choice:
    """What holds until somebody chooses."""
    return Choice(True, USUAL.get(kind, ByMail.AT_ONCE))


def all_of(user: User) -> dict[NoticeKind, Choice]:
    """The choice for every kind."""
    rows = db.session.scalars(select(NoticeChoice).filter_by(user_id=user.id))
    said = {row.kind: Choice(row.in_app, row.by_mail) for row in rows}
    return {kind: said.get(kind) or usual(kind) for kind in NoticeKind}


def choose(user: User, wanted: dict[NoticeKind, Choice]) -> None:
    """Keep these choices."""
    for kind, choice in wanted.items():
        db.session.merge(NoticeChoice(user_id=user.id, kind=kind, in_app=choice.in_app, by_mail=choice.by_mail))
    db.session.flush()


def shown_to(user: User):
    """The notices a person wants to see in the app, newest first."""
    return Notice.visible_to(user).where(Notice.kind.not_in(_unwanted_by(user)))


def _unwanted_by(user: User) -> Select[tuple[NoticeKind]]:
    """The kinds that a person does not want to see in the app."""
    return select(NoticeChoice.kind).where(NoticeChoice.user_id == user.id, NoticeChoice.in_app.is_(False))
