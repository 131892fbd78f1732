"""Every job of Facteur, asked for twice and run at once, has one effect."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from app.accounting.run_models import Delivery, Envelope
from app.approval import demands
from app.approval.demands import Demand, WantedStep
from app.approval.handings import Handing
from app.approval.models import Absence, DecisionLink, Seat
from app.audit.models import AuditEntry
from app.bank import bringing, labelling
from app.bank.models import BankAccount, BankTransaction, Statement
from app.bank.models import Match as BankMatch
from app.bulk import doing
from app.bulk.models import Act as BulkDeed
from app.bulk.models import BulkAct
from app.channels import batches
from app.channels.models import GatewayMessage, PrintBatch
from app.core import clock, storage
from app.documents import trash
from app.documents.models import Direction, Document, DocumentFile, ReadState, TrashKind, document_tag
from app.dunning import hours
from app.dunning.action_models import Action, ActionDocument, ActionState
from app.extensions import db
from app.extraction.models import DocumentReading
from app.files import store
from app.files.models import File
from app.intake import arrival, drops
from app.intake.jobs import open_message as open_a_message
from app.intake.models import Message, Part, Source
from app.intake.waiting import WaitingFile
from app.mailboxes.models import AfterAction, FoundMail, Mailbox
from app.notices import choices, telling
from app.notices.choices import Choice
from app.notices.models import ByMail, Notice, NoticeKind
from app.operation import orphans
from app.outbox.models import Mark, OutgoingMail
from app.outbox.writing import write
from app.reader.contents import Sheet
from app.review import rearranging
from app.rules import running
from app.rules.acts import Act
from app.rules.models import RuleRun
from app.search.models import DocumentText
from app.spreadsheets import arriving, checking, making, party_arriving
from app.spreadsheets.models import Line, PartyList, Spreadsheet, Stage
from app.tags.models import Tag
from app.tasks import runner
from app.tasks.jobs import JOBS, commit
from app.tasks.models import State, Task
from app.users import people
from app.web.access import Role
from tests import samples
from tests.accounting.making import make_purchase, make_sale, make_sharing, start
from tests.bank import samples as statements
from tests.bank.lines import make_line, make_open, make_statement
from tests.channels.gateway_server import Gateway
from tests.channels.making import make_letter, make_message
from tests.dunning.owing import make_customer, make_owed, make_plan
from tests.dunning.returns import make_back
from tests.factories import make_category, make_company, make_document, make_file, make_user
from tests.intake import mails
from tests.mailboxes.making import make_mailbox
from tests.mailboxes.server import Server
from tests.rules.making import do, make_rule, when
from tests.sending import making as sendings
from tests.sink import Sink
from tests.spreadsheets.sheets import HEAD, as_csv, line

pytestmark = pytest.mark.alone
ONLY_ONE = {"deliver"}
"""Jobs of which there is one task, asked for again and again: its lease says who does it."""
CASES: dict[str, Callable[[Flask, Sink], tuple[list[Any], Callable[[], Any], Any]]] = {}
"""Job name → what prepares it: its ids, what is counted afterwards, and what that must be."""


def case(prepare: Callable[[Flask, Sink], tuple[list[Any], Callable[[], Any], Any]]) -> None:
    CASES[prepare.__name__] = prepare


def count_of(*what: Any) -> Callable[[], Any]:
    return lambda: [db.session.scalar(select(func.count()).select_from(each)) for each in what]


@case
def import_statement(app: Flask, sink: Sink):
    company = make_company()
    account = BankAccount(company=company, name="Current account", iban=statements.IBAN)
    db.session.add(account)
    brought = bringing.arrive(company, store.keep(statements.camt()), "statement.xml", by=make_user(company=company))
    db.session.commit()
    return [brought.id], count_of(Statement, BankTransaction), [1, 5]


@case
def open_message(app: Flask, sink: Sink):
    facts = {"company": make_company(), "direction": Direction.PURCHASE, "source": Source.UPLOAD}
    message = arrival.take_message(samples.invoice_pdf(), is_mail=False, name="a.pdf", **facts)
    return [message.id], count_of(Message, Part, Document), [1, 1, 1]


@case
def follow_merged_tag(app: Flask, sink: Sink):
    company = make_company()
    tag = Tag(company_id=company.id, name="Lyon 2")
    document, by = make_document(company, tags=[tag]), make_user(company=company)
    told = select(func.count(AuditEntry.id)).where(AuditEntry.act == "tag merged", AuditEntry.object_id == document.id)
    return [tag.id, (tag.id + 1, "Lyon"), by.id, [document.id], []], lambda: db.session.scalar(told), 1


def an_approval() -> Seat:
    """A document that waits for somebody."""
    company = make_company()
    approver_id = make_user(Role.APPROVER, company).id
    demands.asks[:] = [lambda document: Demand(None, {"name": "a test"}, (WantedStep((approver_id,)),))]
    make_document(company, validated_at=clock.now(), validated_by_id=make_user(company=company).id)
    return db.session.scalars(select(Seat)).one()


@case
def follow_absences(app: Flask, sink: Sink):
    seat = an_approval()
    company, today = seat.step.approval.document.company, clock.today()
    stand_in = make_user(Role.APPROVER, company)
    days = {"first_date": today - timedelta(days=1), "last_date": today + timedelta(days=1)}
    db.session.add(Absence(user=seat.user, stand_in=stand_in, **days))
    db.session.commit()
    stand_in_id = stand_in.id
    sits = lambda: db.session.scalars(select(Seat.user_id)).all() == [stand_in_id]  # noqa: E731
    return [company.time_zone], lambda: (count_of(Handing, OutgoingMail)(), sits()), ([1, 3], True)


@case
def remind_approvers(app: Flask, sink: Sink):
    zone = an_approval().step.approval.document.company.time_zone
    asked = lambda: db.session.scalar(select(func.count()).where(Task.kind == "remind_approver"))  # noqa: E731
    return [zone], asked, 1


@case
def remind_approver(app: Flask, sink: Sink):
    seat = an_approval()
    seat.asked_at = clock.now() - timedelta(days=4)
    ids = [seat.step.approval.document.company_id, seat.user_id]
    db.session.commit()
    return ids, count_of(OutgoingMail, DecisionLink), [2, 2]


@case
def poll_mailbox(app: Flask, sink: Sink):
    server = Server()
    for number in "AB":
        server.put(mails.mail(subject=number))
    mailbox = make_mailbox(server, make_company(), after=AfterAction.SEEN, since_date=date(2000, 1, 1))
    marked = lambda: [each.flags for each in server.folders["INBOX"]]  # noqa: E731
    return [mailbox.id], lambda: (count_of(Message, FoundMail)(), marked()), ([2, 2], [{"\\Seen"}] * 2)


@case
def look_into_mailbox(app: Flask, sink: Sink):
    server = Server()
    server.put(mails.mail())
    mailbox = make_mailbox(server, make_company(), sight_asked_at=clock.now())
    seen = lambda: [each.sight["count"] for each in db.session.scalars(select(Mailbox))]  # noqa: E731
    return [mailbox.id], lambda: (count_of(Message, FoundMail)(), seen()), ([0, 0], [1])


@case
def check_sender(app: Flask, sink: Sink):
    facts = {"company": make_company(), "direction": Direction.PURCHASE, "source": Source.SMTP}
    message_id = arrival.take_message(mails.invoice_mail(), **facts).id
    proven = select(Message.proof["verdict"].as_string()).filter_by(id=message_id)
    return [message_id], lambda: (count_of(Document)(), db.session.scalar(proven)), ([0], "not_proven")


@case
def make_document_of_text(app: Flask, sink: Sink):
    facts = {"company": make_company(), "direction": Direction.PURCHASE, "source": Source.SMTP}
    message = arrival.take_message(mails.mail(text="Facture n° 12, total TTC 20,00 €"), **facts)
    open_a_message(message.id)
    return [message.id, None], count_of(Message, Part, Document), [1, 1, 1]


@case
def read_waiting_file(app: Flask, sink: Sink):
    company, file = make_company(), make_file(samples.invoice_pdf("F-77"))
    part = drops.stage(file, company, Direction.PURCHASE, "scan.pdf", by=make_user(company=company))
    db.session.execute(db.delete(Task))
    part_id, drawn = part.id, store.pages_folder(file) / "page-1.png"
    text = lambda: "F-77" in (db.session.scalars(select(WaitingFile.text)).one() or "")  # noqa: E731
    return [part_id], lambda: (text(), drawn.is_file()), (True, True)


@case
def read_document(app: Flask, sink: Sink):
    document = make_document(file=make_file(samples.invoice_pdf()), read_state=ReadState.READING, number="")
    document_id = document.id
    return [document_id], lambda: (count_of(DocumentReading)(), state_of(document_id)), ([1], ReadState.READ)


@case
def draw_document(app: Flask, sink: Sink):
    document = make_document(file=make_file(samples.invoice_pdf()), validated_at=clock.now())
    document_id = document.id
    return [document_id], lambda: db.session.scalar(select(Document.page_count).filter_by(id=document_id)), 1


def state_of(document_id: int) -> ReadState:
    return db.session.scalar(select(Document.read_state).filter_by(id=document_id))


def a_spreadsheet(stage: Stage) -> Spreadsheet:
    """A list of two invoices, as it is at this stage."""
    company = make_company()
    list_ = as_csv(line(number="F-1"), line(number="F-2"))
    user = make_user(company=company)
    spreadsheet = arriving.arrive(company, Direction.PURCHASE, make_file(list_), "list.csv", by=user)
    if stage is not Stage.READING:
        arriving.keep_cells(spreadsheet.id, [Sheet("", [HEAD, line(number="F-1"), line(number="F-2")])])
        spreadsheet.stage = Stage.CHECKING
        db.session.flush()
        checking.keep(spreadsheet.id, checking.what_to_check(spreadsheet.id))
    spreadsheet.stage = stage
    db.session.commit()
    return spreadsheet


@case
def read_spreadsheet(app: Flask, sink: Sink):
    return [a_spreadsheet(Stage.READING).id], count_of(Line), [3]


@case
def read_party_list(app: Flask, sink: Sink):
    company, by = make_company(), make_user(Role.ADMIN)
    file = store.keep(b"Nom;SIREN\nDurand;732829320\n", type="text/csv")
    found = party_arriving.arrive(company, file, "list.csv", is_customers=False, by=by)
    db.session.commit()
    found_id = found.id
    query = select(PartyList.stage, PartyList.cells).filter_by(id=found_id)
    cells = [[1, ["Nom", "SIREN"]], [2, ["Durand", "732829320"]]]
    return [found_id], lambda: tuple(db.session.execute(query).one()), (Stage.TO_MAP, cells)


@case
def check_spreadsheet(app: Flask, sink: Sink):
    spreadsheet_id = a_spreadsheet(Stage.CHECKING).id
    chosen = select(func.count()).where(Line.is_chosen)
    stage = select(Spreadsheet.stage).filter_by(id=spreadsheet_id)
    return [spreadsheet_id], lambda: (db.session.scalar(chosen), db.session.scalar(stage)), (2, Stage.CHECKED)


@case
def import_lines(app: Flask, sink: Sink):
    return [a_spreadsheet(Stage.IMPORTING).id], count_of(Document), [2]


@case
def undo_import(app: Flask, sink: Sink):
    spreadsheet = a_spreadsheet(Stage.IMPORTING)
    while making.make_portion(spreadsheet.id):
        db.session.commit()
    spreadsheet.stage = Stage.UNDOING
    trashed = lambda: db.session.scalar(select(func.count()).where(Document.trashed_at.is_not(None)))  # noqa: E731
    ids = [spreadsheet.id, spreadsheet.by_id]
    db.session.commit()
    return ids, trashed, 2


@case
def rearrange_pages(app: Flask, sink: Sink):
    document = make_document(file=make_file(samples.invoice_pdf(pages=3)), page_count=3)
    asked = rearranging.split(document, [1, 2], by=make_user())
    return [asked.id], count_of(Document), [4]


@case
def validate_by_rule(app: Flask, sink: Sink):
    category = make_category()
    document = make_document(category=category)
    make_rule(when("direction", "is", "purchase"), does=[do(Act.VALIDATE)])
    validated = select(func.count()).where(AuditEntry.act == "validated", AuditEntry.object_id == document.id)
    return [document.id], lambda: db.session.scalar(validated), 1


@case
def move_by_rule(app: Flask, sink: Sink):
    document, other = make_document(), make_company("Other")
    admin = make_user(Role.ADMIN, document.company)
    people.join(admin, other, Role.ADMIN, by=None)
    rule = make_rule(
        when("direction", "is", "purchase"), does=[do(Act.MOVE, other.id)], saved_by=admin, company=document.company
    )
    moved = select(func.count()).where(AuditEntry.act == "moved", AuditEntry.object_type == "document")
    ids, other_id = [document.id, rule.id], other.id
    here = select(Document.company_id)
    return ids, lambda: (db.session.scalar(moved), db.session.scalar(here)), (1, other_id)


@case
def apply_rule(app: Flask, sink: Sink):
    for _each in range(3):
        make_document()
    category = make_category("Travel")
    rule = make_rule(when("direction", "is", "purchase"), does=[do(Act.CATEGORY, category.id)])
    run = running.begin(rule, by=make_user(Role.ADMIN))
    done = select(RuleRun.done_count)
    acts = select(func.count()).where(AuditEntry.act == "rule")
    return [run.id], lambda: (db.session.scalar(done), db.session.scalar(acts)), (3, 3)


@case
def straighten_photo(app: Flask, sink: Sink):
    photo = make_file(samples.picture(dpi=50), type="image/png")
    return [make_document(file=photo).id], count_of(DocumentFile), [2]


@case
def deliver(app: Flask, sink: Sink):
    app.config["SETTINGS"].__dict__["mail_url"] = f"smtp://127.0.0.1:{sink.port}"
    state = app.extensions["mail"]
    state.server, state.port, state.suppress = "127.0.0.1", sink.port, False
    about = {"template": "users/mail/password_changed", "user": make_user()}
    mail = write("test", key="test:1", to="a@example.org", subject="Hello", **about)
    mail_id = mail.id
    return [], lambda: (len(sink.messages), mark_of(mail_id)), (1, Mark.SENT)


def mark_of(mail_id: int) -> Mark:
    return db.session.scalar(select(OutgoingMail.mark).filter_by(id=mail_id))


@case
def perform_action(app: Flask, sink: Sink):
    company = sendings.make_sender()
    document = sendings.make_sale(company, sendings.make_customer(company, sendings.make_plan(company)))
    action = db.session.scalars(select(Action).filter_by(document_id=document.id)).one()
    state = select(Action.state).filter_by(id=action.id)
    return [action.id], lambda: (count_of(OutgoingMail)(), db.session.scalar(state)), ([1], ActionState.LEAVING)


def unplanned() -> int:
    """An invoice whose customer got a plan a moment ago; its company's id."""
    company = sendings.make_sender()
    customer = sendings.make_customer(company)
    sendings.make_sale(company, customer)
    customer.dunning_plan_id = sendings.make_plan(company).id
    return company.id


