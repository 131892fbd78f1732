"""What was read becomes the document's facts, where no person has said otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import update

from app.audit.models import AuditEntry
from app.core import money
from app.core.database import looking
from app.counterparties.models import Counterparty
from app.documents import defaults, labels, status, tagging
from app.documents.editing import fields_of
from app.documents.models import Document, DocumentTax, FileRole, Kind, ReadState
from app.extensions import db
from app.extraction import password, suggest, unsure
from app.extraction.choose import Identity
from app.extraction.lessons import Lesson
from app.extraction.models import DocumentReading, newest
from app.extraction.reading import Reading, as_json
from app.files import store as files
from app.reader.contents import Contents, Page, Unreadable
from app.users.models import Company

TEXTS = {"number": 100, "label": 300, "order_reference": 100, "payment_reference": 140, "iban": 34}
"""Column → how much of a text it takes."""
GUESS = 0.3
"""Below this a value is no reading but a guess: the field stays empty."""
DAYS = ("issue_date", "due_date", "period_start", "period_end")


@dataclass(frozen=True)
class ToRead:
    """All that reading a document needs to know, so that no transaction need be open meanwhile."""

    document_id: int
    company_id: int
    file_id: int
    path: Path
    xml: Path | None
    pages_folder: Path
    languages: str
    password: str
    force_ocr: bool
    own: Identity
    expected: str
    """`purchase` or `sale`: the way it came in."""
    lessons: tuple[Lesson, ...] = ()
    """What the company's people have taught, the newest first."""


def what_to_read(document_id: int, languages: str = "", force_ocr: bool = False) -> ToRead | None:
    """The file to read and how; None where the document is gone, has no file, or is read already."""
    document = db.session.get(Document, document_id)
    if document is None or document.original is None or document.read_state is not ReadState.READING:
        return None
    original, company = document.original.file, document.company
    xml = next((each.file for each in document.files if each.role is FileRole.E_INVOICE), None)
    return ToRead(
        document_id,
        company_id=company.id,
        file_id=original.id,
        path=files.path(original),
        xml=files.path(xml) if xml else None,
        pages_folder=files.pages_folder(original),
        languages=languages or company.ocr_languages,
        password=password.of(document_id),
        force_ocr=force_ocr,
        own=_identity(company),
        expected=document.direction.value,
    )


def _identity(company: Company) -> Identity:
    names = [company.name, *company.other_names]
    return Identity(
        names=names,
        vat_numbers=[company.vat_number] if company.vat_number else [],
        sirens=[company.siren] if company.siren else [],
        ibans=list(company.ibans),
    )


def store(told: ToRead, contents: Contents, reading: Reading, seconds: float) -> None:
    """Keep the reading and fill the facts no person typed; nothing where another run was first."""
    reading.fields = {name: found for name, found in reading.fields.items() if found.confidence >= GUESS}
    with looking(db.session()):  # a counterparty is looked for among thousands: nobody waits for that
        document = db.session.get(Document, told.document_id)
        facts = facts_of(document, reading) if document else {}
    document = _claim(told.document_id, ReadState.READ)
    if document is None:
        return
    flags = [*({"code": code} for code in contents.flags), *reading.flags, *suggest.flags(document, reading)]
    _keep(told, contents, reading, flags, seconds)
    was = document.counterparty_id
    changes = _fill(document, facts)
    db.session.flush()
    db.session.expire(document, ["counterparty"])
    anew = [] if was == document.counterparty_id else list(document.usual)
    changes |= defaults.fill(document, kept=typed(document), anew=anew)
    _fill_taxes(document, reading)
    document.flags, document.unreadable_reason = flags, ""
    known = fields_of(typed(document))
    document.unsure = [name for name in unsure.fields_of(document, reading) if name not in known]
    document.page_count = document.read_pages = contents.page_count or len(contents.pages)
    changes |= tagging.put_by_words(document, text_of(contents))
    status.settle(document, by=None, act="read", changes=changes | _next_version(document))


def text_of(contents: Contents) -> str:
    """All that stands on its pages, in the order of reading."""
    return " ".join(word.text for page in contents.pages for word in page.words)


def give_up(document_id: int, error: Unreadable, told: ToRead | None = None) -> None:
    """The file can't be read: the document stays, with the reason, to be completed by hand beside what was drawn."""
    document = _claim(document_id, ReadState.UNREADABLE)
    if document is None:
        return
    if told and error.contents and error.contents.pages:
        _keep(told, error.contents, Reading(), [], 0.0)
        document.page_count = len(error.contents.pages)
    document.unreadable_reason = error.code
    status.settle(document, by=None, act="not read", why=error.code, changes=_next_version(document))


def _claim(document_id: int, state: ReadState) -> Document | None:
    """Take the document out of *reading*; None where another run already did, or it is gone (SAFETY R4)."""
    claimed = db.session.execute(
        update(Document)
        .where(Document.id == document_id, Document.read_state == ReadState.READING)
        .values(read_state=state, version=Document.version + 1)
        .execution_options(synchronize_session=False)
    )
    return db.session.get(Document, document_id, populate_existing=True) if claimed.rowcount else None


