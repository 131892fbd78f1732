"""Whatever people do with documents, in whatever order: after each step the facts and all that is shown agree.

A stage that comes later adds its rules and its invariants by inheriting from `Histories`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Connection, bindparam, func, select, update

from app.audit.models import AuditEntry
from app.core import clock
from app.core.errors import Refused
from app.documents import arrival, decisions, disputing, figures, paying, reasons, retention, status
from app.documents.models import Direction, Document, Kind, PaidMeans
from app.documents.search import Tab
from app.extensions import db
from app.extraction import fields, jobs
from app.extraction.reading import Found, Reading
from app.files.models import File
from app.reader.contents import Contents, Unreadable
from app.users.models import Company, User
from app.web.access import Role
from tests.factories import make_category, make_company, make_counterparty, make_document, make_file, make_user

STATUS_TABS = [tab for tab in Tab if tab not in {Tab.ALL, Tab.OUTSTANDING, Tab.CREDITS}]
PLACES = select(
    Document.id, *(tab.test() for tab in STATUS_TABS), Tab.ALL.test(), Tab.OUTSTANDING.test(), Tab.CREDITS.test()
).where(Document.company_id == bindparam("company_id"))
"""Which lists each document stands in, as the pages ask."""
ROW = select(Document.__table__).where(Document.__table__.c.id == bindparam("id"))
ENTRIES = select(AuditEntry).where(AuditEntry.id > bindparam("after"), AuditEntry.object_type == "document")
MOST = 4
"""Documents at once: more say nothing new."""
kinds, directions, whos = st.sampled_from(Kind), st.sampled_from(Direction), st.integers(0, 1)
amounts = st.sampled_from([Decimal(0), Decimal("0.01"), Decimal(60), Decimal(120), Decimal("120.01")])
nths = st.integers(0, MOST - 1)


@dataclass
class Ground:
    """What every history begins with, by ids: people, suppliers, a category, a file, three documents."""

    connection: Connection
    company_id: int
    people: list[int]
    parties: list[int]
    category_id: int
    file_id: int
    documents: list[int]


def ground(connection: Connection) -> Ground:
    """Laid once for all histories."""
    company = make_company()
    people = [make_user(role, company).id for role in (Role.ADMIN, Role.MEMBER)]
    parties = [make_counterparty(name, company).id for name in ("Durand", "Encre")]
    category, file = make_category(company=company), make_file()
    facts = {"counterparty_id": parties[0], "category_id": category.id, "file": file}
    sale = {"direction": Direction.SALE, "kind": Kind.CREDIT_NOTE, "validated_at": clock.now()}
    documents = [make_document(company, **facts), make_document(company, **facts, **sale)]
    documents.append(make_document(company, **facts, validated_at=clock.now()))
    said = {"on": clock.today(), "means": PaidMeans.CASH, "part": Decimal(60)}
    paying.pay(documents[-1], by=db.session.get_one(User, people[0]), **said)
    ids = [each.id for each in documents]
    made = Ground(connection, company.id, people, parties, category.id, file.id, ids)
    db.session.commit()
    return made


class Histories(RuleBasedStateMachine):
    """One history of a few documents."""

    is_thorough = False
    """Add up the figures after each step, not only at the end."""

    def __init__(self, ground: Ground) -> None:
        super().__init__()
        db.session.remove()
        self.ground, self.savepoint = ground, ground.connection.begin_nested()
        self.ids = list(ground.documents)
        self.gone: set[int] = set()
        self.bound: set[int] = set()
        """Once paid, matched or exported."""
        self.known: dict[int, Any] = {}
        self.has_changed = False
        self.last_entry = db.session.scalar(select(func.max(AuditEntry.id))) or 0

    def teardown(self) -> None:
        """The figures at the end, and then as if nothing had happened."""
        try:
            self.figures_are_sums(list(self.documents().values()))
        finally:
            self.undo()

    def undo(self) -> None:
        db.session.rollback()
        db.session.remove()
        self.savepoint.rollback()

    # --- What people do ---------------------------------------------------------------------------

    @precondition(lambda self: len(self.ids) < MOST)
    @rule(direction=directions)
    def arrive(self, direction: Direction) -> None:
        company, file = (
            db.session.get_one(Company, self.ground.company_id),
            db.session.get_one(File, self.ground.file_id),
        )
        document = arrival.arrive(company, direction, file, "a.pdf", source="upload", by=None)
        db.session.commit()
        self.ids.append(document.id)
        self.has_changed = True

    @rule(nth=nths, kind=kinds, gross=amounts)
    def read(self, nth: int, kind: Kind, gross: Decimal) -> None:
        self.act(nth, lambda document, _by: _read(document, kind, gross))

    @rule(nth=nths)
    def give_up_reading(self, nth: int) -> None:
        self.act(nth, lambda document, _by: fields.give_up(document.id, Unreadable("crashed")))

    @rule(nth=nths, who=whos)
    def read_again(self, nth: int, who: int) -> None:
        self.act(nth, lambda document, by: jobs.read_again(document, by=by), who)

    @rule(nth=nths, who=whos, gross=amounts, is_stale=st.booleans())
    def change_amount(self, nth: int, who: int, gross: Decimal, is_stale: bool) -> None:
        self.edit(nth, who, is_stale, gross=gross)

    @rule(nth=nths, who=whos, kind=kinds, direction=directions)
    def change_kind(self, nth: int, who: int, kind: Kind, direction: Direction) -> None:
        self.edit(nth, who, kind=kind, direction=direction)

    @rule(nth=nths, who=whos, party=whos, number=st.sampled_from(["F-1", "F-2"]))
    def complete(self, nth: int, who: int, party: int, number: str) -> None:
        days = {"issue_date": date(2026, 10, 1), "due_date": date(2026, 10, 31)}
        chosen = {"counterparty_id": self.ground.parties[party], "category_id": self.ground.category_id}
        self.edit(nth, who, number=number, label="Paper", **days, **chosen)

    @rule(nth=nths, who=whos)
    def validate(self, nth: int, who: int) -> None:
        self.act(nth, lambda document, by: decisions.validate(document, by=by), who)

    @rule(nth=nths, who=whos, part=st.none() | amounts, means=st.sampled_from(PaidMeans), is_stale=st.booleans())
    def pay(self, nth: int, who: int, part: Decimal | None, means: PaidMeans, is_stale: bool) -> None:
        said = {"on": clock.today(), "means": means, "part": part}
        self.act(nth, lambda one, by: paying.pay(one, by=by, version=one.version - is_stale, **said), who)

    @rule(nth=nths, who=whos)
    def take_payment_back(self, nth: int, who: int) -> None:
        self.act(nth, lambda document, by: paying.take_back(document, by=by), who)

    @rule(nth=nths, minor=st.sampled_from([1, 6000, 12000]))
    def match(self, nth: int, minor: int) -> None:
        """As a stage to come will: a bank line settles a part."""
        self.act(nth, lambda document, _by: _match(document, minor))

    @rule(nth=nths)
    def unmatch(self, nth: int) -> None:
        self.act(nth, lambda document, _by: _match(document, document.paid_minor - document.settled_minor))

    @rule(nth=nths, who=whos, why=st.sampled_from(["", "wrong amount"]))
    def dispute(self, nth: int, who: int, why: str) -> None:
        self.act(nth, lambda document, by: disputing.dispute(document, why, by=by), who)

    @rule(nth=nths, who=whos)
    def end_dispute(self, nth: int, who: int) -> None:
        self.act(nth, lambda document, by: disputing.end(document, by=by), who)

    @rule(nth=nths, who=whos)
    def trash(self, nth: int, who: int) -> None:
        self.act(nth, lambda document, by: decisions.trash(document, by=by, why="twice"), who)

    @rule(nth=nths, who=whos)
    def restore(self, nth: int, who: int) -> None:
        self.act(nth, lambda document, by: decisions.restore(document, by=by), who)

    @rule(nth=nths, who=whos)
    def delete_without_a_trash(self, nth: int, who: int) -> None:
        def delete(document: Document, by: User) -> None:
            document.company.trash_enabled = False
            retention.delete_by_hand(document, by=by)
            db.session.get_one(Company, self.ground.company_id).trash_enabled = True

        self.act(nth, delete, who)

    @rule(days=st.sampled_from([29, 31, 500]))
    def empty_by_timer(self, days: int) -> None:
        """What lies in the trash lies there for so long now."""
        old = update(Document).where(Document.trashed_at.is_not(None)).values(trashed_at=_ago(days))
        db.session.execute(old.execution_options(synchronize_session="fetch"))
        company = db.session.get_one(Company, self.ground.company_id)
        company.trash_emptied = True
        retention.empty_by_timer(company)
        db.session.commit()
        self.has_changed = True

    @rule()
    def empty_now(self) -> None:
        admin = db.session.get_one(User, self.ground.people[0])
        retention.empty_now(db.session.get_one(Company, self.ground.company_id), by=admin, until=clock.now())
        db.session.commit()
        self.has_changed = True

    # --- How it is done ---------------------------------------------------------------------------

    def edit(self, nth: int, who: int, is_stale: bool = False, **changes: Any) -> None:
        """Save these facts, as of the version a page shows, or an older one."""
        save = lambda one, by: decisions.edit(one, changes, by=by, version=one.version - is_stale)  # noqa: E731
        self.act(nth, save, who)

    def act(self, nth: int, verb: Callable[[Document, User], Any], who: int = 0) -> None:
        """One request: all of it, or nothing and a sentence."""
        document = db.session.get(Document, self.ids[nth % len(self.ids)])
        if document is None:
            return
        was, entries = _row(document.id), self.last_entry
        try:
            verb(document, db.session.get_one(User, self.ground.people[who]))
            db.session.commit()
            self.has_changed = True
        except Refused:
            db.session.rollback()
            assert _row(document.id) == was and not _entries(entries), "refused, and changed all the same"

    # --- What always holds ------------------------------------------------------------------------

    @invariant()
    def facts_and_what_is_shown_agree(self) -> None:
        """SPEC LC-1, LC-8, TR-1, TR-2; SAFETY R17. After what was refused nothing is different: `act` has compared."""
        if not self.has_changed:
            return
        self.has_changed = False
        documents = self.documents()
        for document in documents.values():
            assert document.status is status.status_of(document), "a status that the facts do not amount to"
            assert document.reason == reasons.first(document), "a line that says something else"
            assert 0 <= document.paid_minor <= document.settled_minor <= max(document.gross_minor or 0, 0)
            assert not document.settled_minor or document.held_at, "paid, and not held"
        self.each_is_in_one_place(documents)
        self.holds_are_kept(documents)
        self.every_change_is_noted(documents)
        if self.is_thorough:
            self.figures_are_sums(list(documents.values()))

    def documents(self) -> dict[int, Document]:
        """All there are, as the database has them."""
        query = select(Document).where(Document.company_id == self.ground.company_id)
        return {each.id: each for each in db.session.scalars(query.execution_options(populate_existing=True))}

    def each_is_in_one_place(self, documents: dict[int, Document]) -> None:
        """In one list by status or in the trash, and in the lists of what is open where it is."""
        for document_id, *found in db.session.execute(PLACES, {"company_id": self.ground.company_id}):
            document, (is_listed, is_outstanding, is_credit) = documents[document_id], found[-3:]
            is_trashed = bool(document.trashed_at)
            assert sum(found[:-3]) == (not is_trashed) == bool(is_listed), "in no list, or in two"
            is_open = bool(document.validated_at and not is_trashed and document.open_minor)
            assert bool(is_outstanding) == (is_open and document.kind is Kind.INVOICE)
            assert bool(is_credit) == (is_open and document.kind is Kind.CREDIT_NOTE)

    def holds_are_kept(self, documents: dict[int, Document]) -> None:
        """What was ever paid or matched is never gone."""
        self.bound |= {each.id for each in documents.values() if each.settled_minor or each.pay_date}
        assert self.bound <= {each.id for each in documents.values() if each.held_at}, "a hold was lost"

    def every_change_is_noted(self, documents: dict[int, Document]) -> None:
        """Each changed row has a line in the trail; each move says from where to where; what is gone is named."""
        entries = _entries(self.last_entry)
        self.last_entry = max([self.last_entry, *(entry.id for entry in entries)])
        about = lambda number: [entry for entry in entries if entry.object_id == number]  # noqa: E731
        for number, document in documents.items():
            facts, was = _facts(document), self.known.get(number)
            assert was in (None, facts) or about(number), "changed without a word"
            moves = [entry.changes["status"] for entry in about(number) if "status" in entry.changes]
            before = was and was[0]
            assert not moves or (moves[0][0] == (before or moves[0][0]) and moves[-1][1] == document.status)
            assert moves or before in (None, document.status), "moved without a word"
            self.known[number] = facts
        gone = set(self.ids) - set(documents) - self.gone
        assert all([entry.act for entry in about(number)][-1:] == ["purged"] for number in gone), "gone without a word"
        self.gone |= gone

    def figures_are_sums(self, documents: list[Document]) -> None:
        """What is to be paid and received, added up here once more."""
        sums = figures.by_direction(db.session.get_one(User, self.ground.people[0]), self.company())
        for direction in Direction:
            mine = [
                each for each in documents if each.direction is direction and each.validated_at and not each.trashed_at
            ]
            total = sum((each.open_minor or 0) * (1 if each.kind is Kind.INVOICE else -1) for each in mine)
            assert sum(sums[direction].open.values() if direction in sums else []) == total, "a figure is no sum"

    def company(self) -> Company:
        return db.session.get_one(Company, self.ground.company_id)


def _read(document: Document, kind: Kind, gross: Decimal) -> None:
    """What a reading stores."""
    told = fields.what_to_read(document.id)
    if told is None:
        return
    said = {"number": "F-1", "kind": kind.value, "gross": gross, "issue_date": date(2026, 10, 1)}
    reading = Reading(fields={name: Found(value, 0.95) for name, value in said.items()})
    fields.store(told, Contents(type="pdf"), reading, 0.1)


def _match(document: Document, minor: int) -> None:
    """Settle so much more, or less; never more than is open."""
    if not document.validated_at or document.trashed_at or minor == 0 or minor > (document.open_minor or 0):
        raise Refused("no")
    document.settled_minor += minor
    status.settle(document, by=None, act="matched", changes={"settled_minor": [0, minor]})


def _ago(days: int) -> Any:
    return clock.now() - timedelta(days=days)


def _row(document_id: int) -> Any:
    return db.session.execute(ROW, {"id": document_id}).one_or_none()


def _facts(document: Document) -> tuple[Any, ...]:
    """The facts that never change without a line in the trail, the status first."""
    names = ("status", "version", "gross_minor", "number", "counterparty_id", "settled_minor", "paid_minor")
    names += ("validated_at", "disputed_at", "trash_kind", "read_state", "pay_date")
    return tuple(getattr(document, name) for name in names)


def _entries(after: int) -> list[AuditEntry]:
    return list(db.session.scalars(ENTRIES.order_by(AuditEntry.id), {"after": after}))


def run(machine: Any, ground: Any, *, times: int, steps: int = 12, number: int | None = None) -> None:
    """So many histories; `number` repeats them."""
    make = lambda: machine(ground)  # noqa: E731
    if number is not None:
        make = seed(number)(make)
    phases = [Phase.generate, Phase.shrink]
    quiet = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck), "phases": phases}
    db.session.remove()
    db.session.configure(expire_on_commit=False)  # people and suppliers never change here
    try:
        run_state_machine_as_test(make, settings=settings(max_examples=times, stateful_step_count=steps, **quiet))
    finally:
        db.session.remove()
        db.session.configure(expire_on_commit=True)
