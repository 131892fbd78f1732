"""The tags of a document: put on and taken off by people, by rules, and by words in its text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, func, select, update

from app.audit.models import AuditEntry
from app.core.errors import Refused
from app.documents import status
from app.documents.models import Document, document_tag
from app.extensions import db
from app.tags import keeping
from app.tags.models import Tag
from app.users.models import Company, User

PUT_ON, TAKEN_OFF, MERGED = "tagged", "tag taken off", "tag merged"


def put(document: Document, tags: Iterable[Tag], *, by: User | None, why: str = "") -> None:
    """Put these tags on, whatever its status; those it has stay. `by` is None where a rule or a word does it."""
    db.session.refresh(document, with_for_update=True)
    new = [tag for tag in dict.fromkeys(tags) if tag not in document.tags]
    if any(tag.company_id != document.company_id for tag in new):
        raise Refused(_("This choice no longer exists: choose again."))
    if new:
        _change(document, [*document.tags, *new], PUT_ON, by, why)


def take_off(document: Document, tags: Iterable[Tag], *, by: User | None, why: str = "") -> None:
    """Take these tags off; words never put one on again that a person took off."""
    db.session.refresh(document, with_for_update=True)
    gone = set(tags) & set(document.tags)
    if gone:
        _change(document, [tag for tag in document.tags if tag not in gone], TAKEN_OFF, by, why)


def put_called(document: Document, name: str, *, by: User) -> Tag:
    """Put the tag of this name on; it is made where the company has none."""
    tag = keeping.called(document.company, name) or keeping.add(document.company, {"name": name}, by=by)
    if tag.archived_at:
        raise Refused(_("The tag “%(name)s” is put away: an admin can bring it back.", name=tag.name))
    put(document, [tag], by=by)
    return tag


def put_by_words(document: Document, text: str) -> dict[str, list[Any]]:
    """When it was read: put on each tag one of whose words stands in its text, but for those a person took off.

    Gives what changed; whoever read it settles it.
    """
    refused, was = taken_off_by_people(document), list(document.tags)
    found = [(tag, word) for tag, word in keeping.found_in(document.company, text) if tag.id not in refused]
    if new := {tag: word for tag, word in found if tag not in was}:
        document.tags = in_order([*was, *new])
        return _told(was, document.tags) | {"word": [None, ", ".join(new.values())]}
    return {}


def taken_off_by_people(document: Document) -> set[int]:
    """The tags a person took off, and nobody put on again since."""
    entries = AuditEntry.about(document).where(AuditEntry.act.in_([PUT_ON, TAKEN_OFF]), AuditEntry.user_id.is_not(None))
    told = list(db.session.scalars(entries.order_by(None).order_by(AuditEntry.id)))
    merged, refused = keeping.merged() if told else {}, set[int]()
    for entry in told:
        was, now = ({merged.get(each, each) for each in ids or []} for ids in entry.changes.get("tag_ids", [[], []]))
        refused = (refused | (was - now)) - (now - was)
    return refused


def rename(gone: Tag, into: Tag) -> tuple[list[int], set[int]]:
    """Every document that has the first tag has the second; their ids, and of these whose it was already."""
    owner, tag_id = document_tag.c.document_id, document_tag.c.tag_id
    ids = list(db.session.scalars(select(owner).where(tag_id == gone.id).order_by(owner)))
    both = select(owner).where(tag_id == into.id).scalar_subquery()
    had_both = set(db.session.scalars(select(owner).where(tag_id == gone.id, owner.in_(both))))
    only_first = update(document_tag).where(tag_id == gone.id, owner.not_in(both))
    db.session.execute(only_first.values(tag_id=into.id))
    db.session.execute(delete(document_tag).where(tag_id == gone.id))
    db.session.expire_all()
    return ids, had_both


def note_merged(
    tag: Tag, gone_id: int, gone_name: str, ids: list[int], *, by: User | None, had_both: Iterable[int] = ()
) -> None:
    """These documents had a tag that is this one now: each says so in its trail, and its rules are asked; once."""
    merged = {"tag_ids": [[gone_id], [tag.id]]}
    query = select(Document).where(Document.id.in_(ids), Document.tags.contains(tag)).order_by(Document.id)
    for document in db.session.scalars(query.with_for_update()).all():
        told = db.session.scalars(AuditEntry.about(document).where(AuditEntry.act == MERGED))
        if any(merged.items() <= entry.changes.items() for entry in told):
            continue
        now = [each.name for each in document.tags]
        was = [gone_name if each is tag else each.name for each in document.tags]
        was = [*now, gone_name] if document.id in had_both else was
        status.settle(document, by=by, act=MERGED, changes=merged | {"tags": [", ".join(was), ", ".join(now)]})


def counts(company: Company) -> dict[int, int]:
    """How many documents have each tag of a company, without those in the trash."""
    living = select(document_tag.c.tag_id, func.count()).join(Document, Document.id == document_tag.c.document_id)
    living = living.where(Document.company_id == company.id, Document.trashed_at.is_(None))
    return dict(db.session.execute(living.group_by(document_tag.c.tag_id)).all())  # type: ignore[arg-type]


def in_order(tags: Iterable[Tag]) -> list[Tag]:
    """As the company arranged them."""
    return sorted(tags, key=lambda tag: (tag.position, tag.name_key))


def _change(document: Document, tags: list[Tag], act: str, by: User | None, why: str) -> None:
    was, document.tags = list(document.tags), in_order(tags)
    db.session.flush()
    status.settle(document, by=by, act=act, why=why, changes=_told(was, document.tags))


def _told(was: list[Tag], now: list[Tag]) -> dict[str, list[Any]]:
    names = [", ".join(tag.name for tag in each) for each in (was, now)]
    return {"tags": names, "tag_ids": [[tag.id for tag in each] for each in (was, now)]}
