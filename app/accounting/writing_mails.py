"""Writing the mails of a run: documents are prepared, put together, and claimed with their mail in one transaction.

Nothing is remembered but in rows: a run may be worked on twice, or cut off at any moment (SPEC AC-4, SAFETY S46).
"""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog
from flask_babel import force_locale
from sqlalchemy import select, update

from app.accounting import enclosing, ending, facts, mails, manifest, packing, selecting
from app.accounting.enclosing import CannotSend, Enclosed, Parcel
from app.accounting.kinds import GOES, Journal, State
from app.accounting.models import Connection, Sharing
from app.accounting.run_models import MOST_MAILS, Delivery, Envelope, Export, Run, RunProblem
from app.core import clock, storage
from app.core.database import change_if, insert_unless_there
from app.core.errors import Refused
from app.core.faultpoint import faultpoint
from app.core.storage import Damaged
from app.documents.models import Document
from app.extensions import db
from app.files import store
from app.files.models import File
from app.lists.streaming import entry
from app.outbox.composing import compose
from app.tasks.jobs import short_transaction

log = structlog.get_logger()
AT_ONCE = 20
"""Documents looked at beyond those of one mail, so that many problems are noted quickly."""
TRIES = 2


class Lost(Exception):
    """Something changed, or somebody else was faster: nothing of this mail is written."""


@dataclass
class Prepared:
    """A document that was prepared, and what it said then."""

    document: Document
    parcel: Parcel
    facts: dict[str, Any]

    @property
    def sizes(self) -> list[int]:
        return [each.file.size for each in self.parcel.files]


class Writer:
    """Writes one mail after the other of a run, until nothing is left or its caps are reached."""

    def __init__(self, run_id: int) -> None:
        self.run_id, self.failed = run_id, Counter[int]()

    def write_one(self) -> bool:
        """One mail, or the problems met on the way to one; False once the run's writing is over."""
        with short_transaction():
            run = db.session.get(Run, self.run_id)
            if run is None or run.planned_at is not None:
                return False
            sharing = db.session.get_one(Sharing, run.company_id)
            found = self._next(run, sharing)
            if found is None:
                ending.end_writing(run)
                return False
        journal, documents = found
        if not sharing.address_of(journal):
            for document in documents:
                self._note(document, {"key": "no_address"})
            return True
        ready = self._prepared(documents, sharing)
        if ready:
            self._write(run, sharing, journal, ready)
        return True

    def _next(self, run: Run, sharing: Sharing) -> tuple[Journal, list[Document]] | None:
        """The first documents of a journal that has any left, and room."""
        connection = sharing.connection
        if sharing.shared_since is None or connection is None or connection.id != run.connection_id:
            return None
        named = select(RunProblem.document_id).where(RunProblem.run_id == run.id)
        left_alone = [document_id for document_id, times in self.failed.items() if times >= TRIES]
        for journal in Journal:
            if (run.purchase_mails if journal.is_purchases else run.sales_mails) >= MOST_MAILS:
                continue
            query = selecting.candidates(sharing, journal)
            query = query.where(Document.id.not_in(named.union(ending.tried(run))), Document.id.not_in(left_alone))
            if documents := list(db.session.scalars(query.limit(connection.per_mail + AT_ONCE))):
                return journal, documents
        return None

    def _prepared(self, documents: list[Document], sharing: Sharing) -> list[Prepared]:
        """As many of them as go into one mail; those that cannot go are noted as problems."""
        assert sharing.connection is not None
        fitting = ((each, each.sizes) for each in self._fitting(documents, sharing.connection))
        mails = packing.cut(fitting, **packing.limits(sharing.connection))
        return [each for each, _sizes in next(mails, [])]

    def _fitting(self, documents: list[Document], connection: Connection) -> Iterator[Prepared]:
        """Those that go, prepared one by one as they are asked for."""
        taken = set[str]()
        for document in documents:
            one = self._prepare(document, connection, taken)
            size = packing.of_mail(one.sizes, is_zipped=connection.is_zipped) if one else 0
            if size > connection.largest_mail:
                self._note(document, {"key": "too_large", "size": size, "most": connection.largest_mail})
            elif one:
                yield one

    def _prepare(self, document: Document, connection: Connection, taken: set[str]) -> Prepared | None:
        try:
            with short_transaction():
                said = facts.of(document)
            return Prepared(document, enclosing.parcel(document, connection, taken), said)
        except CannotSend as cannot:
            self._note(document, cannot.reason)
        except Exception:
            log.exception("accounting.not_prepared", document=document.id)
            db.session.rollback()
            self._note(document, {"key": "not_made"})
        return None

    def _note(self, document: Document, reason: dict[str, Any]) -> None:
        """Named in this run, and again in the next (SPEC AC-5)."""
        with short_transaction():
            values = {"run_id": self.run_id, "document_id": document.id, "reason": reason}
            db.session.execute(insert_unless_there(db.session(), RunProblem).values(**values))

    def _write(self, run: Run, sharing: Sharing, journal: Journal, ready: list[Prepared]) -> None:
        """The mail with all that says it is written; where anything changed meanwhile, nothing."""
        faultpoint("accounting.prepared")
        try:
            enclosed = Enclosure.of(ready, sharing)
            with short_transaction():
                envelope = write(run, sharing, journal, ready, enclosed)
                faultpoint("accounting.before_commit")
        except Lost:
            self.failed.update(each.document.id for each in ready)
        except Refused as refused:
            self._note_all(ready, {"key": "bad_address", "why": str(refused)})
        except Exception:
            log.exception("accounting.not_written", run=run.id)
            db.session.rollback()
            self._note_all(ready, {"key": "not_made"})
        else:
            faultpoint("accounting.written")
            self._weigh(envelope)

    def _weigh(self, envelope: Envelope) -> None:
        """What the mail weighs as it leaves; where that cannot be told it leaves all the same."""
        with suppress(Damaged), short_transaction():
            envelope.size = len(compose(envelope.mail))

    def _note_all(self, ready: list[Prepared], reason: dict[str, Any]) -> None:
        for each in ready:
            self._note(each.document, reason)


