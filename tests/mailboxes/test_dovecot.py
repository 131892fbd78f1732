"""Mailboxes on a real mail server: encrypted, with certificates that are checked, marked, moved, renumbered."""

from __future__ import annotations

import itertools
from datetime import date

import pytest

from app.documents.models import Document
from app.extensions import db
from app.intake.models import MessageState
from app.mailboxes import reaching, set_up
from app.mailboxes.models import AfterAction, Tls
from app.tasks import due
from tests.factories import reload
from tests.intake import mails
from tests.mailboxes.dovecot import PASSWORD, Dovecot, dovecot
from tests.mailboxes.making import log, make_mailbox, poll

EVER = date(2000, 1, 1)
_numbers = itertools.count(1)
__all__ = ["dovecot"]


@pytest.fixture
def there(dovecot) -> Dovecot:
    """The server, with an empty mailbox."""
    dovecot.login = f"zoe{next(_numbers)}@example.org"
    return dovecot


@pytest.fixture
def trusted(there, monkeypatch) -> Dovecot:
    """Its certificate counts as one of a known authority."""
    monkeypatch.setenv("SSL_CERT_FILE", str(there.certificate))
    return there


def mailbox_of(there: Dovecot, **facts):
    """A mailbox of ours on it."""
    facts = {"tls": Tls.SSL, "host": "localhost", "since_date": EVER} | facts
    port = there.ssl_port if facts["tls"] is Tls.SSL else there.port
    return make_mailbox(port=port, login=there.login, password=PASSWORD, **facts)


@pytest.mark.parametrize("tls", [Tls.SSL, Tls.STARTTLS])
def test_invoices_are_fetched_encrypted_and_marked(app, trusted, tls):
    """IN-2: (b): from the mailbox to the document; read there only once it is kept here; not twice."""
    trusted.put(mails.invoice_mail("A"))
    trusted.put(mails.mail())
    mailbox = poll(mailbox_of(trusted, tls=tls, after=AfterAction.SEEN))
    due.run_due()
    poll(mailbox)

    assert (mailbox.trouble, mailbox.taken_count, len(log())) == ({}, 2, 2)
    assert db.session.query(Document).one().source == "imap"
    assert trusted.flags() == [True, True]


def test_a_preview_and_a_poll_that_marks_nothing_leave_the_mailbox_as_it_was(app, trusted):
    """IN-2: looked at with PEEK in a folder opened for reading."""
    trusted.put(mails.invoice_mail())
    mailbox = mailbox_of(trusted)
    set_up.look(mailbox)
    due.run_due()
    assert [row["verdict"] for row in reload(mailbox).sight["rows"]] == [""] and not log()
    poll(mailbox)

    assert len(log()) == 1 and trusted.flags() == [False]


def test_mails_are_moved_to_a_folder_with_an_accent_in_its_name(app, trusted):
    """IN-2: after-action move, by the server's own MOVE."""
    trusted.folders_made("Trait&AOk-es")
    trusted.put(mails.invoice_mail())
    mailbox = poll(mailbox_of(trusted, after=AfterAction.MOVE, target_folder="Traitées"))

    assert mailbox.trouble == {} and trusted.flags() == [] and trusted.flags("Trait&AOk-es") == [False]
    assert len(log()) == 1


def test_a_folder_that_is_not_there_to_move_to_is_told_and_mended_later(app, trusted):
    """R1: the mail is kept and stays where it was; once the folder is there it is moved, and not imported again."""
    trusted.put(mails.invoice_mail())
    mailbox = poll(mailbox_of(trusted, after=AfterAction.MOVE, target_folder="Later"))
    assert mailbox.trouble["key"] == "mark" and trusted.flags() == [False] and len(log()) == 1
    trusted.folders_made("Later")
    mailbox = poll(mailbox)

    assert mailbox.trouble == {} and trusted.flags("Later") == [False] and len(log()) == 1


def test_only_unread_mails_and_a_first_day(app, trusted):
    """IN-2: what another client has read is taken where all are wanted, and left where only unread ones are."""
    trusted.put(mails.invoice_mail("A"))
    with trusted.opened() as client:
        client.store("1", "+FLAGS", r"(\Seen)")
    trusted.put(mails.invoice_mail("B"))

    assert poll(mailbox_of(trusted, since_date=None)).taken_count == 1
    assert poll(mailbox_of(trusted, since_date=EVER)).trouble == {} and len(log()) == 3
    assert poll(mailbox_of(trusted, since_date=date(2199, 1, 1))).taken_count == 0


def test_a_folder_that_is_numbered_anew_brings_nothing_twice(app, trusted):
    """S18: a real UIDVALIDITY change."""
    trusted.put(mails.invoice_mail("A"))
    mailbox = poll(mailbox_of(trusted))
    trusted.renumber()
    trusted.put(mails.invoice_mail("B"))
    mailbox = poll(mailbox)

    assert mailbox.trouble == {}
    assert [each.state for each in log()] == [MessageState.RECEIVED] * 2


@pytest.mark.parametrize("tls", [Tls.SSL, Tls.STARTTLS])
def test_a_certificate_that_nobody_vouches_for_is_not_spoken_to(app, there, tls):
    """R20: self-signed: no password leaves, the reason in words."""
    mailbox = poll(mailbox_of(there, tls=tls))

    assert mailbox.trouble == {"key": "certificate"}
    assert there.login not in (there.folder / "log").read_text()


def test_a_certificate_for_another_name_is_not_spoken_to(app, trusted, monkeypatch):
    """R20: valid, but not for the host that was typed."""
    monkeypatch.setattr("socket.getaddrinfo", lambda *_args, **_how: [(2, 1, 6, "", ("127.0.0.1", trusted.ssl_port))])

    assert poll(mailbox_of(trusted, host="imap.example.org")).trouble == {"key": "certificate"}


def test_a_wrong_password_is_told_in_the_servers_words(app, trusted):
    """IN-2: test connection and poll say why."""
    mailbox = mailbox_of(trusted)
    trusted.login, mailbox.login = "other", trusted.login
    reaching.seal(mailbox, "wrong")
    db.session.commit()
    mailbox = poll(mailbox)

    assert mailbox.trouble["key"] == "login" and "AUTHENTICATIONFAILED" in mailbox.trouble["said"]
