"""What leaves, to whom it reaches, and what becomes of the invoice."""

from __future__ import annotations

import email
from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core import clock
from app.core.errors import Refused
from app.documents import decisions, status, trash
from app.documents.models import DocumentFile, FileRole, SentMeans
from app.documents.sent import sent
from app.documents.shown_status import Called, shown
from app.dunning import actions, jobs, mails, performing
from app.dunning.action_models import ActionState
from app.dunning.models import Channel
from app.extensions import db
from app.files import store
from app.outbox import decisions as outbox
from app.outbox.models import Mark
from app.sending import aligning, by_hand
from app.tasks.jobs import commit
from app.tasks.models import State, Task
from app.web.access import Role
from tests.factories import make_file, make_user, reload
from tests.sending.making import make_contact, make_customer, make_plan, make_sale, make_sender
from tests.sending.running import actions_of, last, sweep
from tests.sending.running import mails as written
from tests.sink import CUT

PDF = b"%PDF-1.7 our invoice"


@pytest.fixture
def sender(server):
    return make_sender()


@pytest.fixture
def document(sender, customer):
    return make_sale(sender, customer, number="F-77", file=make_file(PDF), file_name="Facture été.pdf")


def message(server, place: int = -1):
    return email.message_from_bytes(server.messages[place], policy=email.policy.default)


def test_an_invoice_is_followed_from_its_validation_to_its_customer(server, sender, document):
    """SE-5: SE-7: it leaves by itself, with its file; sent means accepted by the mail server."""
    sweep()
    mail = message(server)
    assert (mail["To"], mail["Subject"]) == ("anna@customer.example", "Invoice F-77")
    assert mail["Reply-To"].endswith("@in.facteur.example") and mail["Auto-Submitted"] == "auto-generated"
    text = mail.get_body(("plain",)).get_content()
    assert "please find our invoice F-77 attached" in text and "Sent for Atelier Zoé" in text
    assert "please find our invoice F-77 attached" in mail.get_body(("html",)).get_content()
    (enclosed,) = mail.iter_attachments()
    assert (enclosed.get_filename(), enclosed.get_content()) == ("Facture été.pdf", PDF)
    document = reload(document)
    assert (last(document).state, document.sent_means) == (ActionState.DONE, SentMeans.EMAIL)
    (kept,) = written()
    assert (kept.sender_name, kept.return_path) == ("Atelier Zoé", mail["Reply-To"])
    assert (kept.mark, kept.company_id) == (Mark.SENT, sender.id)


def test_in_the_language_of_the_contact(server, sender, plan):
    """SE-4: per language."""
    customer = make_customer(sender, plan, email="")
    make_contact(customer, "zoe@customer.example", language="fr")
    make_sale(sender, customer, number="F-78")
    sweep()
    assert message(server)["Subject"] == "Facture F-78"
    assert "veuillez trouver" in message(server).get_body(("plain",)).get_content()


@pytest.mark.parametrize(
    ("facts", "called"),
    [
        ({"due_date": None}, Called.OUTSTANDING),
        ({"due_date": date(2026, 1, 31)}, Called.OVERDUE),
        ({"settled_minor": 12000}, Called.PAID),
    ],
)
def test_once_sent_it_is_called_as_dates_and_matches_say(server, sender, customer, facts, called):
    """SE-7: outstanding, overdue or paid; a paid one is sent as well (SE-1)."""
    document = make_sale(sender, customer, **facts)
    assert shown(document, clock.today()) in {Called.TO_SEND, Called.PAID}
    sweep()
    assert shown(reload(document), clock.today()) is called


