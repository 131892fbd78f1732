"""The tags of one document, and who is in charge of it: set on its page and beside the form of the review."""

from __future__ import annotations

from flask import Response, redirect, request, url_for
from flask_login import current_user

from app.core.errors import Refused
from app.documents import assigning, tagging
from app.documents.blueprint import bp, mine, to
from app.documents.models import Document
from app.extensions import db
from app.tags import keeping
from app.tags.models import Tag
from app.tasks.jobs import commit
from app.users.models import User
from app.web.access import Permission, requires
from app.web.ids import row_id


@bp.app_template_global()
def tags_for(document: Document) -> list[Tag]:
    """The tags to choose from, without those it has."""
    return [tag for tag in keeping.offered(document.company) if tag not in document.tags]


@bp.app_template_global()
def people_for(document: Document) -> list[User]:
    """Who may be put in charge of it."""
    return assigning.candidates(document)


@bp.post("/documents/<int:document_id>/tags")
@requires(Permission.EDIT)
def tag(document_id: int):
    """Put a tag on; a name nobody used yet makes a new one."""
    document = mine(document_id)
    tagging.put_called(document, request.form.get("name", ""), by=current_user)
    commit()
    return _back(document, "tag-name")


@bp.post("/documents/<int:document_id>/tags/<int:tag_id>/removal")
@requires(Permission.EDIT)
def untag(document_id: int, tag_id: int):
    """Take a tag off."""
    document = mine(document_id)
    tagging.take_off(document, [each for each in document.tags if each.id == tag_id], by=current_user)
    commit()
    return _back(document, "tag-name")


@bp.post("/documents/<int:document_id>/assignee")
@requires(Permission.EDIT)
def assign(document_id: int):
    """Put somebody in charge, or nobody; only people who may see it can be chosen."""
    document, wanted = mine(document_id), request.form.get("user_id", type=row_id)
    user = db.session.scalar(User.visible_to(current_user).where(User.id == wanted)) if wanted else None
    if wanted and user is None:
        raise Refused(assigning.not_here())
    assigning.assign(document, user, by=current_user)
    commit()
    return _back(document, "in-charge")


def _back(document: Document, field: str) -> Response:
    """To where it was done, for the next one; a region of the review stays one."""
    if request.form.get("from") != "review":
        return to(document, field)
    if request.htmx:
        return redirect(url_for("documents.show", document_id=document.id, **{"from": "review"}), 303)
    return redirect(url_for("review.show", document_id=document.id), 303)