@case
def plan_sendings(app: Flask, sink: Sink):
    company_id = unplanned()
    asked = lambda: db.session.scalar(select(func.count()).where(Task.kind == "plan_sendings_of")) > 0  # noqa: E731
    return [], lambda: (asked(), company_id > 0), (True, True)


@case
def plan_sendings_of(app: Flask, sink: Sink):
    return [unplanned()], count_of(Action), [1]


@case
def propose_letters(app: Flask, sink: Sink):
    action = make_back(created_at=clock.now() - timedelta(days=9))
    action_id = action.id
    acts = lambda: db.session.scalar(select(func.count()).where(AuditEntry.act == "letter proposed"))  # noqa: E731
    key = lambda: db.session.get_one(Action, action_id, populate_existing=True).reason["key"]  # noqa: E731
    return [], lambda: (key(), acts()), ("letter_proposed", 1)


@case
def purge_trash(app: Flask, sink: Sink):
    company = make_company(trash_emptied=True, trash_days=30)
    make_document(company)
    document = make_document(company)
    trash.trash(document, by=None, kind=TrashKind.DELETED, why="a test")
    document.trashed_at = clock.now() - timedelta(days=31)
    return [], count_of(Document), [1]


@case
def remove_drafts(app: Flask, sink: Sink):
    make_file()
    for name, age in (("old", 2 * 86400), ("new", 0)):
        draft = store.root() / "tmp" / name
        draft.touch()
        os.utime(draft, (time.time() - age,) * 2)
    return [], lambda: [path.name for path in (store.root() / "tmp").iterdir()], ["new"]


