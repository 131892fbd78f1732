"""A mailbox asks whether it may forward to us."""

from __future__ import annotations

import pytest

from app.audit.models import AuditEntry
from app.documents.models import Document
from app.extensions import db
from app.intake import confirmations
from app.intake.forwarding import ForwardingRequest
from app.intake.jobs import check_sender, open_message
from app.intake.letter import parse
from app.intake.models import Message, MessageState
from app.intake.quarantine import waiting_count
from app.outbox.models import OutgoingMail
from app.users.models import Company
from app.web.access import Role
from tests.factories import make_company, make_user, reload, the_company
from tests.intake import mails
from tests.intake.forwards import ASKER, CODE, GMAIL, LINK, OUTLOOK_LINK, SUBJECTS, TEXT, gmail, outlook
from tests.intake.signing import publish_key, signed
from tests.intake.test_opening import opened
from tests.intake.test_quarantine import limit
from tests.intake.test_sender import received

SECRETS = (LINK, CODE)


@pytest.fixture
def google(asking):
    """Google's key stands in the DNS."""
    publish_key(asking, "google.com")
    publish_key(asking, "evil.example")
    return asking


def asked() -> ForwardingRequest:
    return db.session.query(ForwardingRequest).one()


@pytest.mark.parametrize("language", SUBJECTS)
def test_gmails_question_is_understood_in_every_language(language):
    """IN-6: S17: by its sender; the code from the subject or the text, the link that confirms and not the other."""
    found = confirmations.recognise(parse(gmail(language)))

    assert found == {"provider": "Gmail", "code": CODE, "link": LINK, "asked_by": ASKER}  # S17


@pytest.mark.parametrize(
    "subject",
    [
        "Verify your forwarding address: confirmation code",
        "Confirmez le transfert de vos messages",
        "Code de vérification pour le transfert",
    ],
)
def test_outlooks_question_is_understood(subject):
    """IN-6: the code in the text, the link under a button."""
    found = confirmations.recognise(parse(outlook(subject)))

    assert found == {"provider": "Outlook", "code": "4827193", "link": OUTLOOK_LINK, "asked_by": "zoe@outlook.example"}


@pytest.mark.parametrize(
    "raw",
    [
        mails.invoice_mail(sender="Microsoft <billing@microsoft.com>", subject="Your invoice 123456"),
        mails.mail(sender="Microsoft <billing@microsoft.com>", subject="Your invoice 123456", text="Total 123456"),
        mails.invoice_mail(sender=GMAIL, subject=SUBJECTS["en"]),
        mails.mail(sender="x@fournisseur.example", subject=SUBJECTS["en"], text=TEXT),
        mails.mail(sender=GMAIL, subject="Hello", text="nothing to type here"),
    ],
)
def test_an_invoice_is_no_question(raw):
    """IN-6: whatever its sender, a mail with a file, without a code, or from others is none."""
    assert confirmations.recognise(parse(raw)) is None


def test_no_byte_that_a_database_refuses_is_kept_of_a_question():
    """IN-6: S20: PostgreSQL takes no NUL; the message would never be opened."""
    facts = confirmations.recognise(parse(gmail().replace(LINK.encode(), LINK.encode() + b"\0x")))

    assert facts["link"] == LINK and "\0" not in str(facts)


def test_the_code_is_shown_to_admins_and_told_once(app, browser, google):
    """IN-6: S17: card with code and link, a line on the home page, one mail for each admin; no document, no reply."""
    admin, member = make_user(Role.ADMIN, password=True), make_user()
    message = opened(signed(gmail(), "google.com"))
    open_message(message.id)  # S37
    check_sender(message.id)
    db.session.commit()

    assert message.state is MessageState.OPENED and message.notes == [{"key": "forwarding"}]
    assert not db.session.query(Document).count() and asked().is_proven
    page = browser(admin).get("/add/by-email").text
    assert f'data-copy="{CODE}"' in page and f'<a href="{LINK}" rel="noopener noreferrer">' in page and ASKER in page
    assert "Forwarding to confirm" in browser(admin).get("/").text
    [mail] = db.session.query(OutgoingMail)
    assert [each.address for each in mail.recipients] == [admin.email]
    assert not any(secret in mail.text + mail.html + mail.subject for secret in SECRETS)
    hidden = browser(member).get("/add/by-email").text + browser(member).get("/").text
    assert CODE not in hidden and LINK not in hidden and "Forwarding to confirm" not in hidden