def _next_version(document: Document) -> dict[str, Any]:
    """For the trail, so that whoever saves an older one is told what was read meanwhile (SPEC RV-8)."""
    return {"version": [document.version - 1, document.version]}


def _keep(told: ToRead, contents: Contents, reading: Reading, flags: list[Any], seconds: float) -> None:
    said = as_json(reading)
    db.session.add(
        DocumentReading(
            document_id=told.document_id,
            file_id=told.file_id,
            type=contents.type,
            languages=told.languages,
            language=said["language"],
            fields=said["fields"],
            taxes=said["taxes"],
            lines=said["lines"],
            pages=[_page(page) for page in contents.pages],
            flags=flags,
            seconds=round(seconds, 3),
        )
    )


def _page(page: Page) -> dict[str, Any]:
    """What the review page needs of a page; four decimals place a word to a hair."""
    words = [[word.text, *(round(edge, 4) for edge in word.box)] for word in page.words]
    facts = {"number": page.number, "width": round(page.width, 1), "height": round(page.height, 1)}
    return facts | {"source": page.source, "image": page.image, "words": words}


def typed(document: Document) -> set[str]:
    """The facts a person has said something about; a reading never changes them."""
    by_people = AuditEntry.about(document).where(AuditEntry.user_id.is_not(None)).order_by(None)
    changes = (change for entry in db.session.scalars(by_people) for change in entry.changes.items())
    return {name for name, (was, now) in changes if was != now}  # a currency stands beside its amounts


def _fill(document: Document, facts: dict[str, Any]) -> dict[str, Any]:
    """Set the facts that were read; what was and what is now, for the trail."""
    kept = typed(document)
    if kept & {"counterparty_id", "counterparty_name"}:
        kept |= {"counterparty_id", "counterparty_name", "counterparty_facts"}
    changes = {}
    for name, value in facts.items():
        was = getattr(document, name)
        if name not in kept and was != value:
            setattr(document, name, value)
            changes[name] = [was, value]
    return changes


def turn(document: Document, *, keeps_party: bool) -> None:
    """After a change of direction the doubt about it is answered; the other party that was read is the counterparty.

    With `keeps_party` somebody has said whom it is from or for: then it stays.
    """
    read = newest(document)
    document.flags = [flag for flag in document.flags if flag.get("code") != "direction_differs"]
    if read is None or keeps_party:
        return
    label, facts = labels.usual(document), suggest.counterparty(document, read.reading)
    changes = {name: [getattr(document, name), value] for name, value in facts.items()}
    for name, value in facts.items():
        setattr(document, name, value)
    db.session.flush()
    db.session.expire(document, ["counterparty"])
    changes |= {name: list(pair) for name, pair in labels.follow(document, label).items()}
    changes |= defaults.follow(document, changes)
    status.settle(document, by=None, act="counterparty suggested", changes=changes)


def facts_of(document: Document, reading: Reading) -> dict[str, Any]:
    """The columns of a document as this reading fills them; what was not read is not guessed."""
    kind = Kind(str(reading.value("kind") or Kind.INVOICE))
    currency = str(reading.value("currency") or document.company.currency)[:3]
    facts: dict[str, Any] = {"kind": kind, "currency": currency}
    facts |= {name: str(reading.value(name) or "")[:length] for name, length in TEXTS.items()}
    facts |= {name: reading.value(name) for name in DAYS}
    sign = _sign(kind, reading)
    for name in ("net", "tax", "gross"):
        amount = reading.value(name)
        facts[f"{name}_minor"] = sign * money.to_minor(amount, currency) if isinstance(amount, Decimal) else None
    facts |= suggest.counterparty(document, reading)
    facts["label"] = facts["label"] or _usual_label(document, facts)
    return facts


def _sign(kind: Kind, reading: Reading) -> int:
    """An avoir may be printed with a minus sign; it is kept as the positive amount of a credit note."""
    gross = reading.value("gross")
    return -1 if kind is Kind.CREDIT_NOTE and isinstance(gross, Decimal) and gross < 0 else 1


def _usual_label(document: Document, facts: dict[str, Any]) -> str:
    """The counterparty and the number, where the page has nothing better to say."""
    known = db.session.get(Counterparty, facts["counterparty_id"]) if facts["counterparty_id"] else None
    return labels.made_of(labels.called(known) or facts["counterparty_name"], facts["number"])


def _fill_taxes(document: Document, reading: Reading) -> None:
    """The tax per rate, unless a person typed an amount: then the rates need not fit any more."""
    if typed(document) & {"net_minor", "tax_minor", "gross_minor", "currency"}:
        return
    sign, minor = _sign(document.kind, reading), lambda amount: money.to_minor(amount or Decimal(0), document.currency)
    document.taxes = [
        DocumentTax(rate_bp=int(line.rate * 100), base_minor=sign * minor(line.base), tax_minor=sign * minor(line.tax))
        for line in reading.taxes
        if line.rate is not None and line.tax is not None
    ]