@case
def empty_trash(app: Flask, sink: Sink):
    company = make_company()
    make_document(company)
    trash.trash(make_document(company), by=None, kind=TrashKind.DELETED, why="a test")
    admin = make_user(Role.ADMIN, company)
    return [company.id, admin.id, clock.now().isoformat()], count_of(Document), [1]


@case
def send_password_reset(app: Flask, sink: Sink):
    user = make_user(password=True)
    return [user.email, clock.now().isoformat()], count_of(OutgoingMail), [1]


@case
def send_trail_head(app: Flask, sink: Sink):
    app.config["SETTINGS"].__dict__["mail_url"] = f"smtp://127.0.0.1:{sink.port}"
    make_user(Role.ADMIN, password=True)
    return [], count_of(OutgoingMail), [1]


@case
def check_stored_files(app: Flask, sink: Sink):
    make_user(Role.ADMIN, password=True)
    file = make_document().files[0].file
    storage.path_of(store.root(), file.sha256).write_bytes(b"changed")
    acts = lambda: db.session.scalar(select(func.count()).where(AuditEntry.act == "file damaged"))  # noqa: E731
    return [], lambda: (count_of(OutgoingMail)(), acts()), ([1], 1)


@case
def sweep_stored_files(app: Flask, sink: Sink):
    file = make_file(b"belongs to nothing")
    file.created_at = clock.now() - timedelta(days=9)
    path = storage.path_of(store.root(), file.sha256)
    os.utime(path, (1, 1))
    aside = orphans.quarantine() / file.sha256
    return [], lambda: (count_of(File)(), path.exists(), aside.exists()), ([0], False, True)


