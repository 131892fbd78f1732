"""What waits for a person: one line each, one click from its work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import g, url_for
from flask_babel import gettext as _
from sqlalchemy import Select, and_, func, select

from app.accounting import standing
from app.approval import waiting
from app.bank.models import BankTransaction
from app.channels.models import GatewayMessage, Letter, LetterState
from app.core import clock, storage
from app.documents import retention, twins, waiting_ibans
from app.documents.counted import counted
from app.documents.models import Document, Kind, Status
from app.documents.search import OPEN
from app.dunning import todo
from app.extensions import db
from app.files import store
from app.intake import forwarding, quarantine
from app.intake.models import Message, MessageState
from app.intake.waiting import counts
from app.mailboxes.models import Mailbox
from app.outbox.models import Mark, OutgoingMail
from app.payments import listed
from app.tasks.models import State, Task
from app.users.models import Company, User
from app.web.access import Permission, allowed


@dataclass(frozen=True)
class Line:
    """Something that waits: how many, what, why, and where."""

    count: int
    label: str
    hint: str
    icon: str
    url: str


def lines(user: User, company: Company) -> list[Line]:
    """Only what really waits, the most pressing first."""
    found = _approvals(user, company) + _documents(user, company) + _payments(user, company)
    if allowed(user, Permission.EDIT, company.id):
        found += [_bank(user, company), _ibans(user, company), *_messages(user, company)]
        found += _to_customers(user, company)
    if allowed(user, Permission.SEND_LETTERS, company.id):
        found += _letters(user, company)
    if allowed(user, Permission.ADMINISTER, company.id):
        found += _for_admins(user, company)
    return [line for line in found if line.count]


def _approvals(user: User, company: Company) -> list[Line]:
    """First of all: others wait for this person's word."""
    if not allowed(user, Permission.DECIDE, company.id):
        return []
    hint, url = _("Your word is waited for, oldest first"), url_for("approval.index")
    return [Line(waiting.count(user, company), _("To approve"), hint, "circle-check", url)]


def _documents(user: User, company: Company) -> list[Line]:
    """To review, unreadable, perhaps there twice, late: each counted by the index it has."""
    mine = Document.visible_to(user).where(Document.company_id == company.id)
    to_process = mine.where(Document.status == Status.TO_PROCESS)
    is_late = and_(counted(), OPEN, Document.kind == Kind.INVOICE, Document.due_date < clock.today(company))
    late_url = url_for("documents.index", tab="outstanding", late="yes", sort="due")
    late = Line(_count(mine.where(is_late)), _("Late"), _("Invoices past their due date"), "clock", late_url)
    if not allowed(user, Permission.EDIT, company.id):
        return [late] if allowed(user, Permission.SEE_FIGURES, company.id) else []
    return [
        Line(
            _count(to_process),
            _("To review"),
            _("Read, to be checked beside their page"),
            "eye",
            url_for("review.index", status="to_process"),
        ),
        Line(
            _count(mine.where(Document.status == Status.UNREADABLE)),
            _("Unreadable"),
            _("To be completed by hand"),
            "file-x",
            url_for("review.index", status="unreadable"),
        ),
        Line(
            _count(to_process.where(twins.has_living_twin())),
            _("Possible duplicates"),
            _("Compare and decide"),
            "files",
            url_for("documents.index", tab="to_process", twins="yes"),
        ),
        late,
    ]


def _bank(user: User, company: Company) -> Line:
    """Lines of the bank that wait for their document, where the person may see them."""
    mine = BankTransaction.visible_to(user).where(BankTransaction.company_id == company.id, BankTransaction.waits())
    hint = _("Without a document yet: match them, or say that they need none")
    return Line(_count(mine), _("Bank lines"), hint, "landmark", url_for("bank.index"))


def _ibans(user: User, company: Company) -> Line:
    hint = _("Held until a second person has checked them with the supplier")
    count, url = waiting_ibans.count(user, company), url_for("documents.ibans")
    return Line(count, _("IBANs to confirm"), hint, "lock", url)


def _payments(user: User, company: Company) -> list[Line]:
    """What may not be paid yet, and batches that wait for their release."""
    held, drafts = listed.held_count(user, company), listed.drafts(user, company)
    to_release = _count(drafts) if allowed(user, Permission.RELEASE_PAYMENT, company.id) else 0
    url = lambda tab: url_for("payments.index", tab=tab)  # noqa: E731
    hint = _("To be paid, but something stands against it")
    lines = [Line(held if allowed(user, Permission.EDIT, company.id) else 0, _("Held"), hint, "lock", url("held"))]
    return [*lines, Line(to_release, _("To release"), _("Batches of payments, still drafts"), "send", url("batches"))]


