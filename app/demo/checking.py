"""The part of the month that somebody has checked already, so that the lists have something in them."""

from __future__ import annotations

import time

import structlog
from sqlalchemy import select

from app.core import clock
from app.core.errors import Refused
from app.demo import story
from app.demo.firms import OURS
from app.demo.story import Paper
from app.documents import decisions
from app.documents.models import Category, Direction, Document, Kind, Status
from app.extensions import db
from app.tasks import runner
from app.tasks.jobs import commit
from app.tasks.models import State, Task
from app.users.models import Company, User

CHECKED_AFTER = 12
"""Days; what is younger waits in the queue."""
PATIENCE = 300
CATEGORIES = (
    ("Achats de matières premières", "601000"),
    ("Achats non stockés, énergie", "606100"),
    ("Locations", "613200"),
    ("Entretien et réparations", "615000"),
    ("Honoraires", "622600"),
    ("Transports", "624100"),
    ("Télécommunications et logiciels", "626000"),
    ("Autres charges", "658000"),
)
log = structlog.get_logger()


def check(company: Company, *, by: User) -> None:
    """Read everything, then correct and validate the papers of the month's first half."""
    _read_all(company.id)
    _open_categories(company)
    commit()
    papers = {paper.number: paper for paper in _older_papers(company)}
    waiting = select(Document.id).filter_by(company_id=company.id, status=Status.TO_PROCESS)
    for document_id in db.session.scalars(waiting.order_by(Document.id)).all():
        document = db.session.get_one(Document, document_id)
        paper = papers.get(document.number)
        if paper and not document.flags:
            _validate(document, paper, by=by)


def _read_all(company_id: int) -> None:
    """Do the reading here unless workers are at it; wait for them where they are."""
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up and _unread(company_id):
        ready = select(Task.id).where(Task.state == State.READY, Task.run_after <= clock.now()).order_by(Task.id)
        waiting = db.session.scalars(ready.limit(20)).all()
        db.session.commit()
        if not any(runner.run(task_id) for task_id in waiting):
            time.sleep(0.5)


def _unread(company_id: int) -> bool:
    """Is a mail not opened, or a document not read yet?"""
    busy = select(Task.id).where(Task.state.in_([State.READY, State.RUNNING]), Task.run_after <= clock.now()).limit(1)
    reading = select(Document.id).filter_by(company_id=company_id, status=Status.READING).limit(1)
    return db.session.scalar(busy) is not None or db.session.scalar(reading) is not None


def _open_categories(company: Company) -> None:
    """Those the firm needs and has not yet."""
    known = set(db.session.scalars(select(Category.account_code).filter_by(company_id=company.id)))
    for name, code in CATEGORIES:
        if code not in known:
            db.session.add(Category(company_id=company.id, name=name, account_code=code, direction=Direction.PURCHASE))


def _older_papers(company: Company) -> list[Paper]:
    found = [paper for mail in story.mails(clock.today(company)) for paper in mail.files.values()]
    return [paper for paper in found if isinstance(paper, Paper) and paper.days_ago >= CHECKED_AFTER]


def _validate(document: Document, paper: Paper, *, by: User) -> None:
    """What a person does who compares the form with the page: correct it, choose a category, validate."""
    try:
        decisions.edit(document, _as_on_paper(document, paper), by=by, version=document.version)
        decisions.validate(document, by=by)
        commit()
    except Refused as refused:
        db.session.rollback()
        log.debug("demo.left_to_check", document=document.id, why=str(refused))


def _as_on_paper(document: Document, paper: Paper) -> dict[str, object]:
    """The paper's own facts."""
    facts: dict[str, object] = {
        "kind": Kind.CREDIT_NOTE if paper.is_credit else Kind.INVOICE,
        "label": document.label or paper.lines[0].text,
        "issue_date": paper.issue_date,
        "due_date": None if paper.is_credit else paper.due_date,
        "net": paper.net,
        "tax": paper.tax,
        "gross": paper.gross,
    }
    if document.counterparty is None:
        facts["counterparty_name"] = (paper.buyer if paper.seller == OURS else paper.seller).name
    if document.direction is Direction.PURCHASE:
        facts["category_id"] = _category(document, paper)
    return facts


def _category(document: Document, paper: Paper) -> int | None:
    """The one that fits the supplier, known by its account code."""
    code = CATEGORIES[paper.seller.category][1]
    fitting = select(Category.id).filter_by(company_id=document.company_id, account_code=code, archived_at=None)
    return db.session.scalar(fitting.order_by(Category.id).limit(1))
