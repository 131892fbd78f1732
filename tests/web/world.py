"""A company with one of everything, for tests made from the URL map; its texts are canaries nobody else may see."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask import Flask, url_for
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from app.accounting.kinds import Cause, Journal, Said
from app.accounting.kinds import State as Standing
from app.accounting.models import Connection, Sharing
from app.accounting.run_models import Delivery, Envelope, Export, Run, RunProblem
from app.api.models import ApiToken
from app.approval import facts as asked_about
from app.approval.handings import Handing
from app.approval.models import Absence, Approval, ApprovalStep, Choice, Decision, Handed, Seat
from app.approval.models import Outcome as Ended
from app.approval.models import Way as DecidedBy
from app.audit import trail
from app.bank.models import BankAccount, BankImport, BankTransaction, ImportStage, LabelRule, Statement
from app.bank.models import Match as BankMatch
from app.bulk.models import Act, BulkAct
from app.comments.models import Comment
from app.core import clock
from app.counterparties.models import Contact, Counterparty, CounterpartyIban
from app.documents.models import Direction, Document, TrashKind
from app.dunning.action_models import Action, ActionKind, ActionState
from app.dunning.customer_models import PortalLink, Reply
from app.dunning.models import Channel, DunningPlan, PlanStep, Wording
from app.extensions import db
from app.extraction.models import KeptLesson
from app.files import store
from app.intake import drops
from app.intake.forwarding import ForwardingRequest
from app.intake.models import IntakeRule, Message, MessageState, Outcome, Part, Source
from app.intake.waiting import WaitingFile
from app.intake.watched import WatchedFile
from app.lists.models import SavedView
from app.mailboxes import reaching
from app.mailboxes.models import Mailbox
from app.notices.models import Notice, NoticeKind
from app.outbox.models import OutgoingMail, Recipient
from app.payments.models import BatchState, Payment, PaymentBatch, PaymentState
from app.review.models import RearrangedDocument, Rearrangement, Way
from app.rules.models import Match
from app.rules.models import Rule as Workflow
from app.spreadsheets.models import Line, LineState, PartyList, Spreadsheet, Stage
from app.tags.models import Tag
from app.tasks.models import State, Task
from app.treasury.models import CommittedOperation
from app.users.models import Company, SignIn, User
from app.web.access import Role
from tests.accounting.making import make_connection, make_sharing
from tests.bank.lines import make_line
from tests.channels.making import make_one_of_each
from tests.conftest import aimed_at
from tests.dunning.acting import make_action
from tests.factories import make_category, make_company, make_counterparty, make_document, make_file, make_user

READS = {"GET"}
CONTENT = aimed_at("content")
"""A page without what stands around all of them, or the alert alone: the frame takes as long as what it holds."""


@dataclass
class World:
    """A company, a person of each role in it, and one of each thing an address can name."""

    company: Company
    people: dict[Role, User]
    waiting: Document
    validated: Document
    trashed: Document
    counterparty: Counterparty
    message: Message
    things: dict[str, Any] = field(default_factory=dict)
    ids: dict[Document, dict[str, Any]] = field(default_factory=dict)

    def values(self, rule: Rule, document: Document | None = None) -> dict[str, Any]:
        """What to put into the address of a view; a name that is new here is a test to be completed."""
        document = document or self.validated
        if document not in self.ids:  # asked for once: what is taken back is loaded anew each time
            self.ids[document] = {"document_id": document.id, "file_id": document.files[0].id}
        known = self.things | self.ids[document]
        missing = set(rule.arguments) - set(known)
        assert not missing, f"say in tests/web/world.py what {missing} of {rule} is"
        return {name: known[name] for name in rule.arguments}


def make_world(canary: str, number: int) -> World:
    """A company whose every text holds `canary`, and whose every amount is `number`."""
    company = make_company(f"{canary}-company", other_names=[f"{canary}-other"], address=f"{canary}-street")
    people = {role: make_user(role, company, name=f"{canary}-{role.value}") for role in Role}
    counterparty = make_counterparty(
        f"{canary}-name", company, email=f"{canary}@mail.example", address=f"{canary}-lane", is_customer=True
    )
    category = make_category(f"{canary}-category", company)
    facts = {"counterparty": counterparty, "label": f"{canary}-label", "gross_minor": number, "category": category}
    facts |= {"net_minor": number - 1, "tax_minor": 1, "order_reference": f"{canary}-order"}
    made = lambda kind, **more: make_document(  # noqa: E731
        company, number=f"{canary}-{kind}", file_name=f"{canary}-{kind}.pdf", **(facts | more)
    )
    waiting = made("waiting")
    validated = made("validated", validated_at=clock.now(), validated_by_id=people[Role.ADMIN].id)
    trashed = made(
        "trashed",
        validated_at=clock.now(),
        trashed_at=clock.now(),
        trash_kind=TrashKind.DELETED,
        trash_reason=f"{canary}-reason",
    )
    message = make_message(company, canary, [validated, trashed])
    mail = _mail(company, canary)
    trail.record(validated, by=people[Role.ADMIN], act="edited", why=f"{canary}-why", changes={"label": ["", canary]})
    sign_in = SignIn(token_hash=f"{canary}-sign-in", user=people[Role.ADMIN], browser=f"{canary}-browser")
    task = Task(kind="read_document", queue="ocr", ids=[waiting.id], state=State.FAILED, last_error=f"{canary}-error")
    mailbox = _mailbox(company, canary)
    token = ApiToken(token_hash=f"{canary}-token", ending="last", name=f"{canary}-token", company=company)
    token.user = people[Role.ADMIN]
    arrangement = Rearrangement(company_id=company.id, way=Way.MERGE, by=people[Role.ADMIN])
    arrangement.documents = [RearrangedDocument(document=each, taken_id=each.id) for each in (waiting, validated)]
    asked = ForwardingRequest(message=message, company_id=company.id, provider="Gmail", asked_by=f"{canary}-mailbox")
    asked.code, asked.link = f"{canary}-code"[:20], f"https://{canary}-link"
    tag = Tag(company_id=company.id, name=f"{canary}-tag"[:60], analytic_code=f"{canary}-code"[:40], words=[canary])
    comment = Comment(document=validated, text=f"{canary}-comment", by=people[Role.ADMIN])
    validated.tags.append(tag)
    contact = Contact(counterparty=counterparty, name=f"{canary}-contact", email=f"{canary}@desk.example")
    account = CounterpartyIban(counterparty=counterparty, iban=f"{canary}-iban"[:34], channel=f"{canary}-channel"[:200])
    db.session.add_all([tag, comment, contact, account])
    db.session.flush()
    notice = Notice(
        user=people[Role.ADMIN], company_id=company.id, kind=NoticeKind.COMMENT, key=f"{canary}-notice"[:120]
    )
    notice.about_type, notice.about_id = "comment", comment.id
    bulk = BulkAct(company=company, by=people[Role.ADMIN], act=Act.VALIDATE, ids=[validated.id], ended_at=clock.now())
    bulk.arguments, bulk.results = {"tag": canary}, {str(validated.id): f"{canary}-stayed"}
    db.session.add_all([notice, bulk])
    rule = IntakeRule(company_id=company.id, sender=f"{canary}@rule.example"[:254])
    workflow = _workflow(company, canary, people[Role.ADMIN], counterparty)
    view = SavedView(company_id=company.id, user=people[Role.ADMIN], name=f"{canary}-view"[:60], query="tab=to_match")
    db.session.add_all([sign_in, task, token, arrangement, asked, rule, view, workflow])
    db.session.commit()
    world = World(company, people, waiting, validated, trashed, counterparty, message)
    world.things = {
        "company_id": company.id,
        "user_id": people[Role.MEMBER].id,
        "counterparty_id": counterparty.id,
        "contact_id": contact.id,
        "iban_id": account.id,
        "category_id": category.id,
        "tag_id": tag.id,
        "comment_id": comment.id,
        "bulk_id": bulk.id,
        "notice_id": notice.id,
        "message_id": message.id,
        "part_id": message.parts[0].id,
        "rule_id": rule.id,
        "view_id": view.id,
        "kind": "csv",
        "figure": "ageing",
        "workflow_id": workflow.id,
        "mail_id": mail.id,
        "mailbox_id": mailbox.id,
        "connection_id": _connection(company, canary),
        "waiting_id": make_waiting(company, f"{canary}-waiting.pdf", people[Role.MEMBER]).id,
        "list_id": _party_list(company, canary, people[Role.ADMIN], counterparty),
        "which": "suppliers",
        "spreadsheet_id": _spreadsheet(company, canary, people[Role.ADMIN]),
        "operation_id": db.session.query(CommittedOperation.id).filter_by(document_id=validated.id).scalar(),
        "lesson_id": _lesson(validated, people[Role.ADMIN], canary),
        "decision_id": _decision(trashed, people[Role.ADMIN], canary),
        "sign_in_id": sign_in.id,
        "task_id": task.id,
        "token_id": token.id,
        "request_id": asked.id,
        "other_id": trashed.id,
        "twin_id": trashed.id,
        "rearrangement_id": arrangement.id,
        **make_one_of_each(company, canary, counterparty),
        **_approval(world, canary),
        **_payments(world, canary),
        **_plan(world, canary),
        **_action(world, canary),
        **_answered(world, canary),
        **_bank(company, canary, number, people[Role.ADMIN]),
        **_settling(world, canary, number),
        **_accounting(world, canary, mail),
        "name": "mail",
        "direction": Direction.PURCHASE.value,
        "number": 1,
        "page": 1,
        "dpi": 110,
        "token": "no-such-token",
        "filename": "favicon.svg",
    }
    return world


def _lesson(document: Document, by: User, canary: str) -> int:
    """What was learned from a document."""
    plain = {"layout": {"identifiers": [], "name": f"{canary}-layout", "labels": []}, "place": None}
    says = plain | {"form": f"{canary}-form", "instead_of": ""}
    about = {"company_id": document.company_id, "counterparty_id": document.counterparty_id, "by_id": by.id}
    lesson = KeptLesson(**about, document_id=document.id, field="seller_name", says=says)
    db.session.add(lesson)
    db.session.commit()
    return lesson.id


def _decision(document: Document, by: User, canary: str) -> int:
    """A rejection of a document that lies in the trash."""
    facts = asked_about.of(document) | {"rules": []}
    approval = Approval(document=document, why={"name": f"{canary}-rule"}, facts=facts, ended_at=clock.now())
    approval.revision, approval.outcome = asked_about.digest(facts), Ended.REJECTED
    seat = Seat(user=by, asked_at=clock.now())
    approval.steps = [ApprovalStep(position=0, opened_at=clock.now(), ended_at=clock.now(), seats=[seat])]
    decision = Decision(seat=seat, choice=Choice.REJECT, reason=f"{canary}-why", revision=approval.revision)
    decision.way, decision.by = DecidedBy.APP, by
    db.session.add_all([approval, decision])
    db.session.commit()
    return decision.id


def _answered(world: World, canary: str) -> dict[str, int]:
    """An answer of the customer to a mail of ours, and a link that shows them what is open."""
    raw = store.keep(f"Subject: {canary}-re\r\n\r\n{canary}-reply".encode(), type="message/rfc822")
    message = Message(company=world.company, direction=Direction.SALE, source=Source.SMTP, raw=raw)
    message.state, message.counterparty_id = MessageState.OPENED, world.counterparty.id
    message.sender, message.subject = f"{canary}@reply.example", f"{canary}-re"
    db.session.add(message)
    db.session.flush()
    reply = Reply(company_id=world.company.id, counterparty=world.counterparty, message_id=message.id)
    reply.sender, reply.subject, reply.text = f"{canary}@reply.example", f"{canary}-re", f"{canary}-reply"
    link = PortalLink(counterparty=world.counterparty, token_hash=f"{canary}-portal"[:64])
    link.expires_at = clock.now() + timedelta(days=90)
    back = Action(company_id=world.company.id, key=f"{canary}-back", kind=ActionKind.REMINDER, channel=Channel.EMAIL)
    back.counterparty, back.document, back.due_at = world.counterparty, world.validated, clock.now()
    back.state, back.reason = ActionState.TO_DO, {"key": "bounced", "why": f"{canary}-why", "addresses": []}
    back.subject, back.text, back.note = f"{canary}-subject", f"{canary}-text", f"{canary}-note"
    back.to, back.cc = [f"{canary}@to.example"], [f"{canary}@cc.example"]
    db.session.add_all([reply, link, back])
    db.session.commit()
    return {"reply_id": reply.id, "link_id": link.id, "action_id": back.id}


def _action(world: World, canary: str) -> dict[str, int]:
    """A reminder that a person sends, whose every text somebody wrote; and a call."""
    facts = {"kind": ActionKind.REMINDER, "subject": f"{canary}-subject", "text": f"{canary}-text"}
    facts |= {"to": [f"{canary}@to.example"], "cc": [f"{canary}@cc.example"], "note": f"{canary}-note"}
    action = make_action(world.counterparty, world.validated, owner_id=world.people[Role.MEMBER].id, **facts)
    facts |= {"channel": Channel.CALL, "owner_id": None}
    make_action(world.counterparty, world.validated, **facts)
    return {"action_id": action.id}


def _bank(company: Company, canary: str, number: int, by: User) -> dict[str, int]:
    """An account with a statement of one line that nobody matched, and a file whose account nobody said yet."""
    account = BankAccount(company=company, name=f"{canary}-account"[:120], number=f"{canary}"[:40])
    file = store.keep(f"{canary} statement".encode(), type="text/plain")
    brought = BankImport(company=company, file=file, name=f"{canary}-import", by=by, stage=ImportStage.TO_CHOOSE)
    brought.choices = {"unknown": [{"account": f"{canary}-number", "iban": "", "currency": "", "bic": ""}]}
    statement = Statement(account=account, file=file, name=f"{canary}-statement", number=f"{canary}"[:40])
    statement.line_count = statement.added_count = 1
    day = clock.today() - timedelta(days=60)
    line = BankTransaction(company_id=company.id, account=account, statement=statement, key=f"{number}", date=day)
    line.amount_minor, line.currency, line.label = -number, "EUR", f"{canary}-label"
    line.party_name, line.reference, line.bank_reference = f"{canary}-party"[:200], f"{canary}"[:140], f"{canary}"[:140]
    db.session.add_all([account, brought, statement, line])
    db.session.commit()
    return {
        "account_id": account.id,
        "import_id": brought.id,
        "statement_id": statement.id,
        "line_id": line.id,
    }


def make_message(company: Company, canary: str, documents: list[Document]) -> Message:
    """A mail that brought these documents."""
    raw = store.keep(f"Subject: {canary}\r\n\r\n{canary}".encode(), type="message/rfc822")
    message = Message(company=company, direction=Direction.PURCHASE, source=Source.SMTP, raw=raw)
    message.state, message.sender, message.subject = MessageState.OPENED, f"{canary}@from.example", f"{canary}-subject"
    for position, document in enumerate(documents):
        part = Part(position=position, name=f"{canary}-part.pdf", type="application/pdf", outcome=Outcome.IMPORTED)
        part.file, part.document = make_file(), document
        message.parts.append(part)
    db.session.add(message)
    db.session.commit()
    return message


def _mailbox(company: Company, canary: str) -> Mailbox:
    """One that was looked into, and failed."""
    mailbox = Mailbox(company=company, direction=Direction.PURCHASE, host=f"{canary[:200]}.example", port=993)
    mailbox.login, mailbox.folder, mailbox.sender_contains = f"{canary}-login", f"{canary}-folder", f"{canary}-sender"
    mailbox.trouble = {"key": "login", "said": f"{canary}-said"}
    row = {"at": "2026-11-26T10:00:00+01:00", "sender": canary, "subject": canary, "size": 4242, "verdict": "sender"}
    mailbox.sight_asked_at = clock.now()
    asked = mailbox.sight_asked_at.isoformat()
    mailbox.sight = {"asked": asked, "count": 1, "rows": [row], "wanted": {"sender": canary, "most": 1}}
    reaching.seal(mailbox, f"{canary}-password")
    db.session.add(mailbox)
    db.session.commit()
    return mailbox


def _connection(company: Company, canary: str) -> int:
    """A connection, which every admin of the installation may see, and the company that shares by it."""
    connection = make_connection(name=f"{canary}: accountant"[:120])
    usual = {f"{each}_address": f"{canary}@books.example" for each in ("sales", "credit_notes", "purchases", "report")}
    make_sharing(company, connection, shared_since=None, **usual)
    return connection.id


def make_waiting(company: Company, name: str, by: User) -> WaitingFile:
    """A PDF dropped for an invoice that is not there."""
    part = drops.stage(make_file(), company, Direction.PURCHASE, name, by=by)
    waiting = db.session.query(WaitingFile).filter_by(part_id=part.id).one()
    waiting.text = name
    db.session.commit()
    return waiting


def _workflow(company: Company, canary: str, admin: User, counterparty: Counterparty) -> Workflow:
    """A rule with a condition and an action of each look."""
    conditions = [
        {"fact": "counterparty", "test": "is", "value": counterparty.id, "name": counterparty.name},
        {"fact": "gross", "test": "between", "value": 1, "to": 10**6, "currency": "EUR"},
        {"fact": "text", "test": "contains", "value": canary[:100]},
        {"fact": "source", "test": "is", "value": "upload"},
    ]
    actions = [
        {"act": "approve", "steps": [{"users": [admin.id], "mode": "any"}]},
        {"act": "assign", "value": admin.id, "name": admin.name},
    ]
    facts = {"conditions": conditions, "actions": actions, "asks_approval": True, "saved_by": admin}
    return Workflow(company=company, name=f"{canary}-rule"[:120], match=Match.ANY, **facts)


def _mail(company: Company, canary: str) -> OutgoingMail:
    mail = OutgoingMail(key=f"test:{canary}", kind="test", company_id=company.id, subject=f"{canary}-mail", text=canary)
    mail.message_id = f"<{canary}@test>"
    mail.recipients.append(Recipient(address=f"{canary}@to.example"))
    db.session.add(mail)
    db.session.commit()
    return mail


def _party_list(company: Company, canary: str, by: User, party: Counterparty) -> int:
    """A list of customers or suppliers whose lines are shown as they would be."""
    made = PartyList(company=company, file=make_file(), name=f"{canary}-parties.csv", by=by, stage=Stage.CHECKED)
    made.cells = [[1, ["Name", "E-mail"]], [2, [party.name, f"{canary}@new.example"]], [3, [f"{canary}-new", canary]]]
    made.columns = {"name": 0, "email": 1}
    db.session.add(made)
    db.session.commit()
    return made.id


def _spreadsheet(company: Company, canary: str, by: User) -> int:
    """A list of invoices of which one line is ready, and a file that stays in the watched folder."""
    raw = store.keep(f"{canary};1".encode(), type="text/plain")
    message = Message(company=company, direction=Direction.PURCHASE, source=Source.SPREADSHEET, raw=raw, by=by)
    message.is_mail, message.state, message.raw_name = False, MessageState.OPENED, f"{canary}-list.csv"
    message.parts.append(Part(position=0, file=raw, outcome=Outcome.LISTED, reason={"key": "spreadsheet"}))
    spreadsheet = Spreadsheet(company=company, direction=Direction.PURCHASE, message=message, by=by)
    spreadsheet.stage, spreadsheet.sheets, spreadsheet.header_row = Stage.CHECKED, [f"{canary}-sheet"], 1
    spreadsheet.columns = {"number": 0, "counterparty": 1, "issue_date": 2, "gross": 3}
    db.session.add_all(
        [spreadsheet, WatchedFile(company=company, direction=Direction.SALE, name=canary, reason="link")]
    )
    db.session.flush()
    cells = [["Number", "Supplier", "Date", "Total"], [f"{canary}-row", f"{canary}-party", "2026-10-01", "12"]]
    states = (LineState.WAITING, LineState.READY)
    for number, state in enumerate(states, 1):
        db.session.add(
            Line(spreadsheet_id=spreadsheet.id, sheet=0, number=number, cells=cells[number - 1], state=state)
        )
    db.session.commit()
    return spreadsheet.id


def _settling(world: World, canary: str, number: int) -> dict[str, int]:
    """A line that settled a part of the validated document, and a rule for labels."""
    facts = {"label": f"{canary}-bank-label", "party_name": f"{canary}-payer", "counterparty_id": world.counterparty.id}
    line = make_line(-number, world.company, key=f"{canary}-line"[:64], **facts)
    match = BankMatch(document=world.validated, transaction=line, amount_minor=1, line_minor=1, date=line.date)
    match.act_id, match.made_by = f"{canary}-act"[:36], world.people[Role.MEMBER]
    rule = LabelRule(company_id=world.company.id, words=f"{canary}-words"[:200], counterparty=world.counterparty)
    db.session.add_all([match, rule])
    db.session.commit()
    return {"match_id": match.id, "label_rule_id": rule.id}


def _accounting(world: World, canary: str, mail: OutgoingMail) -> dict[str, int]:
    """A run to the accountant that sent the validated document, which changed since, and could not send another."""
    sharing = db.session.get(Sharing, world.company.id) or Sharing(company=world.company, language="en")
    sharing.connection = connection = sharing.connection or Connection(name=f"{canary}-connection"[:120])
    sharing.shared_since = clock.now()
    for name in ("sales_address", "credit_notes_address", "purchases_address", "report_address"):
        setattr(sharing, name, f"{canary}@books.example"[:254])
    run = Run(company=world.company, connection=connection, cause=Cause.HAND, day=clock.today())
    run.by, run.planned_at, run.ended_at = world.people[Role.ADMIN], clock.now(), clock.now()
    envelope = Envelope(
        run=run, number=1, journal=Journal.PURCHASES, address=f"{canary}@books.example"[:254], size=4242
    )
    envelope.mail = mail
    delivery = Delivery(envelope=envelope, document=world.validated, state=Standing.SENT, answer=f"{canary}-answer")
    delivery.files, delivery.settled_at = [{"name": f"{canary}.pdf", "size": 4242, "what": "original"}], clock.now()
    delivery.facts, delivery.fallback = {"number": f"{canary}-before", "party": f"{canary}-before"}, ["number"]
    export = Export(document=world.validated, company_id=world.company.id, state=Standing.SENT, delivery=delivery)
    export.changed_at, export.said = clock.now(), Said.MISSING
    run.problems = [RunProblem(document=world.waiting, reason={"key": "bad_address", "why": f"{canary}-why"})]
    db.session.add_all([connection, sharing, run, export])
    db.session.commit()
    return {"run_id": run.id}


def _approval(world: World, canary: str) -> dict[str, int]:
    """A validated document that waits for the member, who gave the other seat away, and is away next year."""
    member, admin = world.people[Role.MEMBER], world.people[Role.ADMIN]
    facts = asked_about.of(world.validated) | {"rules": []}
    approval = Approval(document=world.validated, why={"name": f"{canary}-rule"}, facts=facts)
    approval.revision = asked_about.digest(facts)
    seats = [Seat(user=member, asked_at=clock.now()), Seat(user=admin, named=member, handed=Handed.DELEGATED)]
    steps = [ApprovalStep(position=place, opened_at=clock.now(), seats=[seat]) for place, seat in enumerate(seats)]
    approval.steps = steps
    handing = Handing(seat=seats[1], giver=member, taker=admin, by=member, handed=Handed.DELEGATED)
    handing.reason = f"{canary}-reason"
    days = {"first_date": clock.today() + timedelta(days=300), "last_date": clock.today() + timedelta(days=310)}
    absence = Absence(user=member, stand_in=admin, **days)
    db.session.add_all([approval, handing, absence])
    db.session.commit()
    return {"seat_id": seats[0].id, "handing_id": handing.id, "absence_id": absence.id}


def _plan(world: World, canary: str) -> dict[str, int]:
    """A plan that the customer has, with texts in both languages."""
    plan = DunningPlan(company_id=world.company.id, name=f"{canary}-plan"[:120])
    step = PlanStep(is_sending=True, cc=f"{canary}@copy.example")
    step.wordings = [
        Wording(language=each, subject=f"{canary}-subject", text=f"{canary}-text") for each in ("en", "fr")
    ]
    plan.steps, world.counterparty.dunning_plan = [step], plan
    db.session.commit()
    return {"plan_id": plan.id, "step_id": step.id}


def _payments(world: World, canary: str) -> dict[str, int]:
    """A draft of one document, and a batch that was cancelled after its download."""
    account = BankAccount(company=world.company, name=f"{canary}-account"[:120], iban="FR7630006000011234567890189")
    admin, ids = world.people[Role.ADMIN], {}
    for state, payment_state in ((BatchState.CANCELLED, PaymentState.DOUBTFUL), (BatchState.DRAFT, PaymentState.LIVE)):
        batch = PaymentBatch(company=world.company, account=account, state=state, created_by=admin)
        batch.execution_date, batch.cancel_reason = clock.today() + timedelta(days=30), f"{canary}-cancelled"
        facts = {"transfer": 1, "amount_minor": world.validated.gross_minor, "iban": "DE89370400440532013000"}
        facts |= {"name": f"{canary}-payee"[:200], "remittance": f"{canary}-told"[:140], "state": payment_state}
        payment = Payment(batch=batch, document=world.validated, **facts)
        db.session.add(payment)
        db.session.commit()
        ids = {"batch_id": batch.id, "payment_id": payment.id}
    return ids


def rules(app: Flask, *methods: str) -> list[tuple[Rule, str]]:
    """Every address with each method it takes."""
    wanted = set(methods or ("GET", "POST", "PUT", "PATCH", "DELETE"))
    found = [(rule, method) for rule in app.url_map.iter_rules() for method in rule.methods & wanted]
    return sorted(found, key=lambda each: (each[0].rule, each[1]))


def address(app: Flask, rule: Rule, values: dict[str, Any]) -> str:
    """The address of a view."""
    with app.test_request_context():
        return url_for(rule.endpoint, **values)


def addresses(app: Flask, rule: Rule, world: World, documents: tuple[Document, ...]) -> list[str]:
    """The address of a view for each of these documents; one, where it names none."""
    return list(dict.fromkeys(address(app, rule, world.values(rule, document)) for document in documents))


def ask(browser: FlaskClient, method: str, url: str, **how: Any):
    """Ask without following redirects; a form is empty unless told."""
    return browser.open(url, method=method, **how)


@contextmanager
def taken_back() -> Iterator[None]:
    """What happens inside leaves no trace in the database."""
    db.session.commit()  # a savepoint of the session's own, if older, would take ours with it
    savepoint, written = db.engines[None].begin_nested(), _written()
    try:
        yield
    finally:
        db.session.rollback()
        savepoint.rollback()
        db.session.expire_all()
        if _written() != written:  # what was taken back is not counted
            _SEEN.clear()


def contents(but: Callable[[str], bool] = lambda table: table == "sign_in") -> dict[str, list[Any]]:
    """All rows of all tables, to see that nothing changed; whole, for what SQLAlchemy shows of a row is shortened."""
    names = tuple(name for name in db.metadata.tables if not but(name))
    seen = (_written(), names)
    if _SEEN.get("last") != seen:
        cursor = db.engines[None].connection.cursor()
        rows = {name: sorted(map(repr, cursor.execute(f'SELECT * FROM "{name}"').fetchall())) for name in names}
        _SEEN.update(last=seen, rows=rows)
    return _SEEN["rows"]


def _written() -> tuple[int, int]:
    """On this connection so many rows were written so far."""
    connection = db.engines[None].connection.driver_connection
    return id(connection), connection.total_changes


_SEEN: dict[str, Any] = {}
"""What was looked at last: where SQLite counted no row written since, all is as it was."""


def told(answer: Any) -> str:
    """All an answer says: head and body."""
    return str(answer.headers) + answer.get_data().decode("utf-8", "replace")


def without_tokens(body: str) -> str:
    """The text of a page without what differs each time it is asked for."""
    body = re.sub(r'(name="csrf[_-]token"[^>]*?(?:value|content)=")[^"]*', r"\1", body)
    return re.sub(r'("X-CSRFToken": ")[^"]*', r"\1", body)
