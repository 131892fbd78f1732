"""Mailboxes are polled: each mail once, durable before it is marked, whatever the server does (SAFETY S18)."""

from __future__ import annotations

import hashlib
import threading
import time
from datetime import date

import pytest

from app.core import clock, storage
from app.documents.models import Document
from app.extensions import db
from app.files import store
from app.intake.models import MessageState, Source
from app.mailboxes import folder, line, polling, set_up
from app.mailboxes import found as found_mails
from app.mailboxes.models import MOST_FAILURES, AfterAction, Found, FoundMail, Mailbox
from app.outbox.models import OutgoingMail
from app.tasks import due
from app.tasks.jobs import commit
from app.users.models import User
from app.web.access import Role
from tests.factories import make_user
from tests.intake import mails
from tests.mailboxes.making import found, in_context, log, make_mailbox, poll
from tests.mailboxes.server import CUT, SILENT

EVER = date(2000, 1, 1)


def bodies(server) -> int:
    """How many whole mails were fetched."""
    return server.asked["body"]


def test_a_mail_is_taken_once_and_becomes_a_document(app, server):
    """IN-2: (b): in the mail log under its own way in, opened like any other; the next poll fetches nothing."""
    raw = mails.invoice_mail()
    server.put(raw)
    mailbox = poll(make_mailbox(server))

    (message,) = log()
    assert (message.source, message.raw.sha256) == (Source.IMAP, hashlib.sha256(raw).hexdigest())
    assert (mailbox.taken_count, mailbox.trouble, mailbox.state) == (1, {}, "well")
    due.run_due()
    assert db.session.query(Document).one().source == "imap"
    poll(mailbox)
    assert len(log()) == 1 and bodies(server) == 1
    assert not server.folders["INBOX"][0].flags, "reading it marked it"


@pytest.mark.parametrize("after", AfterAction)
@pytest.mark.parametrize("able", ["UIDPLUS MOVE", "UIDPLUS", ""])
def test_after_it_was_taken_it_is_left_marked_or_moved(app, server, after, able):
    """IN-2: the action afterwards; also on a server that cannot move, or not even delete one mail, by itself."""
    server.able = able
    server.put(mails.invoice_mail())
    mailbox = poll(make_mailbox(server, after=after, target_folder="Done", since_date=EVER))

    here = [each for each in server.folders["INBOX"] if "\\Deleted" not in each.flags]
    there = server.folders["Done"]
    assert mailbox.trouble == {}
    assert (len(here), len(there)) == ((0, 1) if after is AfterAction.MOVE else (1, 0))
    assert ("\\Seen" in (here + there)[0].flags) == (after is AfterAction.SEEN)
    assert found()[0].settled_at
    assert not any(" EXPUNGE" in f" {heard}" and "UID" not in heard for heard in server.heard), "others' mails would go"


@pytest.mark.parametrize(("since", "taken"), [(None, 1), (EVER, 2), (date(2026, 11, 27), 0)])
def test_what_somebody_has_read_is_taken_where_all_are_wanted(app, server, since, taken):
    """IN-2: unread ones only, or all since a day: then a mail read in another client is taken too."""
    server.put(mails.invoice_mail("A"))
    server.put(mails.invoice_mail("B"), "\\Seen")
    poll(make_mailbox(server, since_date=since))

    assert len(log()) == taken


def test_filters_leave_a_mail_where_it_is_until_they_change(app, server):
    """IN-2: sender and subject, case ignored; what they keep out is not fetched, and not asked about for ever."""
    server.put(mails.invoice_mail("A", sender="Compta <compta@LUMEN.example>"))
    server.put(mails.invoice_mail("B", sender="Else <x@else.example>"))
    mailbox = poll(make_mailbox(server, sender_contains="lumen", subject_contains="FACTURE", since_date=EVER))
    poll(mailbox)

    assert len(log()) == 1 and bodies(server) == 1
    assert {each.found for each in found()} == {Found.TAKEN, Found.UNWANTED}
    assert server.asked["headings"] == 2


def test_a_mail_without_attachment_is_logged_once_and_not_fetched_again(app, server):
    """S18: in the log with the reason, and never downloaded again."""
    server.put(mails.mail())
    mailbox = poll(make_mailbox(server))
    due.run_due()
    for _each in range(3):
        poll(mailbox)

    assert [each.notes[0]["key"] for each in log()] == ["no_attachment"] and bodies(server) == 1