def test_what_is_due_later_waits_and_what_was_missed_leaves(server, sender):
    """SE-5: due and not done, never due today."""
    customer = make_customer(sender, make_plan(sender, days=2))
    sender.sends_since = clock.now() - timedelta(days=30)
    with time_machine.travel("2026-11-23T09:00+00:00", tick=False):  # a Monday
        document = make_sale(sender, customer)
        sweep()
        assert (server.messages, last(document).state) == ([], ActionState.WAITING)
    with time_machine.travel("2026-11-28T09:00+00:00", tick=False):  # nothing ran on Wednesday; a Saturday
        sweep()
        assert (server.messages, last(document).state) == ([], ActionState.WAITING)
        assert last(document).due_at.isoformat() == "2026-11-30T07:30:00+00:00"
    with time_machine.travel("2026-11-30T07:31+00:00", tick=False):
        sweep()
    assert (len(server.messages), last(document).state) == (1, ActionState.DONE)


@pytest.mark.parametrize(
    ("broken", "key"),
    [("contact", "no_contact"), ("address", "bad_address"), ("file", "no_file"), ("wording", "no_wording")],
)
def test_what_cannot_be_sent_comes_to_the_customers_owner(server, sender, plan, broken, key):
    """SE-5: no contact, bad address, no file, no text: manual, with the reason."""
    owner = make_user(company=sender)
    customer = make_customer(sender, plan, {"contact": "", "address": "anna"}.get(broken, "a@b.example"), owner=owner)
    document = make_sale(sender, customer)
    if broken == "file":
        db.session.delete(document.original)
    if broken == "wording":
        plan.sending.wordings.clear()
    db.session.commit()
    sweep()
    action = last(document)
    assert (action.state, action.reason["key"], action.owner) == (ActionState.TO_DO, key, owner)
    assert (written(), server.messages, reload(document).is_to_send) == ([], [], True)
    assert reload(document).reason["because"]["key"] == key


def test_a_channel_nobody_set_up_is_a_persons(server, sender):
    """SE-4: SE-5: such as text messages without a gateway."""
    document = make_sale(sender, make_customer(sender, make_plan(sender, channel=Channel.SMS)))
    sweep()
    assert (last(document).state, written()) == (ActionState.TO_DO, [])


@pytest.mark.parametrize("harm", ["missing", "altered"])
def test_a_file_that_is_not_what_it_was_is_not_sent(server, document, harm):
    """S53: deleted or changed on the disk: named to a person, nothing leaves."""
    path = store.path(document.original.file)
    path.chmod(0o600)
    path.unlink() if harm == "missing" else path.write_bytes(b"%PDF-1.7 another")
    sweep()
    assert (last(document).state, last(document).reason["key"]) == (ActionState.TO_DO, "refused")
    assert (server.messages, reload(document).is_to_send) == ([], True)


def test_files_too_large_for_a_mail_are_not_sent(server, document, monkeypatch):
    """S53: said before anything is written."""
    monkeypatch.setattr(mails, "LARGEST", len(PDF) - 1)
    sweep()
    assert (last(document).reason["key"], written()) == ("too_large", [])


@pytest.mark.parametrize(
    ("name", "shown_name"),
    [
        ("a\r\nBcc: x@y.z.pdf", "a_Bcc: x@y.z.pdf"),
        ("../../etc/passwd", "etc_passwd.pdf"),
        ("nul\0.pdf", "nul_.pdf"),
        ("x" * 100_000 + ".pdf", "x" * 146 + ".pdf"),
        ("invoice\u202efdp.exe", "invoice_fdp.exe"),
        ("\r\n", "invoice.pdf"),
    ],
)
def test_a_file_name_is_only_a_name(server, document, name, shown_name):
    """S50: line breaks, folders, a hundred thousand letters, marks that turn the reading direction."""
    document.original.name = name
    db.session.commit()
    sweep()
    (enclosed,) = message(server).iter_attachments()
    assert enclosed.get_filename() == shown_name


@given(text=st.text(max_size=80))
@settings(max_examples=15, suppress_health_check=list(HealthCheck))
def test_whatever_a_text_holds_headers_stay_one_line(app, text):
    """S50: subject and names from anywhere."""
    paragraphs = mails.paragraphs(text + "\r\nBcc: x@y.z\r\n\r\n" + text)
    assert all("\n" not in line for lines in paragraphs for line in lines)


