"""What a run did, for its page and for the mail after it (SPEC AC-6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from app.accounting import ledger, selecting, sight, standing, words
from app.accounting.exports import MAY_HAVE_IT
from app.accounting.kinds import Journal, State
from app.accounting.models import Sharing
from app.accounting.run_models import Delivery, Envelope, Export, Run, RunProblem
from app.documents.models import Document
from app.extensions import db
from app.outbox.models import OutgoingMail
from app.users.models import User

Named = list[tuple[Document, str]]
"""Documents, each with a reason in words."""
Change = tuple[str, str, str]
"""What is not the same, as it was sent, as it is now."""


@dataclass(frozen=True)
class OfJournal:
    """What left of one journal, and what waits for the next run."""

    journal: Journal
    documents: int
    mails: int
    remaining: int


@dataclass(frozen=True)
class Report:
    """All that is told of a run."""

    run: Run
    mails: list[tuple[Envelope, list[Delivery]]]
    journals: list[OfJournal]
    errors: Named
    fallbacks: Named
    """No Factur-X could be made of them: the original went (SPEC AC-8)."""
    doubtful: Named
    """With the address of the mail."""
    leaving: int
    """Documents whose mails had not left yet when it was written."""
    changed: list[tuple[Document, list[Change]]] = field(default_factory=list)
    waiting: dict[Any, int] = field(default_factory=dict)

    @property
    def documents(self) -> int:
        """How many were sent."""
        return sum(each.documents for each in self.journals)

    @property
    def remaining(self) -> int:
        """How many wait for the next run."""
        return sum(each.remaining for each in self.journals)


def report(run: Run, user: User | None = None) -> Report:
    """As its mail tells it, with what changed since it was sent and what waits just now.

    For a `user`, who has those on other pages: what the run itself did, as far as they may know.
    """
    mails, is_whole = _mails(run, user), user is None or sight.sees_whole(user, run.company)
    deliveries = [each for _envelope, its in mails for each in its]
    of_state = lambda state: [each for each in deliveries if each.state is state]  # noqa: E731
    return Report(
        run,
        mails,
        _journals(run, of_state(State.SENT), is_whole),
        _errors(run, of_state(State.REFUSED), user),
        [(each.document, words.fallback(each.fallback)) for each in deliveries if _went_without(each)],
        [(each.document, each.envelope.address) for each in (of_state(State.UNCERTAIN) if user else _doubtful(run))],
        len(of_state(State.LEAVING)),
        **({} if user else _of_today(run)),
    )


def _doubtful(run: Run) -> list[Delivery]:
    """All that are doubtful now: also those of earlier runs, such as mails that came back after their report."""
    query = select(Delivery).join(Export, Export.delivery_id == Delivery.id)
    mine = (Export.company_id == run.company_id, Export.state == State.UNCERTAIN)
    whole = (joinedload(Delivery.envelope), joinedload(Delivery.document).joinedload(Document.counterparty))
    return list(db.session.scalars(query.where(*mine).options(*whole).order_by(Delivery.id)))


def _went_without(delivery: Delivery) -> bool:
    """Has the accountant its original in place of a Factur-X?"""
    return bool(delivery.fallback) and delivery.state in MAY_HAVE_IT


def _mails(run: Run, user: User | None) -> list[tuple[Envelope, list[Delivery]]]:
    """Its mails in their order, each with its documents."""
    query = select(Delivery).join(Delivery.envelope).where(Envelope.run_id == run.id)
    if user:
        query = query.where(Delivery.document_id.in_(sight.visible(user, run.company)))
    mail = contains_eager(Delivery.envelope).joinedload(Envelope.mail).selectinload(OutgoingMail.recipients)
    query = query.options(mail, joinedload(Delivery.document).joinedload(Document.counterparty))
    found = db.session.scalars(query.order_by(Envelope.number, Delivery.id))
    return [(envelope, list(its)) for envelope, its in groupby(found, key=lambda each: each.envelope)]


def _journals(run: Run, sent: Iterable[Delivery], is_whole: bool) -> list[OfJournal]:
    """Those that had something."""
    found = []
    for journal in Journal:
        its = [each for each in sent if each.envelope.journal is journal]
        remaining = run.remaining.get(journal.value, 0) if is_whole else 0
        found.append(OfJournal(journal, len(its), len({each.envelope_id for each in its}), remaining))
    return [each for each in found if each.documents or each.remaining]


def _errors(run: Run, refused: Iterable[Delivery], user: User | None) -> Named:
    """What could not be sent, and what the mail server did not take."""
    query = select(RunProblem).where(RunProblem.run_id == run.id).order_by(RunProblem.id)
    if user:
        query = query.where(RunProblem.document_id.in_(sight.visible(user, run.company)))
    query = query.options(selectinload(RunProblem.document).joinedload(Document.counterparty))
    found = {each.document: words.in_words({"key": "refused", "why": each.answer}) for each in refused}
    return list((found | {each.document: words.in_words(each.reason) for each in db.session.scalars(query)}).items())


def _of_today(run: Run) -> dict[str, Any]:
    sharing = db.session.get(Sharing, run.company_id)
    changed = standing.changes(list(db.session.scalars(ledger.changed(run.company))))
    kept = db.session.scalar(standing.kept_back(run.company).with_only_columns(func.count()))
    waiting: dict[Any, int] = dict(selecting.waiting(sharing)) if sharing else {}
    return {"changed": changed, "waiting": waiting | ({State.WITHHELD: kept} if kept else {})}
