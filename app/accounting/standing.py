"""What stands and wants a person: errors, mails that are doubtful, documents changed since they were sent."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple

from flask import g, has_request_context
from flask_babel import lazy_gettext as _
from sqlalchemy import BindParameter, ColumnElement, Select, func, or_, select, union
from sqlalchemy.orm import joinedload, selectinload

from app.accounting import ledger, words
from app.accounting.kinds import GOES, Said, State
from app.accounting.models import Sharing
from app.accounting.run_models import Delivery, Envelope, Export, Run, RunProblem
from app.documents.models import Document
from app.extensions import db
from app.users import glance
from app.users.models import Company, User

Id = int | BindParameter[int]


class Trouble(StrEnum):
    """The lists there are."""

    ERRORS = "errors"
    DOUBTFUL = "doubtful"
    CHANGED = "changed"
    MISSED = "missing"

    @property
    def label(self) -> Any:
        return LABELS[self]


LABELS: dict[Trouble, Any] = {
    Trouble.ERRORS: _("Errors"),
    Trouble.DOUBTFUL: _("Doubtful mails"),
    Trouble.CHANGED: _("Changed since sent"),
    Trouble.MISSED: _("Something is missing"),
}


class Counts(NamedTuple):
    """How many stand in each."""

    errors: int = 0
    doubtful: int = 0
    changed: int = 0
    missed: int = 0


def those(user: User, company: Company, trouble: Trouble) -> Select[tuple[Document]]:
    """The documents of one list, as far as this person may know about them."""
    return _seen(user, company).where(Document.id.in_(_TESTS[trouble](company.id)))


def _seen(user: User, company: Company) -> Select[tuple[Document]]:
    return Document.visible_to(user).where(Document.company_id == company.id)


def counts(user: User, company: Company) -> Counts:
    """For the sidebar, Home and the overview: one query for each page."""
    if not has_request_context():
        return _counts(user, company)
    if g.get("troubles_of") != (user.id, company.id):
        g.troubles_of, g.troubles = (user.id, company.id), _counts(user, company)
    return g.troubles


def _counts(user: User, company: Company) -> Counts:
    """Begun from the few there are, each looked up: there may be a million documents, and mostly nothing is wrong."""
    if not glance.shows("troubles", company=company):
        return Counts()

    def of(trouble: Trouble) -> Any:
        few = _TESTS[trouble](company.id).subquery()
        is_seen = _seen(user, company).where(Document.id == few.c.document_id).with_only_columns(Document.id)
        looked_up = select(is_seen.limit(1).scalar_subquery().label("id")).select_from(few).subquery()
        return select(func.count(looked_up.c.id)).scalar_subquery()

    return Counts._make(db.session.execute(select(*map(of, Trouble))).one())


def count(user: User, company: Company | None) -> int:
    """How much there is in all, for the sidebar."""
    return sum(counts(user, company)) if company else 0


def reasons(company: Company, documents: list[Document]) -> dict[int, str]:
    """Why these did not go, in words."""
    ids = [each.id for each in documents]
    said = {id: words.in_words({"key": "refused", "why": answer}) for id, answer in _answers(ids)}
    problems = select(RunProblem).where(RunProblem.run_id == newest(company.id), RunProblem.document_id.in_(ids))
    return said | {each.document_id: words.in_words(each.reason) for each in db.session.scalars(problems)}


def _answers(ids: list[int]) -> list[Any]:
    """What the mail server said of those that it refused."""
    last = select(Export.document_id, Delivery.answer).join(Export.delivery)
    return list(db.session.execute(last.where(Export.document_id.in_(ids), Export.state == State.REFUSED)))


def changes(documents: list[Document]) -> list[tuple[Document, list[tuple[str, str, str]]]]:
    """What each says other than what was sent; few queries for all of them."""
    ids, whole = [each.id for each in documents], (selectinload(Document.taxes), selectinload(Document.files))
    again = select(Document).where(Document.id.in_(ids)).options(*whole, joinedload(Document.counterparty))
    _kept = exports(documents), list(db.session.scalars(again.execution_options(populate_existing=True)))
    return [(each, ledger.changes(each)) for each in documents]


def exports(documents: list[Document]) -> dict[int, Export]:
    """Where these stand, with the mail that has them."""
    mine = select(Export).where(Export.document_id.in_([each.id for each in documents]))
    whole = joinedload(Export.delivery).joinedload(Delivery.envelope).joinedload(Envelope.mail)
    return {each.document_id: each for each in db.session.scalars(mine.options(whole))}


def kept_back(company: Company) -> Select[tuple[Document]]:
    """What a person keeps from the accountant: no error, but nothing that may be forgotten."""
    query = select(Document).join(Export, Export.document_id == Document.id)
    mine = (Export.company_id == company.id, Export.state == State.WITHHELD)
    return query.where(*mine, Document.trashed_at.is_(None))


def newest(company_id: Id) -> Any:
    """The last run whose mails are all written; none where nothing is shared any more."""
    shared = select(Sharing.company_id).where(Sharing.shared_since.is_not(None))
    runs = select(func.max(Run.id)).where(Run.company_id == company_id, Run.planned_at.is_not(None))
    return runs.where(Run.company_id.in_(shared)).scalar_subquery()


def _errors(company_id: Id) -> Select[tuple[int]]:
    """What the last run could not send, and what a server refused, while a run to come takes it."""
    named = select(RunProblem.document_id).where(RunProblem.run_id == newest(company_id))
    failed = union(named, _of(company_id, Export.state == State.REFUSED)).subquery()
    query = select(failed.c.document_id).join(Document, Document.id == failed.c.document_id)
    query = query.outerjoin(Export, Export.document_id == failed.c.document_id)
    is_open = or_(Export.document_id.is_(None), Export.state.in_(GOES))
    return query.where(is_open, Document.trashed_at.is_(None))


def _doubtful(company_id: Id) -> Select[tuple[int]]:
    return _of(company_id, Export.state == State.UNCERTAIN)


def _changed(company_id: Id) -> Select[tuple[int]]:
    return _of(company_id, Export.changed_at.is_not(None))


def _missed(company_id: Id) -> Select[tuple[int]]:
    """The accountant's last word is that something is missing."""
    query = _of(company_id, Export.said == Said.MISSING)
    return query.join(Document, Document.id == Export.document_id).where(Document.trashed_at.is_(None))


def _of(company_id: Id, test: ColumnElement[bool]) -> Select[tuple[int]]:
    return select(Export.document_id).where(Export.company_id == company_id, test)


_TESTS = {Trouble.ERRORS: _errors, Trouble.DOUBTFUL: _doubtful, Trouble.CHANGED: _changed, Trouble.MISSED: _missed}
glance.QUESTIONS["troubles"] = or_(*(test(glance.COMPANY).exists() for test in _TESTS.values()))