def test_a_subject_of_several_lines_is_one(server, document):
    """S50: nothing of it becomes a header."""
    last(document).subject = "Invoice\r\nBcc: all@x.example\0 {number}"
    db.session.commit()
    sweep()
    assert message(server)["Bcc"] is None and "F-77" in message(server)["Subject"]


@pytest.mark.parametrize("how", ["trash", "reassign", "amount", "mark"])
def test_what_happened_since_it_was_written_is_asked_when_it_leaves(server, sender, plan, document, how):
    """S52: trashed, another customer's, another amount, sent otherwise: it does not leave, and says why."""
    sweep("perform_action")
    assert last(document).state is ActionState.LEAVING
    other, user = make_customer(sender, plan, "other@x.example", name="Other"), make_user(Role.ADMIN, sender)
    document = reload(document)
    if how == "trash":
        trash.trash(document, by=None)
    elif how == "mark":
        sent(document, SentMeans.MARKED, by=user)
    else:
        facts = {"counterparty_id": other.id} if how == "reassign" else {"gross": Decimal(150), "net": Decimal(130)}
        decisions.edit(document, facts, by=user, version=document.version)
    db.session.commit()
    sweep("deliver")
    first = actions_of(document)[0]
    assert (first.state, first.mail.mark, server.messages) == (ActionState.WITHDRAWN, Mark.CANCELLED, [])
    assert first.mail.answer
    if how in {"reassign", "amount"}:
        sweep()
        assert len(server.messages) == 1 and last(document).state is ActionState.DONE


def test_trashed_behind_the_back_of_its_plan_it_does_not_leave(server, document):
    """S52: the claim asks the facts themselves."""
    sweep("perform_action")
    document.trashed_at = clock.now()
    db.session.commit()
    sweep("deliver")
    assert (server.messages, last(document).state) == ([], ActionState.WITHDRAWN)
    assert last(document).reason == {"key": "gone"}


def test_paid_meanwhile_it_is_sent_all_the_same(server, document):
    """SE-1: S52: the customer wants the invoice."""
    sweep("perform_action")
    document = reload(document)
    document.settled_minor = document.paid_minor = 12000
    db.session.commit()
    sweep("deliver")
    assert len(server.messages) == 1


@pytest.mark.parametrize(
    ("answers", "key"),
    [({"rcpt": "550 nobody here"}, "refused"), ({"dot": "554 no"}, "refused"), ({"dot": CUT}, "uncertain")],
)
def test_refused_or_uncertain_it_is_a_persons_with_the_servers_words(server, document, answers, key):
    """SE-5: S43: S44: and nothing is sent again by itself."""
    server.answers.update(answers)
    sweep()
    action, taken = last(document), len(server.messages)
    assert (action.state, action.reason["key"], reload(document).is_to_send) == (ActionState.TO_DO, key, True)
    if key == "refused":
        assert next(iter(answers.values())) in action.reason["why"]
    server.answers.clear()
    sweep()
    sweep()
    assert len(server.messages) == taken and last(document).state is ActionState.TO_DO


@pytest.mark.parametrize("decision", ["again", "arrived", "cancel"])
def test_what_a_person_decides_in_the_outbox_moves_the_action(server, sender, document, decision):
    """SE-7: R6: sent again, declared sent, or cancelled."""
    admin = make_user(Role.ADMIN, sender)
    server.answers["dot"] = CUT
    sweep()
    server.answers.clear()
    mail = last(document).mail
    {"again": outbox.send_again, "arrived": outbox.has_arrived, "cancel": outbox.cancel}[decision](mail, by=admin)
    db.session.commit()
    sweep("deliver")
    done = decision != "cancel"
    assert last(document).state is (ActionState.DONE if done else ActionState.TO_DO)
    assert reload(document).is_to_send is not done
    if not done:
        assert last(document).reason["key"] == "cancelled"