def test_one_too_large_is_told_in_the_log_without_being_downloaded(app, server, monkeypatch):
    """IN-8: S18: its header and the reason, once; at the limit it is taken."""
    raw = mails.invoice_mail()
    monkeypatch.setattr(app.config["SETTINGS"], "largest_message", len(raw))
    server.put(raw)
    server.put(raw + b"x")
    mailbox = make_mailbox(server, after=AfterAction.SEEN)
    for _each in range(3):
        poll(mailbox)

    taken, told = log()
    assert (taken.state, told.state) == (MessageState.RECEIVED, MessageState.FAILED)
    assert told.notes == [{"key": "too_large", "size": len(raw) + 1}] and told.subject == "Votre facture"
    assert bodies(server) == 1 and server.folders["INBOX"][1].flags == set(), "it was marked though it was not taken"
    assert b"Message" in store.read(told.raw) or b"Subject" in store.read(told.raw)


def test_a_server_that_lies_about_the_size_fills_no_memory(app, server, monkeypatch):
    """S18: more comes than was said: cut off, told in the log, and the others are taken by the next poll."""
    monkeypatch.setattr(app.config["SETTINGS"], "largest_message", 5000)
    server.put(b"Subject: x\r\n\r\n" + b"x" * 90_000, said_size=100)
    server.put(mails.mail())
    mailbox = poll(make_mailbox(server))
    assert mailbox.trouble == {"key": "cut"}
    poll(mailbox)

    assert [each.state for each in log()] == [MessageState.FAILED, MessageState.RECEIVED]


def test_a_cut_in_mid_fetch_loses_nothing_and_goes_on(app, server):
    """S18: half a mail is none: no row, no bytes; the next poll takes it, and not again what was taken."""
    for number in "ABC":
        server.put(mails.invoice_mail(number))
    server.faults["body:2"] = CUT
    mailbox = poll(make_mailbox(server, after=AfterAction.SEEN))
    assert (len(log()), mailbox.trouble["key"], mailbox.failure_count) == (1, "cut", 1)
    assert not list((store.root() / "tmp").iterdir())
    server.faults.clear()
    mailbox = poll(mailbox)

    assert (len(log()), mailbox.failure_count, mailbox.taken_count) == (3, 0, 3)
    assert server.asked["body:1"] == 1 and all("\\Seen" in each.flags for each in server.folders["INBOX"])


def test_new_numbers_bring_nothing_twice(app, server):
    """S18: UIDVALIDITY changes: looked at again by content, imported once, and not logged as come again."""
    for number in "AB":
        server.put(mails.invoice_mail(number))
    mailbox = poll(make_mailbox(server, since_date=EVER))
    server.renumber()
    server.put(mails.invoice_mail("C"))
    mailbox = poll(mailbox)

    assert [each.state for each in log()] == [MessageState.RECEIVED] * 3 and mailbox.taken_count == 3
    poll(mailbox)
    assert bodies(server) == 5


def test_the_same_number_in_a_new_numbering_is_another_mail(app, server):
    """S18: the key is mailbox, UIDVALIDITY and UID: a number used again is not taken for the mail it once was."""
    server.put(mails.invoice_mail("A"))
    mailbox = poll(make_mailbox(server, since_date=EVER))
    server.uidvalidity += 1
    server.folders["INBOX"][0].raw = mails.invoice_mail("B")
    poll(mailbox)

    assert len(log()) == 2


def test_the_same_mail_in_two_mailboxes_is_imported_once_and_logged_twice(app, server):
    """IN-3: known by its bytes, whatever the way."""
    server.put(mails.invoice_mail())
    for _each in range(2):
        poll(make_mailbox(server, since_date=EVER))

    assert [each.state for each in log()] == [MessageState.RECEIVED, MessageState.REPEATED]


def test_a_mail_the_server_does_not_give_is_told_after_three_tries_and_holds_up_no_other(app, server):
    """IN-5: nothing that arrived is invisible; the others are taken meanwhile."""
    server.put(mails.invoice_mail("A"))
    server.put(mails.invoice_mail("B"))
    server.faults["body:1"] = "NO [SERVERBUG] cannot read it"
    mailbox = poll(make_mailbox(server))
    assert (len(log()), mailbox.trouble["key"]) == (1, "not_given")
    for _each in range(4):
        mailbox = poll(mailbox)

    assert [each.notes[0]["key"] for each in log()[1:]] == ["not_given"]
    assert server.asked["body:1"] == 3 and mailbox.trouble == {} and mailbox.failure_count == 0


FAULTS = {
    "greeting": (CUT, "cut"),
    "login": ("NO wrong", "login"),
    "select": ("NO none", "folder"),
    "search": ("NO busy", "refused"),
    "headings": ("BYE shutting down", "cut"),
    "body": ("BYE shutting down", "cut"),
    "store": ("NO read-only", "mark"),
}