@case
def analyse_database(app: Flask, sink: Sink):
    """PostgreSQL looks by itself: there it is asked for nothing."""
    make_document()
    if db.engine.dialect.name == "postgresql":
        return [], lambda: None, None
    counted = text("SELECT count(*) FROM sqlite_stat1 WHERE idx = 'ix_document_list'")
    db.session.execute(text("ANALYZE"))
    db.session.execute(text("DELETE FROM sqlite_stat1"))
    return [], lambda: db.session.scalar(counted), 1


def words_of(document_id: int) -> bool:
    """Is a document found by the word *nouveau*?"""
    return "nouveau " in (db.session.scalar(select(DocumentText.facts).filter_by(document_id=document_id)) or "")


@case
def find_by_new_name(app: Flask, sink: Sink):
    document = make_document()
    document_id, document.counterparty.name = document.id, "Nouveau"
    return [document.counterparty_id, 0], lambda: words_of(document_id), True


@case
def keep_missing_words(app: Flask, sink: Sink):
    document_id = make_document(label="Nouveau").id
    db.session.execute(db.delete(DocumentText))
    return [], lambda: (words_of(document_id), count_of(DocumentText)()), (True, [1])


@pytest.fixture(autouse=True)
def demanded_as_before():
    """What a case demands is demanded by no other."""
    kept = list(demands.asks)
    yield
    demands.asks[:] = kept