def test_one_of_a_run_that_is_refused_does_not_keep_the_others(server, sender, plan):
    """S45: the others leave, and nothing is sent again."""
    server.answers["rcpt:c3@x.example"] = "550 nobody"
    documents = [make_sale(sender, make_customer(sender, plan, f"c{n}@x.example", name=f"C{n}")) for n in range(6)]
    sweep()
    sweep()
    states = [last(each).state for each in documents]
    assert states == [ActionState.TO_DO if n == 3 else ActionState.DONE for n in range(6)]
    assert len(server.messages) == 5


def test_the_same_action_asked_for_twice_leaves_once(server, document):
    """S37: S42: by two tasks, a person and a task."""
    action = last(document)
    jobs.perform_action(action.id)
    commit()
    jobs.perform_action(action.id)
    with pytest.raises(Refused):
        performing.perform(action, by=make_user(company=document.company))
    sweep("deliver")
    assert (len(written()), len(server.messages)) == (1, 1)


def test_it_arrived_although_it_was_called_back_and_no_second_one_leaves(server, sender, document):
    """S52: the server had it already when somebody edited it: the customer has it once."""
    sweep("perform_action")
    mail = last(document).mail
    document, admin = reload(document), make_user(Role.ADMIN, sender)
    decisions.edit(
        document, {"issue_date": document.issue_date - timedelta(days=1)}, by=admin, version=document.version
    )
    db.session.commit()
    assert [each.state for each in actions_of(document)] == [ActionState.WITHDRAWN, ActionState.WAITING]
    mail.mark = Mark.SENT
    mails.after(mail)
    db.session.commit()
    sweep()
    assert [each.state for each in actions_of(document)] == [ActionState.WITHDRAWN] * 2
    assert (server.messages, reload(document).sent_means) == ([], SentMeans.EMAIL)


def test_a_task_that_was_given_up_keeps_nothing_else(server, sender, document):
    """S39: what failed is a person's; the others are asked for."""
    jobs.ask_what_is_due()
    db.session.query(Task).filter_by(kind="perform_action").update({"state": State.FAILED})
    db.session.commit()
    other = make_sale(sender, document.counterparty)
    sweep()
    assert (last(other).state, last(document).state) == (ActionState.DONE, ActionState.WAITING)


def test_an_older_sale_is_sent_by_hand_as_often_as_a_person_wants(server, sender, customer):
    """SE-6: any validated sale; the first time it was sent stays."""
    document = make_sale(sender, customer, created_at=clock.now() - timedelta(days=3))
    user = make_user(company=sender)
    assert actions_of(document) == []
    for count in (1, 2):
        action = by_hand.action_for(document, by=user)
        performing.perform(action, by=user)
        db.session.commit()
        sweep("deliver")
        aligning.align(document)
        assert (len(server.messages), last(document).state) == (count, ActionState.DONE)
        assert last(document).done_by == user
    assert message(server)["Auto-Submitted"] is None


def test_whoever_sends_by_hand_takes_the_action_that_waits(server, sender, document):
    """SE-6: no second one is made."""
    action = by_hand.action_for(document, by=make_user(company=sender))
    assert [action] == actions_of(document)


def test_a_replaced_file_calls_the_mail_back(server, document):
    """S52: S53: what was attached is not what the invoice is now."""
    sweep("perform_action")
    document = reload(document)
    document.original.role = FileRole.REPLACED
    document.files.append(DocumentFile(file=make_file(b"%PDF-1.7 new"), name="new.pdf"))
    status.settle_files(document, by=None, act="replaced", changes={"file": [None, "new.pdf"]})
    db.session.commit()
    sweep("deliver")
    sweep()
    (enclosed,) = message(server).iter_attachments()
    assert (len(server.messages), enclosed.get_filename()) == (1, "new.pdf")


def test_withdrawn_it_stays_withdrawn(server, document):
    """S52: told twice, it changes nothing."""
    action = last(document)
    actions.withdraw(action, {"key": "gone"})
    actions.withdraw(action, {"key": "paid"})
    assert action.reason == {"key": "gone"}
