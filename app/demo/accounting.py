"""What the firm's accountant got: a run some days ago, an invoice that could not go, and one changed since."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.accounting import daily, enclosing, ending, facts, selecting, writing_mails
from app.accounting.enclosing import CannotSend, Parcel
from app.accounting.kinds import Cause, State, journal_of
from app.accounting.models import Connection, Sharing
from app.accounting.run_models import Envelope, Export, Run, RunProblem
from app.accounting.writing_mails import Prepared
from app.core import clock
from app.core.errors import Refused
from app.documents import decisions, entering
from app.documents.models import Category, Direction, Document, Kind
from app.extensions import db
from app.outbox import kinds, marks
from app.outbox.composing import compose
from app.outbox.models import Mark
from app.tasks.jobs import commit
from app.users.models import Company, User

DAYS_AGO = 10
"""When the run was."""
OFFICE = "cabinet-delorme.example"
ANSWER = "250 2.0.0 Ok: queued"
NO_FILE = CannotSend("no_file")


def begin(company: Company, *, by: User) -> None:
    """From some days ago on the firm shares with its accountant; once."""
    if db.session.get(Sharing, company.id):
        return
    connection = _connected()
    parcels = _parcels(company, connection)
    sharing = _share(company, connection)
    _enter_parking(company, by)
    _tell_the_end(_sent(sharing, parcels))
    sharing.report_address = f"dossiers@{OFFICE}"
    _change_one(company, by)
    commit()


def _connected() -> Connection:
    """By e-mail; made once, also where the first attempt broke off."""
    name = "Cabinet Delorme (e-mail)"
    connection = db.session.scalar(select(Connection).filter_by(name=name)) or Connection(name=name)
    db.session.add(connection)
    commit()
    return connection


def _parcels(company: Company, connection: Connection) -> dict[int, Parcel | CannotSend]:
    """The files of each document, made while nothing is shared yet: making one ends the transaction it is made in."""
    found: dict[int, Parcel | CannotSend] = {}
    mine = select(Document.id).where(Document.company_id == company.id, Document.validated_at.is_not(None))
    for document_id in db.session.scalars(mine).all():
        try:
            found[document_id] = enclosing.parcel(db.session.get_one(Document, document_id), connection, set())
        except CannotSend as cannot:
            found[document_id] = cannot
    return found


def _share(company: Company, connection: Connection) -> Sharing:
    """An address for each journal; what is older than a quarter stays out."""
    sharing = Sharing(company=company, connection=connection, shared_since=_at(company), delay_days=2)
    sharing.start_date = clock.today(company) - timedelta(days=90)
    sharing.sales_address = sharing.credit_notes_address = f"ventes@{OFFICE}"
    sharing.purchases_address = f"achats@{OFFICE}"
    db.session.add(sharing)
    return sharing


def _at(company: Company) -> datetime:
    """The moment of the run: in the morning, as every day."""
    return clock.now().replace(hour=daily.OPENS.hour, minute=2) - timedelta(days=DAYS_AGO)


def _enter_parking(company: Company, by: User) -> None:
    """A ticket somebody typed in and never scanned."""
    day = clock.today(company) - timedelta(days=15)
    said: dict[str, Any] = {"direction": Direction.PURCHASE, "kind": Kind.INVOICE, "number": "P-1182"}
    said |= {"counterparty_name": "Parking des Lices", "label": "Stationnement livraison", "currency": "EUR"}
    said |= {"net": Decimal("15.00"), "tax": Decimal("3.00"), "gross": Decimal("18.00")}
    said |= {"issue_date": day, "due_date": day, "category_id": _category(company)}
    decisions.validate(entering.enter(company, said, by=by), by=by)


def _category(company: Company) -> int | None:
    """Transport where there is one."""
    known = select(Category.id).filter_by(company_id=company.id, archived_at=None)
    return db.session.scalar(known.order_by(Category.account_code != "624100", Category.id).limit(1))


def _sent(sharing: Sharing, parcels: dict[int, Parcel | CannotSend]) -> Run:
    """The run as it was: each document in a mail of its own, accepted by the office's server.

    Nothing of it is seen before it has ended: whoever finds an open run goes on with it, and sends.
    """
    run = _begun(sharing)
    ids = list(db.session.scalars(selecting.candidates(sharing).with_only_columns(Document.id)))
    for document_id in ids:
        document, parcel = db.session.get_one(Document, document_id), parcels.get(document_id, NO_FILE)
        if isinstance(parcel, CannotSend):
            db.session.add(RunProblem(run_id=run.id, document_id=document.id, reason=parcel.reason))
            continue
        ready = [Prepared(document, parcel, facts.of(document))]
        enclosed = writing_mails.Enclosure.of(ready, sharing)
        _accepted(writing_mails.write(run, sharing, journal_of(document), ready, enclosed), run.started_at)
    db.session.flush()
    return run


def _connection(sharing: Sharing) -> Connection:
    assert sharing.connection is not None
    return sharing.connection


def _begun(sharing: Sharing) -> Run:
    at = _at(sharing.company)
    run = Run(company=sharing.company, connection=_connection(sharing), cause=Cause.DAILY, day=at.date())
    run.started_at, run.sales_mails, run.purchase_mails, run.remaining = at, 0, 0, {}
    db.session.add(run)
    db.session.flush()
    return run


def _accepted(envelope: Envelope, at: datetime) -> None:
    """It left in the transaction it was written in: nobody sends what the demo only tells."""
    mail = envelope.mail
    assert mail is not None
    envelope.size = len(compose(mail))
    mail.mark, mail.answer, mail.attempts = Mark.SENT, ANSWER, 1
    mail.marked_at = mail.dated_at = mail.send_after = mail.created_at = at
    for each in mail.recipients:
        each.mark, each.answer = Mark.SENT, ANSWER
    marks.blot(mail)
    kinds.tell(mail)


def _tell_the_end(run: Run) -> None:
    """As it was then."""
    ending.end_writing(run)
    db.session.refresh(run)
    run.planned_at = run.ended_at = run.started_at
    for envelope in run.envelopes:
        for delivery in envelope.deliveries:
            delivery.settled_at = delivery.document.exported_at = run.started_at
            db.session.get_one(Export, delivery.document_id).state_at = run.started_at


def _change_one(company: Company, by: User) -> None:
    """A due date that was corrected after the accountant had it."""
    sent = select(Document).join(Export, Export.document_id == Document.id)
    sent = sent.where(Export.state == State.SENT, Document.company_id == company.id, Document.settled_minor == 0)
    sent = sent.where(Document.direction == Direction.PURCHASE)
    for document in db.session.scalars(sent.order_by(Document.id.desc())).all():
        due = (document.due_date or clock.today(company)) + timedelta(days=15)
        try:
            said = {"due_date": due, "category_id": document.category_id or _category(company)}
            decisions.edit(document, said, by=by, version=document.version)
            return
        except Refused:  # such as one that is being paid
            continue
