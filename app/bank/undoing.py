"""Taking back what was matched, netted or written off: a whole act, or one match of it (SPEC BK-3, LC-4)."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import delete, select

from app.bank import claiming
from app.bank.models import Match
from app.core.errors import Refused
from app.extensions import db
from app.users.models import User


def of_act(act_id: str) -> list[Match]:
    """All that was decided in one go."""
    return list(db.session.scalars(select(Match).where(Match.act_id == act_id).order_by(Match.id)))


def undo(act_id: str, *, by: User | None) -> None:
    """Take a whole act back: both sides are open again, and each status is what it was."""
    _take(of_act(act_id), by=by)


def undo_match(match: Match, *, by: User | None) -> None:
    """Take one match back, with what was written off of its document or line in the same act."""
    _take([each for each in of_act(match.act_id) if each is match or _hangs_on(each, match)], by=by)


def _hangs_on(each: Match, match: Match) -> bool:
    """Is it a difference that makes no sense without the match?"""
    of_document = each.document_id is not None and each.document_id == match.document_id
    of_line = each.transaction_id is not None and each.transaction_id == match.transaction_id
    return each.difference is not None and (of_document or of_line)


def _take(gone: list[Match], *, by: User | None) -> None:
    """By one statement: of two at once one counts."""
    with claiming.taken_back(gone, by=by, act="match undone"):
        ids = [each.id for each in gone]
        removal = delete(Match).where(Match.id.in_(ids)).execution_options(synchronize_session=False)
        if not ids or db.session.execute(removal).rowcount != len(ids):
            raise Refused(_("It was taken back already. Nothing was changed."))
        for each in gone:
            db.session.expunge(each)
