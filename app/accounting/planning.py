"""The dry run: what would be sent, in how many mails and runs; it writes nothing (SPEC AC-3, SAFETY S47)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from app.accounting import packing, selecting
from app.accounting.kinds import ConnectionKind, Journal, State
from app.accounting.models import Connection, Sharing
from app.accounting.run_models import MOST_MAILS, Export
from app.accounting.selecting import Wait
from app.documents.kinds import FileRole
from app.documents.models import Document, DocumentFile
from app.extensions import db
from app.files.models import File

XML_GROWS = 40_000
"""Bytes by which a file grows when its XML is put into it, and as much for an XML by itself."""


@dataclass
class Share:
    """Of one journal."""

    documents: int = 0
    mails: int = 0


@dataclass
class Plan:
    """What would happen if a run began now, and further ones until nothing is left."""

    by_journal: dict[Journal, Share] = field(default_factory=dict)
    problems: dict[str, int] = field(default_factory=dict)
    """Key of `words.REASONS` → how many could not go."""
    waiting: dict[Wait, int] = field(default_factory=dict)
    for_a_person: dict[State, int] = field(default_factory=dict)
    """What goes only when somebody says so: kept back, or nobody knows whether it arrived."""

    @property
    def documents(self) -> int:
        return sum(share.documents for share in self.by_journal.values())

    @property
    def mails(self) -> int:
        return sum(share.mails for share in self.by_journal.values())

    @property
    def runs(self) -> int:
        """As many as the fuller of the two counters needs."""
        purchases = sum(share.mails for journal, share in self.by_journal.items() if journal.is_purchases)
        return max(-(-each // MOST_MAILS) for each in (purchases, self.mails - purchases))


def plan(sharing: Sharing) -> Plan:
    """What would be sent as things stand; 10,000 documents take less than a second."""
    connection, problems = sharing.connection, Counter[str]()
    found = Plan(waiting=selecting.waiting(sharing), for_a_person=_for_a_person(sharing))
    for journal in Journal:
        if journal.value in sharing.journals:
            found.by_journal[journal] = _share(sharing, connection, journal, problems)
    found.problems = dict(problems)
    return found


def _share(sharing: Sharing, connection: Connection | None, journal: Journal, problems: Counter[str]) -> Share:
    known = _sizes(sharing, journal)
    if connection is None or connection.kind is not ConnectionKind.MAIL:
        without = sum(size is None for _id, size in known)
        problems.update({"no_file": without} if without else {})
        return Share(len(known) - without)
    if not sharing.address_of(journal):
        problems["no_address"] += len(known)
        return Share()
    fitting = []
    for document_id, size in known:
        if size is None:
            problems["no_file"] += 1
        elif (
            packing.of_mail(files := _guessed(connection, size), is_zipped=connection.is_zipped)
            > connection.largest_mail
        ):
            problems["too_large"] += 1
        else:
            fitting.append((document_id, files))
    mails = packing.cut(fitting, **packing.limits(connection))
    return Share(len(fitting), sum(1 for _mail in mails))


def _for_a_person(sharing: Sharing) -> dict[State, int]:
    query = select(Export.state, func.count()).join(Document, Document.id == Export.document_id)
    query = query.where(Export.company_id == sharing.company_id, Document.trashed_at.is_(None))
    query = query.where(Export.state.in_((State.WITHHELD, State.UNCERTAIN))).group_by(Export.state)
    return dict(db.session.execute(query).all())


def _guessed(connection: Connection, size: int) -> list[int]:
    """The sizes of what would go of a document whose original has this size."""
    files = [size + XML_GROWS] if connection.shares else [size]
    if connection.adds_original and connection.shares:
        files.append(size)
    return [*files, XML_GROWS] if connection.adds_xml else files


def _sizes(sharing: Sharing, journal: Journal) -> list[tuple[int, int | None]]:
    """Id of each candidate and the size of its original, None where it has none."""
    its = aliased(DocumentFile)
    newest = select(func.max(its.id)).where(its.document_id == Document.id, its.role == FileRole.ORIGINAL)
    query = selecting.candidates(sharing, journal).with_only_columns(Document.id, File.size)
    query = query.outerjoin(DocumentFile, DocumentFile.id == newest.correlate(Document).scalar_subquery())
    query = query.outerjoin(File, File.id == DocumentFile.file_id)
    return [(row.id, row.size) for row in db.session.execute(query)]