def _letters(user: User, company: Company) -> list[Line]:
    mine = Letter.visible_to(user).where(Letter.company_id == company.id)
    counts = mine.with_only_columns(Letter.state, func.count()).group_by(Letter.state)
    count: dict[LetterState, int] = dict(db.session.execute(counts).all())
    to_print, to_post = count.get(LetterState.TO_PRINT, 0), count.get(LetterState.PRINTED, 0)
    url = lambda state: url_for("channels.letters", state=state.value)  # noqa: E731
    hint = _("Printed, but nobody said that they were posted")
    return [
        Line(to_print, _("Letters to print"), _("In one batch"), "stamp", url(LetterState.TO_PRINT)),
        Line(to_post, _("Letters to post"), hint, "stamp", url(LetterState.PRINTED)),
    ]


def _to_customers(user: User, company: Company) -> list[Line]:
    """What is to be sent or said to customers by this person, or by nobody in particular, and what came back."""
    wait, back_url = todo.waiting(user, company), url_for("dunning.index", **todo.bounced().in_address())
    by_hand, remind = _("Invoices that wait for a person"), _("Reminders and calls that wait for a person")
    back, answers = _("Could not be delivered: look for another address"), _("Reminders wait until they are read")
    return [
        Line(wait.billing, _("To send"), by_hand, "send", url_for("dunning.index")),
        Line(wait.reminders, _("To remind"), remind, "list-todo", url_for("dunning.index", tab="reminders")),
        Line(wait.bounced, _("Came back"), back, "undo-2", back_url),
        Line(wait.replies, _("Answers of customers"), answers, "message-square", url_for("dunning.replies")),
    ]


def _messages(user: User, company: Company) -> list[Line]:
    mine = Message.visible_to(user).where(Message.company_id == company.id)
    fetch, failed = mine.where(Message.awaits_download), mine.where(Message.state == MessageState.FAILED)
    url = lambda outcome: url_for("intake.index", outcome=outcome)  # noqa: E731
    strangers, files = quarantine.waiting_count(user, company), sum(counts(user, company).values())
    to_assign = _("Dropped for invoices that are there: confirm the list")
    return [
        Line(strangers, _("In quarantine"), _("Mails from senders who are not let in"), "lock", url("quarantined")),
        Line(_count(fetch), _("To download"), _("Mails that only link to an invoice"), "download", url("to_download")),
        Line(files, _("PDFs to assign"), to_assign, "paperclip", url_for("intake.assign")),
        Line(_count(failed), _("Could not be opened"), _("Messages kept as they came"), "mail", url("failed")),
    ]


def _for_admins(user: User, company: Company) -> list[Line]:
    mails = OutgoingMail.visible_to(user)
    leaving = mails.where(OutgoingMail.mark.in_([Mark.QUEUED, Mark.CLAIMED, Mark.TRANSMITTING]))
    stuck = mails.where(OutgoingMail.mark.in_([Mark.UNCERTAIN, Mark.REFUSED]))
    doubtful = GatewayMessage.visible_to(user).where(GatewayMessage.mark.in_([Mark.UNCERTAIN, Mark.REFUSED]))
    failed = failures() if administers_all(user) else None
    due = retention.plan(company)
    trash = due.due_count if due.is_unusual else due.overdue_count
    return [
        _disk(),
        Line(
            _count(forwarding.waiting(user, company)),
            _("Forwarding to confirm"),
            _("A mailbox asks to forward its mails here"),
            "key-round",
            url_for("intake.by_email"),
        ),
        Line(
            _count(stuck),
            _("Mails to decide on"),
            _("Refused or uncertain"),
            "triangle-alert",
            url_for("outbox.index", mark="uncertain"),
        ),
        Line(
            _count(doubtful),
            _("Text messages to decide on"),
            _("Refused or uncertain"),
            "triangle-alert",
            url_for("channels.messages", mark="uncertain"),
        ),
        Line(
            _count(leaving),
            _("Mails waiting"),
            _("They leave once a mail server is set"),
            "send",
            url_for("outbox.index"),
        ),
        Line(
            _count(failed) if failed is not None else 0,
            _("Failed work"),
            _("Given up after several tries"),
            "ban",
            url_for("operation.index", _anchor="failures"),
        ),
        Line(
            _count(Mailbox.visible_to(user).where(Mailbox.company_id == company.id, Mailbox.paused_at.is_not(None))),
            _("Mailboxes paused"),
            _("They failed five times in a row"),
            "mail",
            url_for("mailboxes.index", company_id=company.id),
        ),
        Line(
            standing.count(user, company),
            _("For the accountant"),
            _("Not sent, doubtful, or changed since it was sent"),
            "calculator",
            url_for("accounting.index"),
        ),
        Line(trash, _("The trash was not emptied"), due.sentence, "trash-2", url_for("documents.trash_list")),
    ]


