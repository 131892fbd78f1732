"""A company that shares its documents with an accountant, and documents that are ready to go."""

from __future__ import annotations

import email
import email.policy
from datetime import date
from email.message import EmailMessage

from sqlalchemy import select

from app.accounting import exports, runs
from app.accounting.jobs import work_run
from app.accounting.kinds import Cause, State
from app.accounting.models import Connection, Sharing
from app.accounting.run_models import Run
from app.core import clock
from app.documents.kinds import Direction, Kind
from app.documents.models import Document
from app.extensions import db
from app.tasks import due
from app.tasks.jobs import commit
from app.users.models import Company, User
from tests.factories import make_company, make_document, reload

SALES, CREDIT_NOTES, PURCHASES = "sales@books.example", "credits@books.example", "purchases@books.example"


def make_connection(**facts) -> Connection:
    """By e-mail, originals alone: making a Factur-X is a test of its own."""
    connection = Connection(**({"name": "Cabinet Delorme", "shares": False} | facts))
    db.session.add(connection)
    db.session.commit()
    return connection


def make_sharing(company: Company | None = None, connection: Connection | None = None, **facts) -> Sharing:
    """Switched on, with an address for each journal."""
    usual = {"sales_address": SALES, "credit_notes_address": CREDIT_NOTES, "purchases_address": PURCHASES}
    usual |= {"shared_since": clock.now(), "language": "en", "start_date": date(2026, 1, 1)}
    company, connection = company or make_company(), connection or make_connection()
    sharing = Sharing(company=company, connection=connection, **(usual | facts))
    db.session.add(sharing)
    db.session.commit()
    return sharing


def make_purchase(sharing: Sharing, **facts) -> Document:
    """Validated, issued on 1 October."""
    return make_document(sharing.company, **({"validated_at": clock.now()} | facts))


def make_sale(sharing: Sharing, **facts) -> Document:
    return make_purchase(sharing, **({"direction": Direction.SALE} | facts))


def make_credit_note(sharing: Sharing, **facts) -> Document:
    return make_sale(sharing, **({"kind": Kind.CREDIT_NOTE} | facts))


def start(sharing: Sharing, cause: Cause = Cause.HAND, *, by: User | None = None) -> Run:
    """A run, not worked on yet."""
    run = runs.start(sharing.company, cause, by=by)
    commit()
    return run


def send(sharing: Sharing) -> Run:
    """A run from its beginning to its end."""
    run = start(sharing)
    due.run_due()
    return reload(run)


def read(message: bytes) -> EmailMessage:
    """A mail, as whoever got it reads it."""
    return email.message_from_bytes(message, policy=email.policy.default)


def files_of(message: bytes) -> dict[str, bytes]:
    """Name → bytes of what goes with it."""
    return {part.get_filename(): part.get_content() for part in read(message).iter_attachments()}


def state_of(document: Document) -> State | None:
    """Where it stands with the accountant."""
    db.session.expire_all()
    export = exports.of(document.id)
    return export and export.state


def without_file(document: Document) -> Document:
    for each in list(document.files):
        db.session.delete(each)
    db.session.commit()
    return reload(document)


def write_only() -> None:
    """Write the mails of the runs under way; none leaves."""
    for run in db.session.scalars(select(Run).where(Run.planned_at.is_(None))):
        work_run(run.id)
    commit()
