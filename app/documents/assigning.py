"""Who is to see to a document."""

from __future__ import annotations

from flask_babel import gettext as _

from app.audit.models import AuditEntry
from app.core.database import change_if
from app.core.errors import Refused
from app.documents import status
from app.documents.models import Document
from app.documents.sight import may_see, seers
from app.extensions import db
from app.notices import telling
from app.notices.models import NoticeKind
from app.users.models import User
from app.web.access import Permission


def assign(document: Document, user: User | None, *, by: User | None, why: str = "") -> None:
    """Put this person in charge, or nobody; they are told. Only somebody who may see it and work on it (SAFETY S72).

    A rule does it inside the change that caused it, see `rules.acts`. Raises `Refused`.
    """
    was = document.assignee
    if user is was:
        return
    if user and not may_see_to(user, document):
        raise Refused(not_here())
    still = Document.assignee_id.is_(None) if was is None else Document.assignee_id == was.id
    if not change_if(db.session(), document, still, assignee_id=user.id if user else None):
        raise Refused(_("Somebody changed it meanwhile: look at it again."))
    names = [was.name if was else None, user.name if user else None]
    ids = [was.id if was else None, user.id if user else None]
    changes = {"assignee": names, "assignee_id": ids}
    status.settle(document, by=by, act="assigned" if user else "unassigned", why=why, changes=changes)
    if user:
        tell(document, user, by=by)


def not_here() -> str:
    """The same for somebody who may not see it and for somebody who does not exist."""
    return _("This person may not work on this document.")


def may_see_to(user: User, document: Document) -> bool:
    """May this person be put in charge of it?"""
    return is_at_work(user, document) and may_see(user, document)


def is_at_work(user: User, document: Document) -> bool:
    """Does this person do more than look, in its company?"""
    return not user.is_disabled and document.company_id in user.company_ids(Permission.DECIDE)


def candidates(document: Document) -> list[User]:
    """Who may be put in charge of it."""
    return [user for user in seers(document) if is_at_work(user, document)]


def tell(document: Document, user: User, *, by: User | None) -> None:
    """Who is in charge now; once for each time: taken off and put in charge again, it is news again."""
    time = db.session.scalar(AuditEntry.about(document).with_only_columns(AuditEntry.id).limit(1))
    key = f"assigned:{document.id}:{time}"
    telling.tell(user, NoticeKind.ASSIGNED, key=key, company_id=document.company_id, about=document, by=by)
