"""Learning from the people who correct: when they validate what was read wrong, it is kept for the next document."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import select

from app.audit import trail
from app.core import clock, money
from app.documents.models import Direction, Document
from app.extensions import db
from app.extraction.fields import DAYS, ToRead, typed
from app.extraction.lessons import NUMBERS, Lesson, as_plain, differ, from_plain, learn
from app.extraction.models import DocumentReading, KeptLesson, newest
from app.extraction.parties import ALIKE, likeness
from app.extraction.reading import AMOUNTS, Party, Reading, Value
from app.extraction.study import Study, study
from app.reader.contents import Contents, Page, Word
from app.users.models import User

_ACTS = {"validated", "edited"}


def living(company_id: int) -> tuple[Lesson, ...]:
    """All that the company's people have taught, the newest first."""
    kept = select(KeptLesson.id, KeptLesson.field, KeptLesson.says).where(
        KeptLesson.company_id == company_id, KeptLesson.removed_at.is_(None)
    )
    found = db.session.execute(kept.order_by(KeptLesson.id.desc()))
    return tuple(from_plain(each.field, each.says, str(each.id)) for each in found)


def told(reading: ToRead | None) -> ToRead | None:
    """What is to be read, with the lessons of its company."""
    return reading and replace(reading, lessons=living(reading.company_id))


def learn_from(document: Document) -> None:
    """Keep what a person put right, as soon as the document is validated; what was read right teaches nothing."""
    cause = document.cause
    if cause is None or cause.by is None or cause.act not in _ACTS or not document.validated_at:
        return
    read = newest(document)
    if read is None or document.counterparty is None or not read.pages:
        return
    wrong = differ(_right(document, read.reading), read.reading)
    known = _kept(document)
    for name, each in known.items():
        if name not in wrong and each.removed_at is None:
            db.session.delete(each)  # it was put back to what was read
    forgotten = {name for name, each in known.items() if each.removed_at is not None}
    if wrong := {name: value for name, value in wrong.items() if name not in forgotten}:
        _keep(document, learn(_study(read), wrong, read.reading, supplier=_supplier(document)), known, cause.by)


def _keep(document: Document, lessons: list[Lesson], known: dict[str, KeptLesson], by: User) -> None:
    """One lesson for each field of a document: a second correction of it takes the place of the first."""
    for lesson in lessons:
        if lesson.field in known:
            db.session.delete(known[lesson.field])
        about = {"company_id": document.company_id, "counterparty_id": document.counterparty_id}
        db.session.add(
            KeptLesson(**about, document_id=document.id, field=lesson.field, says=as_plain(lesson), by_id=by.id)
        )


def _kept(document: Document) -> dict[str, KeptLesson]:
    found = select(KeptLesson).where(KeptLesson.document_id == document.id).order_by(KeptLesson.id)
    return {each.field: each for each in db.session.scalars(found)}


def _right(document: Document, read: Reading) -> dict[str, Value]:
    """What people said about the document, by the names of a reading; what the program filled in teaches nothing."""
    said = typed(document)
    plain = (*NUMBERS, *DAYS, "currency", "iban")
    right = {name: getattr(document, name) for name in plain if name in said}
    for name in AMOUNTS - {"paid"}:
        if f"{name}_minor" in said and (minor := getattr(document, f"{name}_minor")) is not None:
            right[name] = money.from_minor(minor, document.currency)
    if said & {"counterparty_id", "counterparty_name"} and document.direction is Direction.PURCHASE:
        name = document.counterparty.name if document.counterparty else ""
        if likeness(name, str(read.value("seller_name") or "")) < ALIKE:
            right["seller_name"] = name
    return {name: value for name, value in right.items() if value}


def _supplier(document: Document) -> Party:
    """Whose layout it is: ours on a sale."""
    who: Any = document.counterparty if document.direction is Direction.PURCHASE else document.company
    ibans = [each if isinstance(each, str) else each.iban for each in who.ibans]
    email = getattr(who, "email", "") or ""
    return Party(who.name, who.vat_number or "", who.siren or "", getattr(who, "siret", "") or "", email, ibans)


def _study(read: DocumentReading) -> Study:
    """The document taken apart again, from the words that were kept."""
    pages = [
        Page(
            page["number"],
            page["width"],
            page["height"],
            [Word(text, (x0, y0, x1, y1)) for text, x0, y0, x1, y1 in page["words"]],
            source=page["source"],
        )
        for page in read.pages
    ]
    return study(Contents(read.type, pages, page_count=len(pages)))


# --- Looking at it, taking it back ----------------------------------------------------------------


def forget(lesson: KeptLesson, *, by: User) -> None:
    """Not to be used any more; it can be brought back."""
    if lesson.removed_at is None:
        lesson.removed_at = clock.now()
        trail.record(lesson.counterparty, by=by, act="lesson forgotten", why=lesson.field)


def bring_back(lesson: KeptLesson, *, by: User) -> None:
    """To be used again."""
    if lesson.removed_at is not None:
        lesson.removed_at = None
        trail.record(lesson.counterparty, by=by, act="lesson brought back", why=lesson.field)