def _disk() -> Line:
    """Megabytes left, where they are so few that mails are told to come later."""
    left = max(1, storage.free_bytes(store.root()) // 1_000_000) if store.is_disk_low() else 0
    hint = _("Megabytes left: mails wait at their senders until there is more room")
    return Line(left, _("Disk low"), hint, "triangle-alert", url_for("intake.index"))


def names_of_work() -> dict[str, str]:
    """Job → what it does."""
    return {
        "analyse_database": _("See how the database's rows are spread"),
        "apply_rule": _("Apply a rule to what waits"),
        "check_sender": _("Check a sender again"),
        "check_spreadsheet": _("Check the lines of a spreadsheet"),
        "check_stored_files": _("Check the stored files"),
        "deliver": _("Send mails"),
        "draw_document": _("Draw the pages of an added file"),
        "act_on_many": _("Change many documents at once"),
        "empty_trash": _("Empty a large trash"),
        "find_by_new_name": _("Find documents by a new name"),
        "follow_merged_tag": _("Ask the rules about a merged tag"),
        "follow_absences": _("Let stand-ins decide for whoever is away"),
        "import_statement": _("Import bank statements"),
        "import_lines": _("Import the lines of a spreadsheet"),
        "keep_missing_words": _("Make documents findable"),
        "look_into_mailbox": _("Look into a mailbox"),
        "make_document_of_text": _("Make a document of a mail’s text"),
        "move_by_rule": _("Move a document to another company"),
        "open_message": _("Open a message"),
        "poll_mailbox": _("Fetch from a mailbox"),
        "settle_statement": _("Match a statement"),
        "bind_letters": _("Put letters into a print batch"),
        "draw_letter": _("Draw the pages of a letter"),
        "hand_to_gateway": _("Hand a message to a gateway"),
        "perform_action": _("Send a message to a customer"),
        "plan_sendings": _("Plan what is to be sent"),
        "plan_sendings_of": _("Plan what a company has to send"),
        "plan_reminders": _("Find what customers are to be reminded of"),
        "propose_letters": _("Propose letters for what came back"),
        "purge_trash": _("Empty the trash"),
        "read_document": _("Read a document"),
        "read_party_list": _("Read a list of customers or suppliers"),
        "read_spreadsheet": _("Read a spreadsheet"),
        "read_waiting_file": _("Read a PDF to assign"),
        "rearrange_pages": _("Split or merge documents"),
        "remind_approver": _("Remind somebody of what waits for approval"),
        "remind_approvers": _("Remind of what waits for approval"),
        "remove_drafts": _("Remove what was left half written"),
        "send_notices": _("Mail what is new, once a day"),
        "send_password_reset": _("Send a new password's link"),
        "send_trail_head": _("Seal the audit trail"),
        "straighten_photo": _("Straighten a photo"),
        "sweep_stored_files": _("Set aside files that belong to nothing"),
        "undo_import": _("Take back an import"),
        "validate_by_rule": _("Validate a document by itself"),
        "work_run": _("Send documents to the accountant"),
    }


def failures() -> Select[tuple[Task]]:
    """Work that was given up, newest first."""
    return select(Task).where(Task.state == State.FAILED).order_by(Task.id.desc())


def administers_all(user: User) -> bool:
    """Is this person an admin of every company here?"""
    if "company_count" not in g:  # asked several times for each page
        g.company_count = db.session.scalar(select(func.count(Company.id)))
    return len(user.company_ids(Permission.ADMINISTER)) == g.company_count


def _count(query: Select[Any]) -> int:
    return db.session.scalar(query.order_by(None).with_only_columns(func.count(), maintain_column_froms=True)) or 0


def is_new(company: Company) -> bool:
    """Has nothing arrived here yet?"""
    return db.session.scalar(select(Document.id).where(Document.company_id == company.id).limit(1)) is None