@pytest.mark.parametrize("moment", FAULTS)
def test_whatever_the_server_refuses_is_told_in_words_and_mended_by_the_next_poll(app, server, moment):
    """S18: NO, BYE, a cut: the poll fails and says why; nothing is lost, nothing comes twice."""
    server.put(mails.invoice_mail())
    server.faults[moment], key = FAULTS[moment]
    mailbox = poll(make_mailbox(server, after=AfterAction.SEEN))
    assert (mailbox.trouble["key"], mailbox.failure_count, mailbox.lease_until) == (key, 1, None)
    server.faults.clear()
    mailbox = poll(mailbox)

    assert (len(log()), mailbox.trouble, mailbox.taken_count) == (1, {}, 1)
    assert "\\Seen" in server.folders["INBOX"][0].flags and found()[0].settled_at


def test_a_server_that_falls_silent_is_left_in_time(app, server, monkeypatch):
    """R20: a time limit on every answer."""
    monkeypatch.setattr(line, "ANSWER_SECONDS", 0.5)
    server.put(mails.invoice_mail())
    server.faults["body"] = SILENT

    assert poll(make_mailbox(server)).trouble["key"] == "silent"
    assert not log()


def test_a_server_that_drips_is_cut_off(app, server, monkeypatch):
    """R20: however slowly it speaks, the line does not last for ever."""
    monkeypatch.setattr(line, "LONGEST_SECONDS", 1)
    server.put(mails.invoice_mail())
    server.faults["body"] = SILENT

    assert poll(make_mailbox(server)).trouble["key"] == "cut"


def test_it_is_marked_only_after_the_commit_and_marked_again_where_that_was_missed(app, server):
    """R1: when the mark is asked for, the row is committed; the mark that fails is made up without fetching again."""
    server.put(mails.invoice_mail())
    seen = []
    server.at = lambda moment: seen.append(moment == "store" and in_context(app, lambda: len(log())))
    server.faults["store"] = CUT
    mailbox = poll(make_mailbox(server, after=AfterAction.SEEN))
    assert found()[0].settled_at is None
    server.faults.clear()
    poll(mailbox)

    assert [each for each in seen if each is not False] == [1, 1]
    assert bodies(server) == 1 and found()[0].settled_at and len(log()) == 1


def test_little_room_on_the_disk_is_no_fault_of_the_mailbox(app, server, monkeypatch):
    """S3: nothing is fetched, the mail stays, the mailbox is not paused for it; it goes on by itself."""
    server.put(mails.invoice_mail())
    with monkeypatch.context() as low:
        low.setattr(storage, "free_bytes", lambda _folder: 1)
        mailbox = poll(make_mailbox(server))
    assert (mailbox.trouble["key"], mailbox.failure_count, bodies(server)) == ("no_room", 0, 0)

    assert poll(mailbox).taken_count == 1


def test_five_failures_in_a_row_pause_it_and_a_person_tries_again(app, server):
    """IN-2: the sixth poll asks nobody; tried again, it goes on."""
    server.faults["login"] = "NO wrong"
    mailbox = make_mailbox(server)
    for _each in range(7):
        mailbox = poll(mailbox)
    assert mailbox.paused_at and mailbox.failure_count == 5 and server.asked["login"] == 5
    server.faults.clear()
    mailbox.paused_at, mailbox.failure_count = None, 0
    db.session.commit()

    assert poll(mailbox).state == "well"


def test_an_admin_who_never_chose_a_language_is_told_too(app, server):
    """S18: the pause is noted and mailed; in no language that would break off, again at each poll."""
    server.faults["login"] = "NO wrong"
    make_user(Role.ADMIN, language="", password=True)
    mailbox = make_mailbox(server)
    for _each in range(MOST_FAILURES):
        poll(mailbox)

    assert mailbox.paused_at and "boîte" in db.session.query(OutgoingMail).one().subject.lower()


def test_no_more_than_some_mails_are_taken_at_once_and_the_rest_at_once_after(app, server, monkeypatch):
    """IN-2: a full mailbox keeps a worker busy in pieces; what is left is asked for without waiting."""
    monkeypatch.setattr(polling, "MOST_AT_ONCE", 2)
    for number in "ABC":
        server.put(mails.invoice_mail(number))
    mailbox = poll(make_mailbox(server))
    assert (mailbox.taken_count, mailbox.asked_at) == (2, None)

    assert poll(mailbox).taken_count == 3


def test_a_poll_that_only_looks_at_what_is_not_wanted_ends_in_time_too(app, server, monkeypatch):
    """S18: a folder full of newsletters: each poll passes over some, in order, and the next goes on at once."""
    monkeypatch.setattr(folder, "AT_ONCE", 1)
    monkeypatch.setattr(polling, "LONGEST_SECONDS", 0.1)
    server.at = lambda moment: time.sleep(0.2 if moment == "headings" else 0)
    for number in range(3):
        server.put(mails.invoice_mail(f"F-{number}"))
    mailbox = poll(make_mailbox(server, sender_contains="nobody"))

    assert len(found()) == 1 and mailbox.asked_at is None and mailbox.trouble == {}
    for _each in range(2):
        poll(mailbox)
    assert [each.found for each in found()] == [Found.UNWANTED] * 3


