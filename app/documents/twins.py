"""Duplicates: documents with the same number, the same bytes or much alike, and what a person decides about them."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, extract, func, or_, select
from sqlalchemy.orm import aliased

from app.audit import trail
from app.core.database import hold
from app.core.errors import Refused
from app.counterparties.models import Counterparty
from app.documents import status
from app.documents.models import Direction, Document, DocumentFile, FileRole, ReadState, TrashKind, TwinVerdict
from app.documents.trash import trash
from app.extensions import db
from app.files.models import File
from app.users.models import User

WARNING = lazy_gettext("It looks like this invoice has already been imported.")
SIMILAR_DAYS = 45


def same_number(document: Document) -> list[Document]:
    """The documents that seem to be this one again (SPEC DU-1), those in the trash last.

    Sales of one company and kind, whoever the customer; purchases of one company, kind and supplier.
    """
    ids = list(db.session.scalars(_those_of_same_number(), {"document_id": document.id}))
    return [db.session.get_one(Document, each) for each in ids]


@cache
def _those_of_same_number() -> Select[tuple[int]]:
    """Made once: putting the rule together takes far longer than its answer, which mostly is none."""
    other = aliased(Document)
    query = select(other.id).where(Document.id == bindparam("document_id"), is_twin(Document, other))
    return query.order_by(other.trashed_at.is_not(None), other.id)


def living(document: Document) -> list[Document]:
    """Those among them that are not in the trash: only they stand in the way of a validation."""
    return [twin for twin in same_number(document) if not twin.trashed_at]


def has_living_twin() -> ColumnElement[bool]:
    """Whether a row of `Document` has one, for lists, filters and counts.

    First whether its number is there twice at all: the index of numbers knows that alone, and mostly it is not.
    """
    namesake, other = aliased(Document), aliased(Document)
    is_there_twice = exists().where(
        namesake.company_id == Document.company_id,
        namesake.number_key == Document.number_key,
        namesake.id != Document.id,
    )
    return and_(is_there_twice, exists().where(is_twin(Document, other), other.trashed_at.is_(None)))


def is_twin(one: Any, other: Any) -> ColumnElement[bool]:
    """The rule of DU-1 between two rows, without those a person already judged."""
    return and_(
        other.id != one.id,
        other.company_id == one.company_id,
        other.direction == one.direction,
        other.kind == one.kind,
        other.number_key == one.number_key,
        one.number_key != "",
        or_(one.direction == Direction.SALE, _is_of_same_supplier(one, other)),
        or_(other.duplicate_of_id.is_(None), other.duplicate_of_id != one.id),
        ~_is_judged(one, other),
        ~_is_of_another_year(one, other),
    )


def _is_of_same_supplier(one: Any, other: Any) -> ColumnElement[bool]:
    """By the supplier chosen, or, where nobody knows it yet, by the name that was read."""
    unknown = and_(one.counterparty_id.is_(None), other.counterparty_id.is_(None), one.counterparty_name != "")
    same_name = func.lower(other.counterparty_name) == func.lower(one.counterparty_name)
    return or_(other.counterparty_id == one.counterparty_id, and_(unknown, same_name))


def _is_judged(one: Any, other: Any) -> ColumnElement[bool]:
    said = lambda first, second: and_(TwinVerdict.document_id == first.id, TwinVerdict.other_id == second.id)  # noqa: E731
    return exists().where(or_(said(one, other), said(other, one))).correlate_except(TwinVerdict)


def _is_of_another_year(one: Any, other: Any) -> ColumnElement[bool]:
    """Does the supplier count from 1 again each year, and are these of two years?"""
    restarts = exists().where(Counterparty.id == one.counterparty_id, Counterparty.numbering_restarts_yearly)
    restarts = restarts.correlate_except(Counterparty)
    dated = and_(one.issue_date.is_not(None), other.issue_date.is_not(None))
    years = extract("year", one.issue_date) != extract("year", other.issue_date)
    return and_(one.direction == Direction.PURCHASE, restarts, dated, years)


def are_of_two_years(one: Document, other: Document) -> bool:
    """Are these purchases of one supplier, issued in two years, so that it may count from 1 again each year?"""
    is_same = one.direction is Direction.PURCHASE and one.counterparty_id == other.counterparty_id is not None
    dated = one.issue_date and other.issue_date
    return bool(is_same and dated and one.issue_date.year != other.issue_date.year)  # type: ignore[union-attr]


def same_bytes(company_id: int, file: File, *, but: Document | None = None) -> Document | None:
    """The first document of the company with these bytes that is not in the trash (SPEC DU-2).

    Nobody else is answered before this transaction ends: of two deliveries at once, the second finds the first.
    """
    hold_bytes(company_id, file.sha256)
    query = _with_bytes(company_id, file, but).where(Document.trashed_at.is_(None))
    return db.session.scalar(query.order_by(Document.id))


def hold_bytes(company_id: int, sha256: str) -> None:
    """Nobody else of the company is answered about these bytes before this transaction ends."""
    hold(db.session, f"bytes:{company_id}:{sha256}")


def same_bytes_in_trash(company_id: int, file: File, *, but: Document | None = None) -> Document | None:
    """The newest document in the trash with these bytes, to be offered with *Restore*."""
    query = _with_bytes(company_id, file, but).where(Document.trashed_at.is_not(None))
    newest = query.order_by(Document.trash_kind == TrashKind.DUPLICATE, Document.id.desc()).limit(1)
    return db.session.scalar(newest)


def _holders_of(file: File) -> Select[tuple[int]]:
    return select(DocumentFile.document_id).where(DocumentFile.file_id == file.id)


def _with_bytes(company_id: int, file: File, but: Document | None) -> Any:
    query = select(Document).where(Document.company_id == company_id, Document.id.in_(_holders_of(file)))
    return query.where(Document.id != but.id) if but else query


def similar(document: Document) -> list[Document]:
    """Same counterparty and gross, dates close together, another number or none: a warning, never more (SPEC DU-3)."""
    if not (document.counterparty_id and document.issue_date and document.gross_minor):
        return []
    near = timedelta(days=SIMILAR_DAYS)
    other = aliased(Document)
    query = select(other).where(
        Document.id == document.id,
        other.id != Document.id,
        other.company_id == Document.company_id,
        other.counterparty_id == document.counterparty_id,
        other.direction == document.direction,
        other.kind == document.kind,
        other.gross_minor == document.gross_minor,
        other.currency == document.currency,
        or_(other.number_key != document.number_key, other.number_key == ""),
        other.issue_date.between(document.issue_date - near, document.issue_date + near),
        other.trashed_at.is_(None),
        ~_is_judged(Document, other),
    )
    return list(db.session.scalars(query.order_by(other.id).limit(5)))


def can_replace(new: Document, existing: Document) -> bool:
    """*Replace* is offered where the file came under the same name."""
    if not (new.original and existing.original):
        return False
    return new.original.name.casefold().strip() == existing.original.name.casefold().strip()


def link(new: Document, existing: Document, *, by: User) -> None:
    """Attach the new file to the existing document; the new document goes to the trash as its duplicate.

    One that was entered without a file has it as its original from now on.
    """
    _take_pair(new, existing)
    if not new.files:
        raise Refused(_("It has no file that could be attached: discard it instead."))
    if existing.original is None:
        _take_over(existing, new, by)
    else:
        for each in new.files:
            _attach(existing, each, FileRole.ATTACHMENT, by)
    _gone(new, existing, by=by, act="file linked")


def replace(new: Document, existing: Document, *, by: User) -> None:
    """The new file becomes the original of the existing document; the old one stays in its history."""
    _take_pair(new, existing)
    if not can_replace(new, existing):
        raise Refused(_("Only a file with the same name can replace the existing one: link it instead."))
    for each in existing.files:
        if each.role in (FileRole.ORIGINAL, FileRole.RENDITION):
            each.role = FileRole.REPLACED
    _take_over(existing, new, by)
    _gone(new, existing, by=by, act="file replaced")


def not_a_duplicate(document: Document, other: Document, why: str, *, by: User) -> None:
    """A person's word that these are two documents; the reason is kept."""
    _take_two(document, other)
    if not why.strip():
        raise Refused(_("Say why this is not a duplicate."))
    db.session.add(TwinVerdict(document_id=document.id, other_id=other.id, why=why.strip(), by_id=by.id))
    for one, second in ((document, other), (other, document)):
        trail.record(one, by=by, act="not a duplicate", why=why.strip(), changes={"document": [None, second.id]})