@case
def send_notices(app: Flask, sink: Sink):
    user, document = make_user(), make_document()
    choices.choose(user, {NoticeKind.MENTION: Choice(True, ByMail.DAILY)})
    facts = {"key": "mention:1", "company_id": document.company_id, "about": document, "by": make_user()}
    telling.tell(user, NoticeKind.MENTION, **facts)
    commit()
    mailed = lambda: db.session.scalar(select(func.count()).where(Notice.mailed_at.is_not(None)))  # noqa: E731
    return [user.id, "2026-11-27"], lambda: (count_of(OutgoingMail)(), mailed()), ([1], 1)


@case
def act_on_many(app: Flask, sink: Sink):
    user, documents = make_user(), [make_document(), make_document(), make_document(trashed_at=clock.now())]
    bulk = doing.begin(documents[0].company, BulkDeed.TAG, [each.id for each in documents], {"tag": "Lyon"}, by=user)
    commit()
    tagged = lambda: db.session.scalar(select(func.count()).where(AuditEntry.act == "tagged"))  # noqa: E731
    done = lambda: len(db.session.get(BulkAct, bulk_id, populate_existing=True).done)  # noqa: E731
    bulk_id = bulk.id
    return [bulk_id], lambda: (count_of(document_tag)(), tagged(), done()), ([3], 3, 3)