@pytest.mark.parametrize(
    "raw",
    [
        gmail(),
        signed(gmail(), "google.com").replace(CODE.encode(), b"666666666"),
        signed(gmail(sender="Gmail Team <forwarding-noreply@google.com> <x@evil.example>"), "evil.example"),
        signed(gmail(), "evil.example"),
        b"Subject: (#666666666) Gmail\r\n" + signed(gmail(), "google.com"),
        signed(gmail(), "google.com", include_headers=[b"from", b"to"]).replace(b"(#104", b"(#666"),
        b"Authentication-Results: mx.google.com; dkim=pass header.d=google.com\r\n" + gmail(),
    ],
)
def test_a_fake_is_shown_as_not_proven_and_cannot_be_clicked(app, browser, google, raw):
    """IN-6: S17: without Google's own signature of what is shown: check before use; nobody is mailed about it."""
    admin = make_user(Role.ADMIN, password=True)
    opened(raw)

    page = browser(admin).get("/add/by-email").text
    assert "Not proven: check before use" in page and f'href="{LINK}"' not in page  # S17
    assert not db.session.query(OutgoingMail).count() and not db.session.query(Document).count()


def test_anybodys_outlook_address_proves_nothing_of_microsoft(app, browser, google):
    """S17: S15: everybody may have an address there, and so a signature."""
    publish_key(google, "outlook.com")
    publish_key(google, "accountprotection.microsoft.com")
    opened(signed(outlook(sender="Microsoft <team.microsoft@outlook.com>"), "outlook.com"))
    assert not asked().is_proven  # S17

    db.session.delete(asked())
    opened(signed(outlook(), "accountprotection.microsoft.com"))
    assert asked().is_proven


def test_a_question_that_could_not_be_checked_is_told_once_it_can(app, asking):
    """IN-6: IN-5: after *Check again*."""
    make_user(Role.ADMIN, password=True)
    message = opened(signed(gmail(), "google.com"))
    assert not asked().is_proven and not db.session.query(OutgoingMail).count()

    publish_key(asking, "google.com")
    for _again in range(2):
        check_sender(message.id)

    assert asked().is_proven and db.session.query(OutgoingMail).count() == 1


def test_a_question_does_not_wait_in_quarantine(app, browser, google):
    """IN-6: IN-7: nobody lists Google, and without the code no forwarding begins."""
    limit("fournisseur.example")
    opened(signed(gmail(), "google.com"))

    assert asked().is_proven and not waiting_count(make_user(Role.ADMIN), the_company())


def test_it_is_put_away(app, browser, google):
    """IN-6: used or unwanted, it leaves the page; the message stays in the log."""
    admin = make_user(Role.ADMIN)
    message, client = opened(signed(gmail(), "google.com")), browser(admin)

    assert client.post(f"/forwarding-requests/{asked().id}/dismissal").status_code == 303
    assert client.post(f"/forwarding-requests/{asked().id}/dismissal").status_code == 303

    assert CODE not in client.get("/add/by-email").text
    assert client.get(f"/messages/{message.id}").status_code == 200
    assert db.session.query(AuditEntry).filter_by(act="forwarding put away").count() == 1


def test_only_an_admin_of_the_company_puts_it_away(app, browser, google):
    """US-6: US-3: a member may not, and for a stranger it is not there."""
    opened(gmail())
    url, stranger = f"/forwarding-requests/{asked().id}/dismissal", make_user(Role.ADMIN, make_company("Other SARL"))

    assert browser(make_user()).post(url).status_code == 403
    assert browser(stranger).post(url).status_code == 404
    assert CODE not in browser(stranger).get("/add/by-email").text and reload(asked()).dismissed_at is None


@pytest.mark.alone
def test_nothing_is_fetched(installation, zone, monkeypatch):
    """S17: from the receiver to the card: the only thing asked of anybody is a question to the DNS."""
    import http.client

    reached: list[object] = []
    monkeypatch.setattr(http.client.HTTPConnection, "connect", lambda self: reached.append(self.host))
    installation.config["SETTINGS"].name_servers = [zone.address]
    publish_key(zone, "google.com")
    with installation.app_context():
        make_user(Role.ADMIN, db.session.get_one(Company, installation.company_id), password=True)

    message = received(installation, signed(gmail("fr"), "google.com"), sender="forwarding-noreply@google.com")

    with installation.app_context():
        assert asked().is_proven and db.session.get_one(Message, message.id).state is MessageState.OPENED
        assert db.session.query(OutgoingMail).count() == 1
    assert reached == [] and {each.split()[1] for each in zone.asked} <= {"TXT", "NS"}  # S17