def discard(new: Document, existing: Document, *, by: User) -> None:
    """The new document was one too many: to the trash as a duplicate."""
    _take_pair(new, existing)
    trash(new, by=by, kind=TrashKind.DUPLICATE, duplicate_of=existing)


def _take_two(one: Document, other: Document) -> None:
    """Nobody else decides about these two until this transaction ends; who comes second is told what was said."""
    if one.id == other.id or one.company_id != other.company_id:
        raise Refused(_("These two documents do not belong together."))
    for document in sorted((one, other), key=lambda each: each.id):
        db.session.refresh(document, with_for_update=True)
    said = or_(
        and_(TwinVerdict.document_id == one.id, TwinVerdict.other_id == other.id),
        and_(TwinVerdict.document_id == other.id, TwinVerdict.other_id == one.id),
    )
    verdict = db.session.scalar(select(TwinVerdict).where(said).limit(1))
    if verdict:
        user = db.session.get(User, verdict.by_id) if verdict.by_id else None
        who = user.name if user else "Facteur"
        raise Refused(_("%(who)s said already that these are two documents: %(why)s", who=who, why=verdict.why))


def _take_pair(new: Document, existing: Document) -> None:
    _take_two(new, existing)
    if new.trashed_at:
        raise Refused(_("It is already in the trash."))
    if existing.trashed_at:
        raise Refused(_("The existing document is in the trash: restore it first."))


def _take_over(existing: Document, new: Document, by: User) -> None:
    """The files and pages of the new document are the existing one's."""
    for each in new.files:
        _attach(existing, each, each.role, by)
    existing.page_count = new.page_count
    if existing.read_state is ReadState.UNREADABLE and new.read_state is ReadState.READ:
        existing.read_state, existing.unreadable_reason = ReadState.READ, ""


def _attach(existing: Document, each: DocumentFile, role: FileRole, by: User) -> None:
    """Give the document a file, once; bytes it has already only change their role."""
    known = next((mine for mine in existing.files if mine.file_id == each.file_id), None)
    if known is None:
        existing.files.append(DocumentFile(file=each.file, name=each.name, role=role, added_by_id=by.id))
    elif role is not FileRole.ATTACHMENT:
        known.role = role


def _gone(new: Document, existing: Document, *, by: User, act: str) -> None:
    name = new.original.name if new.original else ""
    trash(new, by=by, kind=TrashKind.DUPLICATE, duplicate_of=existing)
    status.settle_files(existing, by=by, act=act, changes={"file": [None, name], "document": [None, new.id]})