@case
def settle_statement(app: Flask, sink: Sink):
    company = make_company(matches_automatically=True)
    document = make_open(company=company, number="F-2026-4711")
    statement = make_statement(company)
    make_line(-12000, company, statement=statement, label="VIR SEPA FACTURE F-2026-4711")
    make_line(-900, company, statement=statement, label="FRAIS TENUE DE COMPTE")
    labelling.add(company, "frais", by=make_user(Role.ADMIN, company), is_ignoring=True)
    commit()
    document_id = document.id
    settled = lambda: db.session.get(Document, document_id, populate_existing=True).settled_minor  # noqa: E731
    ignored = lambda: db.session.scalar(select(func.count()).where(AuditEntry.act == "line ignored"))  # noqa: E731
    return [statement.id], lambda: (count_of(BankMatch)(), settled(), ignored()), ([1], 12000, 1)


@case
def hand_to_gateway(app: Flask, sink: Sink):
    gateway = Gateway()
    app.config["SETTINGS"].__dict__["sms_url"] = gateway.url
    message_id = make_message().id
    mark = lambda: db.session.scalar(select(GatewayMessage.mark).filter_by(id=message_id))  # noqa: E731
    return [message_id], lambda: (len(gateway.taken), mark()), (1, Mark.SENT)


@case
def draw_letter(app: Flask, sink: Sink):
    letter = make_letter()
    folder, letter_id = store.pages_folder(letter.file), letter.id
    commit()
    return [letter_id], lambda: [path.name for path in folder.iterdir()], ["page-1.png"]


@case
def bind_letters(app: Flask, sink: Sink):
    make_letter()
    batch, _left_out = batches.make(make_user(Role.ADMIN).companies[0], by=make_user(Role.ADMIN))
    batch_id = batch.id
    commit()
    bound = lambda: db.session.scalar(select(func.count(PrintBatch.file_id)))  # noqa: E731
    return [batch_id], lambda: (count_of(File)(), bound()), ([2], 1)


@case
def plan_reminders(app: Flask, sink: Sink):
    due = clock.today() - timedelta(days=9)
    company = make_owed(make_customer(make_plan(3)), due).company
    made = [1, 1] if hours.is_open(clock.today(company), company) else [0, 0]
    return [company.id], count_of(Action, ActionDocument), made


@case
def work_run(app: Flask, sink: Sink):
    sharing = make_sharing()
    app.config["SETTINGS"].__dict__["mail_url"] = "smtp://127.0.0.1:9"  # a run begins only where mails can leave
    make_purchase(sharing)
    make_sale(sharing)
    return [start(sharing).id], count_of(Envelope, Delivery, OutgoingMail), [2, 2, 2]


def test_every_job_has_its_case(app):
    """S37: a job without this test fails the suite."""
    assert set(CASES) == set(JOBS)


@pytest.mark.parametrize("name", CASES)
def test_a_job_run_twice_at_once_has_one_effect(live_app, sink, name):
    """S37: two tasks of one cause, at the same time, on both databases; then once more."""
    with live_app.app_context():
        ids, figures, expected = CASES[name](live_app, sink)
        tasks = [asked(name, ids) for _each in range(2)]
        commit()
    together = [threading.Thread(target=run, args=(live_app, task)) for task in tasks]
    for thread in together:
        thread.start()
    for thread in together:
        thread.join()

    with live_app.app_context():
        assert figures() == expected
        last = asked(name, ids)
        commit()
        run(live_app, last)
        assert figures() == expected
        assert not db.session.scalars(select(Task).filter_by(state=State.FAILED)).all()


def asked(name: str, ids: list[Any]) -> int:
    """A task of its own, or the only one that there can be."""
    if name not in ONLY_ONE:
        return JOBS[name].later(*ids)
    return JOBS[name].again(*ids, key=name) or db.session.scalar(select(Task.id).filter_by(key=name))


def run(app: Flask, task_id: int) -> None:
    """As a worker does: tried again where the other was in the way."""
    with app.app_context():
        for _try in range(3):
            db.session.execute(db.update(Task).filter_by(id=task_id).values(run_after=clock.now()))
            commit()
            if runner.run(task_id):
                break
        db.session.remove()
