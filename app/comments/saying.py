"""Saying something about a document, changing it, and taking it back: whatever the status, the trash included."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from app.audit import trail
from app.comments import mentions
from app.comments.models import Comment
from app.core import clock
from app.core.errors import Refused
from app.documents import sight
from app.documents.models import Document
from app.extensions import db
from app.notices import telling
from app.notices.models import NoticeKind
from app.users.models import User

LONGEST = 5000
ONE_PRESS = timedelta(seconds=10)


def say(document: Document, text: str, *, by: User) -> Comment:
    """A new comment, last; whoever is named in it with @ is told, and those it concerns. Raises `Refused`.

    The same words again at once are a button pressed twice: the first comment stands alone.
    """
    if twin := _just_said(document, _whole(text), by):
        return twin
    comment = Comment(document=document, text=_whole(text), by=by)
    comment.mentions = mentions.named(document, comment.text)
    db.session.add(comment)
    db.session.flush()
    trail.record(document, by=by, act="commented")
    _tell(comment, by)
    return comment


def pass_on(document: Document, text: str, *, outsider: str) -> Comment:
    """What somebody without a sign-in wrote by a mailed link: no @ in it names anybody, and whoever calls tells."""
    comment = Comment(document=document, text=_whole(text), outsider=outsider)
    db.session.add(comment)
    db.session.flush()
    return comment


def _just_said(document: Document, text: str, by: User) -> Comment | None:
    """The last comment, where this person wrote just this a moment ago."""
    last = db.session.scalar(select(Comment).where(Comment.document == document).order_by(Comment.id.desc()).limit(1))
    is_twin = last and (last.by_id, last.text, last.removed_at) == (by.id, text, None)
    return last if is_twin and clock.now() - last.created_at < ONE_PRESS else None


def change(comment: Comment, text: str, *, by: User) -> None:
    """Put it another way, within one's own; whoever is named now and was not is told."""
    _check_own(comment, by)
    was, now = comment.text, _whole(text)
    if was == now:
        return
    comment.text, comment.changed_at = now, clock.now()
    comment.mentions = mentions.named(comment.document, now)
    trail.record(comment.document, by=by, act="comment changed", changes={"comment": [was, now]})
    _tell_the_named(comment, by)


def take_back(comment: Comment, *, by: User) -> None:
    """Show it no more; that there was one stays visible, and the trail keeps what it said."""
    _check_own(comment, by)
    _hide(comment, by)


def disown(comment: Comment) -> None:
    """The same for what turns out to be no person's."""
    if comment.removed_at is None:
        _hide(comment, None)


def _hide(comment: Comment, by: User | None) -> None:
    was, comment.text, comment.mentions = comment.text, "", set()
    comment.removed_at = clock.now()
    trail.record(comment.document, by=by, act="comment taken back", changes={"comment": [was, None]})


def _whole(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\0", "").strip()
    if not text:
        raise Refused(_("Write something first."))
    if len(text) > LONGEST:
        raise Refused(_("A comment has %(count)s letters at most. Nothing was sent.", count=LONGEST))
    return text


def _check_own(comment: Comment, by: User) -> None:
    if comment.by_id != by.id:
        raise Refused(_("Only whoever wrote it can change a comment."))
    if comment.removed_at:
        raise Refused(_("This comment was taken back already."))


def _tell(comment: Comment, by: User) -> None:
    _tell_the_named(comment, by)
    for user in _concerned(comment):
        _notice(user, NoticeKind.COMMENT, comment, by)


def _tell_the_named(comment: Comment, by: User) -> None:
    for user in sorted(comment.mentions, key=lambda user: user.id):
        _notice(user, NoticeKind.MENTION, comment, by)


def _notice(user: User, kind: NoticeKind, comment: Comment, by: User) -> None:
    facts = {"key": f"{kind}:{comment.id}", "company_id": comment.document.company_id, "about": comment}
    telling.tell(user, kind, by=by, **facts)


def _concerned(comment: Comment) -> Iterator[User]:
    """Who is in charge, who validated, who commented before; only while they may see it, and not those named."""
    document = comment.document
    spoke = select(Comment.by_id).where(Comment.document_id == document.id, Comment.removed_at.is_(None))
    ids = {document.assignee_id, document.validated_by_id, *db.session.scalars(spoke)} - {None, comment.by_id}
    for user in db.session.scalars(select(User).where(User.id.in_(ids)).order_by(User.id)):
        if user not in comment.mentions and sight.may_see(user, document):
            yield user
