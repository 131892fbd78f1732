"""A twin that somebody who reviews may not see is for the admins to decide: they are told (SPEC DU-1)."""

from __future__ import annotations

from sqlalchemy import and_, select

from app.documents import mails, twins
from app.documents.models import Document
from app.documents.sight import only_visible
from app.extensions import db
from app.users.models import Membership, User
from app.web.access import Role


def tell_admins(document: Document) -> None:
    """After any change: a mail to each admin of the company for each pair of which a member sees but one."""
    if document.trashed_at or not document.company.restrict_non_admins:
        return
    found = twins.living(document)
    members = _people(document.company_id, Role.MEMBER) if found else []
    for twin in found:
        if any(len(only_visible(member, [document, twin])) == 1 for member in members):
            for admin in _people(document.company_id, Role.ADMIN):
                mails.twin_out_of_sight(admin, document, twin)


def _people(company_id: int, role: Role) -> list[User]:
    mine = User.memberships.any(and_(Membership.company_id == company_id, Membership.role == role))
    return list(db.session.scalars(select(User).where(mine, User.is_disabled.is_(False)).order_by(User.id)))