@dataclass
class Enclosure:
    """What goes with a mail, stored before its transaction begins: each file by itself, or one ZIP with their list."""

    files: list[Enclosed]
    language: str
    stored: tuple[str, int] | None = None
    """Hash and length of the ZIP."""

    @classmethod
    def of(cls, ready: list[Prepared], sharing: Sharing) -> Enclosure:
        """Made of these documents."""
        assert sharing.connection is not None
        files = [each for one in ready for each in one.parcel.files]
        if not sharing.connection.is_zipped:
            return cls(files, sharing.language)
        with force_locale(sharing.language):
            listed = manifest.of_mail((one.document, one.parcel.files) for one in ready)
        return cls(files, sharing.language, storage.store(store.root(), _zipped(files, listed)))

    def attached(self, envelope: Envelope) -> list[tuple[File, str]]:
        """The files and their names."""
        if self.stored is None:
            return [(each.file, each.name) for each in self.files]
        return [(store.row_of(*self.stored, "application/zip"), mails.zip_name(envelope, self.language))]


def write(run: Run, sharing: Sharing, journal: Journal, ready: list[Prepared], enclosed: Enclosure) -> Envelope:
    """One mail in the outbox, its line in the run, its documents claimed. Raises `Lost`, or `Refused`."""
    for each in ready:
        _claim(each, sharing)
    envelope = Envelope(
        run_id=run.id, number=_number(run, journal), journal=journal, address=sharing.address_of(journal)
    )
    envelope.deliveries = [_delivery(each) for each in ready]
    db.session.add(envelope)
    db.session.flush()
    for each, delivery in zip(ready, envelope.deliveries, strict=True):
        db.session.get_one(Export, each.document.id).delivery = delivery
    mails.write(envelope, sharing, enclosed.attached(envelope))
    return envelope


def _zipped(files: list[Enclosed], listed: bytes) -> bytes:
    """The same files make the same bytes."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(entry(manifest.NAME), listed)
        for each in files:
            archive.writestr(entry(each.name), store.read(each.file))
    return target.getvalue()


def _claim(ready: Prepared, sharing: Sharing) -> None:
    """Take the document, where it still goes and still says what was prepared."""
    document = ready.document
    db.session.refresh(document)
    if not selecting.goes(document, sharing) or facts.of(document) != ready.facts:
        raise Lost
    values = {"document_id": document.id, "company_id": sharing.company_id, "state": State.OPEN}
    values |= {"state_at": clock.now(), "is_again": False}
    db.session.execute(insert_unless_there(db.session(), Export).values(**values))
    export = db.session.get_one(Export, document.id)
    leaving = {"state": State.LEAVING, "state_at": clock.now(), "changed_at": None}
    if not change_if(db.session, export, Export.state.in_(GOES), **leaving):
        raise Lost


def _number(run: Run, journal: Journal) -> int:
    """The place of one more mail in the run, where its cap allows it: the row counts, and the database holds it."""
    counter = Run.purchase_mails if journal.is_purchases else Run.sales_mails
    stands = (Run.id == run.id, Run.planned_at.is_(None), counter < MOST_MAILS)
    more = update(Run).where(*stands).values({counter: counter + 1}).returning(Run.sales_mails + Run.purchase_mails)
    number = db.session.scalar(more.execution_options(synchronize_session=False))
    if number is None:
        raise Lost
    return number


def _delivery(ready: Prepared) -> Delivery:
    files = [{"name": each.name, "size": each.file.size, "what": each.what} for each in ready.parcel.files]
    return Delivery(document=ready.document, files=files, fallback=ready.parcel.fallback, facts=ready.facts)
