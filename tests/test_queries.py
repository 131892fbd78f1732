"""Twice the rows, no more queries: what a list costs does not grow with it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import event

from app.accounting.kinds import State
from app.accounting.run_models import Run
from app.approval import facts as asked_about
from app.approval.handings import Handing
from app.approval.models import Approval, ApprovalStep, Choice, Decision, Handed, Seat, Way
from app.bank.models import BankAccount, BankImport, BankTransaction, ImportStage, Statement
from app.core import clock
from app.documents.models import Category, Direction, Document, TrashKind
from app.dunning.customer_models import Reply
from app.extensions import db
from app.intake.models import Message, MessageState, Outcome, Part, Source
from app.outbox.models import OutgoingMail, Recipient
from app.payments.models import BatchState, PaymentBatch
from app.rules.acts import Act
from app.users.models import Company, User
from app.web import keyset
from app.web.access import Role
from tests.accounting.ledgers import make_run
from tests.accounting.making import make_connection
from tests.dunning.acting import make_action
from tests.dunning.making import make_plan
from tests.factories import make_category, make_counterparty, make_document, make_file, make_user, the_company
from tests.payments.making import OTHER, make_account, make_batch, make_payable, make_payee, to_pay
from tests.rules.making import do, make_rule, when
from tests.web.world import make_waiting

FEW = 4
_numbers = itertools.count(1)
LISTS = (
    *("/approvals", "/approvals?tab=all", "/approvals?tab=decided", "/approvals?tab=handed"),
    *(f"/payments?tab={tab}" for tab in ("due", "to_pay", "held", "in_payment", "batches", "due&view=month")),
    *(
        "/payment-batches/1",
        "/",
        "/documents",
        "/documents?tab=outstanding&sort=due",
        "/documents?q=paper&twins=yes",
        "/trash",
    ),
    *(
        "/suppliers",
        "/customers",
        "/plans",
        "/actions",
        "/actions?tab=all",
        "/review",
        "/messages",
        "/rules",
        "/add/assign",
        "/add/assign/waiting",
        "/outbox",
        "/settings/people",
        "/settings/connections",
        "/settings/companies/1/categories",
        "/actions/replies",
        "/audit",
        "/operation",
        "/treasury",
        "/treasury/operations",
        "/bank?tab=all",
        "/bank/statements",
        "/bank/accounts",
        "/bank/missing",
        "/accounting",
        "/accounting/documents",
        "/accounting/documents?state=errors",
        "/accounting/runs",
        "/accounting/runs/1",
    ),
)


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    statements: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def fill(company: Company) -> None:
    """A few of each thing that stands in a list, each with all that hangs on it."""
    for number in itertools.islice(_numbers, FEW):
        member, category = make_user(company=company), make_category(f"Category {number}", company)
        twin = {"number": f"F-{number}", "counterparty": make_counterparty(f"Supplier {number}", company)}
        twin["counterparty"].assigned_users = [member]
        first = make_document(company, **twin, category=category)
        second = make_document(company, **twin, validated_at=clock.now(), validated_by_id=member.id)
        trash = {"trashed_at": clock.now(), "trashed_by_id": member.id, "trash_kind": TrashKind.DUPLICATE}
        make_document(company, **trash, duplicate_of_id=second.id)
        make_document(company, direction=Direction.SALE, counterparty=make_counterparty(is_customer=True))
        make_rule(
            when("counterparty", "is", twin["counterparty"].id), company=company, does=[do(Act.CATEGORY, category.id)]
        )
        make_plan(company, by=member, name=f"Plan {number}")
        _accounting(second, first)
        make_connection(name=f"Connection {number}")
        _message(company, first)
        _reply(company, number)
        _approvals(company, member)
        _bank(company, number, second)
        _mail(company, f"mail-{number}")
        _waiting(company, number, member)
        _payments(company, member, f"Payee {number}")
        make_action(twin["counterparty"], second, first, owner_id=None, reason={"key": "no_contact"})
    db.session.commit()


def _accounting(sent: Document, failed: Document) -> None:
    """Runs that sent one and failed at another, the mails and errors of all in the first, whose page is looked at."""
    first = db.session.query(Run).order_by(Run.id).first()
    run = make_run(sent, failed)
    if first:
        run.envelopes[0].number = 1 + run.id
        run.envelopes[0].run, run.problems[0].run_id = first, first.id
    doubtful, other = make_document(sent.company, validated_at=clock.now()), make_document(sent.company)
    make_run(doubtful, other, state=State.UNCERTAIN)


def _approvals(company: Company, member: User) -> None:
    """For the reader of the test, and whom they named: what waits, what was decided, what was handed on."""
    reader = db.session.query(User).order_by(User.id).first()
    for kind in ("waits", "decided", "handed"):
        payee = make_counterparty(f"Payee of {next(_numbers)}", company)
        doubted = {"counterparty": payee, "iban": "FR7630006000011234567890189"}
        document = make_document(company, validated_at=clock.now(), validated_by_id=member.id, **doubted)
        facts = asked_about.of(document)
        approval = Approval(document=document, why={"name": "over 1,000 €"}, facts=facts, revision="x")
        step = ApprovalStep(position=0, opened_at=clock.now())
        seat = Seat(user=reader if kind != "handed" else member, asked_at=clock.now())
        step.seats = [seat, Seat(user=make_user(company=company), asked_at=clock.now())]
        approval.steps = [step]
        db.session.add(approval)
        if kind == "decided":
            seat.decisions = [Decision(choice=Choice.APPROVE, revision="x", way=Way.APP, by=reader)]
        elif kind == "handed":
            db.session.add(Handing(seat=seat, giver=reader, taker=member, handed=Handed.DELEGATED))


def _message(company: Company, document: Document) -> None:
    message = Message(company=company, direction=document.direction, source=Source.SMTP, raw=make_file())
    message.state, message.sender, message.subject = MessageState.OPENED, "durand@example.org", "Invoice"
    part = Part(position=0, name="invoice.pdf", file=document.files[0].file, outcome=Outcome.IMPORTED)
    part.document = document
    message.parts = [part]
    db.session.add(message)


def _reply(company: Company, number: int) -> None:
    """What a customer of its own answered, and nobody read."""
    message = Message(company=company, direction=Direction.SALE, source=Source.SMTP, raw=make_file())
    customer = make_counterparty(f"Customer {number}", company, is_customer=True)
    message.state, message.counterparty_id = MessageState.OPENED, customer.id
    db.session.add(message)
    db.session.flush()
    db.session.add(Reply(company_id=company.id, counterparty=customer, message_id=message.id, text="Friday"))


def _payments(company: Company, member: User, name: str) -> None:
    """Due, to be paid, held, in a draft (all in the first, whose page is looked at) and in payment."""
    party = make_payee(name, company)
    facts = {"due_date": clock.today(company), "category": db.session.query(Category).first()}
    make_payable(party, **facts)
    to_pay(make_payable(party, **facts), member)
    to_pay(make_payable(party, iban=OTHER, **facts), member)
    account = db.session.query(BankAccount).filter(BankAccount.iban.is_not(None)).first() or make_account(company)
    draft = db.session.query(PaymentBatch).order_by(PaymentBatch.id).first()
    batch = make_batch(member, make_payable(party, **facts), account=account)
    if draft:
        batch.payments[0].batch = draft
        batch.state, batch.released_at = BatchState.MADE, clock.now()
        to_pay(paid := make_payable(party, **facts), member)
        make_batch(member, paid, account=account).state = BatchState.MADE


def _waiting(company: Company, number: int, member: User) -> None:
    """A file for an invoice without one, and one for nothing."""
    invoice = make_document(company, number=f"FW-{number}")
    db.session.delete(invoice.files[0])
    for name in (f"FW-{number}.pdf", f"scan {number}.pdf"):
        make_waiting(company, name, member)


def _bank(company: Company, number: int, document: Document) -> None:
    """An account with a statement of one line, and a file that was refused."""
    account = BankAccount(company=company, name=f"Account {number}", balance_minor=1)
    day = clock.today() - timedelta(days=20)
    statement = Statement(account=account, from_date=day, to_date=day, opening_minor=number, closing_minor=number)
    line = BankTransaction(company_id=company.id, account=account, statement=statement, date=day, key=f"{number}")
    line.amount_minor, line.currency, line.party_name = -number, "EUR", document.party_name
    brought = BankImport(company=company, file=document.files[0].file, name="a.csv", stage=ImportStage.REFUSED)
    brought.notes = [{"key": "no_lines"}]
    db.session.add_all([line, brought])


def _mail(company: Company, name: str) -> None:
    mail = OutgoingMail(key=name, kind="test", company_id=company.id, subject="Hello", text="Hello", message_id=name)
    mail.send_after = clock.now() + timedelta(hours=1)
    mail.recipients = [Recipient(address="durand@example.org")]
    db.session.add(mail)


def test_a_list_of_twice_the_rows_takes_no_more_queries(app, browser, monkeypatch):
    """RV-1: SR-1: S110: the number of queries is a matter of the page, not of its rows."""
    monkeypatch.setattr(keyset, "ROWS", 1000)
    company = the_company()
    reader = browser(make_user(Role.ADMIN, company))
    fill(company)
    once = {address: _asked(reader, address) for address in LISTS}
    fill(company)
    twice = {address: _asked(reader, address) for address in LISTS}

    more = {
        address: "\n\n".join(twice[address][0])
        for address in LISTS
        if not len(twice[address][0]) == len(once[address][0]) < 50
    }
    same = {address for address in LISTS if len(twice[address][1]) <= len(once[address][1])}
    assert more == {}
    assert same <= {"/", "/operation", "/treasury"}


def _asked(reader: FlaskClient, address: str) -> tuple[list[str], str]:
    """The statements of a page that was opened before, and what it shows."""
    assert reader.get(address).status_code == 200
    with counted() as statements:
        text = reader.get(address).text
    return statements, text