def test_another_who_polls_at_the_same_time_does_nothing(app, server):
    """S18: R4: one poll at a time: the second finds the lease and leaves."""
    server.put(mails.invoice_mail())
    mailbox = make_mailbox(server)
    fence = polling.claim(mailbox.id)
    poll(mailbox)
    assert fence and not log() and server.asked["greeting"] == 0
    db.session.query(Mailbox).update({"lease_until": None})

    assert poll(mailbox).taken_count == 1


def test_who_was_overtaken_takes_nothing_more(app, server):
    """R4: the lease ran out and another polls: what the first still has in hand is not written, nor marked."""
    server.put(mails.invoice_mail())
    mailbox_id = make_mailbox(server, after=AfterAction.SEEN).id

    def overtake(moment: str) -> None:
        if moment == "body":
            in_context(
                app, lambda: (db.session.query(Mailbox).update({"fence": Mailbox.fence + 1}), db.session.commit())
            )

    server.at = overtake
    poll(mailbox_id)

    assert not log() and not found() and not server.folders["INBOX"][0].flags


def change(mailbox: Mailbox, by: User) -> None:
    """Somebody wants other mails from now on."""
    set_up.change(mailbox, {"subject_contains": "nothing"}, "", by=by)


def turn_off_and_on(mailbox: Mailbox, by: User) -> None:
    """Somebody starts afresh."""
    set_up.turn_off(mailbox, by=by)
    set_up.turn_on(mailbox, by=by)


@pytest.mark.parametrize("act", [change, turn_off_and_on])
def test_a_poll_that_goes_by_what_a_mailbox_was_takes_nothing_more(app, server, act):
    """R4: IN-2: what somebody says of a mailbox counts from that moment, also for the mail just being fetched."""
    server.put(mails.invoice_mail())
    mailbox_id, user_id = make_mailbox(server).id, make_user(Role.ADMIN).id

    def say(moment: str) -> None:
        if moment == "body":
            mine = lambda: (db.session.get_one(Mailbox, mailbox_id), db.session.get_one(User, user_id))  # noqa: E731
            in_context(app, lambda: (act(*mine()), commit()))

    server.at = say
    poll(mailbox_id)

    assert not log() and not found()


def test_who_was_overtaken_takes_no_lease_away(app, server):
    """R4: who was too slow fails in the end: nothing is told of the mailbox, and the turn of the other goes on."""
    mailbox_id = make_mailbox(server).id
    now = clock.now()

    def overtake(moment: str) -> None:
        if moment == "search":
            values = {"fence": Mailbox.fence + 1, "lease_until": now}
            in_context(app, lambda: (db.session.query(Mailbox).update(values), db.session.commit()))

    server.at, server.faults["search"] = overtake, "NO busy"
    mailbox = poll(mailbox_id)

    assert (mailbox.lease_until, mailbox.trouble, mailbox.failure_count) == (now, {}, 0)


@pytest.mark.alone
def test_polls_at_the_same_time_import_each_mail_once(live_app, server):
    """S18: six at once on both databases: one has the lease, the others leave."""
    with live_app.app_context():
        mailbox_id = make_mailbox(server, since_date=EVER, after=AfterAction.SEEN).id
    for number in range(5):
        server.put(mails.invoice_mail(str(number)))
    threads = [threading.Thread(target=in_context, args=(live_app, polling.poll, mailbox_id)) for _each in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with live_app.app_context():
        assert [each.state for each in log()] == [MessageState.RECEIVED] * 5
        assert db.session.query(FoundMail).count() == 5 and server.asked["greeting"] == 1


@pytest.mark.alone
def test_a_number_that_several_take_at_once_is_taken_by_one(live_app):
    """S18: R4: where no lease keeps them apart, the row of the number does, on both databases."""
    with live_app.app_context():
        mailbox_id = make_mailbox().id
        kept = storage.store(store.root(), mails.invoice_mail())
    taken: list[bool] = []

    def take() -> None:
        is_new = found_mails.take(mailbox_id, "1:7", 1, kept, settled=True)
        commit()
        taken.append(is_new)

    threads = [threading.Thread(target=in_context, args=(live_app, take)) for _each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with live_app.app_context():
        assert sorted(taken) == [False, False, False, True] and len(log()) == 1


def test_a_removed_mailbox_is_polled_by_nobody(app, server):
    """S38: the row is gone: no crash."""
    mailbox = make_mailbox(server)
    mailbox_id = mailbox.id
    db.session.delete(mailbox)
    db.session.commit()

    polling.poll(mailbox_id)
    assert server.asked["greeting"] == 0
