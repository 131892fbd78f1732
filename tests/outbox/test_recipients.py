"""To whom a mail goes, in whose name, and what must never reach a header."""

from __future__ import annotations

import email
import email.policy
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core import clock
from app.core.errors import Refused
from app.documents.models import Direction
from app.intake import addresses as intake
from app.outbox import addresses, decisions
from app.outbox.composing import compose
from app.outbox.models import MailAttachment, Mark, OutgoingMail, Recipient
from app.tasks.jobs import commit
from app.web.access import Role
from tests.factories import make_company, make_file, make_user, reload
from tests.outbox.test_delivery import (  # noqa: F401
    ANNA,
    let_time_pass,
    make_mail,
    run_waiting,
    sample_template,
    server,
)
from tests.sink import CUT

NO_ADDRESSES = (
    *("", " ", "nobody", "@example.org", "a@", "a@b\r\nBcc: c@d", "a\0@b.example", "é@example.org", "a b@c.example"),
    *("a@b@c.example", "Anna <a@b.example>", "a..b@c.example", "a@-b.example", "a@b..example", "a@[127.0.0.1]"),
    *(f"{'a' * 65}@b.example", f"a@{'b' * 64}.example", f"a@{'b.' * 130}example", "a@exa\u200bmple.org", "a@b,c@d"),
)
BEN, CLEO = "ben@example.org", "cleo@example.org"


def read(raw: bytes):
    return email.message_from_bytes(raw, policy=email.policy.default)


def marks_of(mail: OutgoingMail) -> dict[str, Mark]:
    return {each.address: each.mark for each in reload(mail).recipients}


def test_copies_are_named_and_everybody_gets_it_once(server):  # noqa: F811
    """SE-4: several contacts, and cc: who is named twice gets one, as the first that he was named."""
    mail = make_mail(to=[ANNA, BEN], cc=[CLEO, "BEN@example.org"])
    run_waiting()
    message = read(server.messages[0])
    assert (message["To"], message["Cc"]) == (f"{ANNA}, {BEN}", CLEO)
    assert [each.role for each in mail.recipients] == ["to", "to", "cc"]
    assert marks_of(mail) == dict.fromkeys((ANNA, BEN, CLEO), Mark.SENT)
    assert server.recipients == [[ANNA, BEN, CLEO]]


def test_it_comes_in_the_companys_name_from_our_address(app, server):  # noqa: F811
    """SE-4: what cannot be delivered comes back to the address that was given for it."""
    make_mail(sender_name="Müller, Söhne & “Co”", return_path="back+7@in.example")
    run_waiting()
    sender = read(server.messages[0])["From"].addresses[0]
    assert (sender.display_name, sender.addr_spec) == ("Müller, Söhne & “Co”", "facteur@localhost")
    assert server.senders == ["back+7@in.example"]


@pytest.mark.parametrize("address", NO_ADDRESSES)
@pytest.mark.parametrize("role", ["to", "cc", "return_path"])
def test_an_address_that_is_none_is_refused_when_written(app, address, role):
    """S49: with the reason, while a person is there."""
    if role == "return_path" and not address:
        return
    with pytest.raises(Refused):
        make_mail(**{role: address if role == "return_path" else [address]})


def test_a_domain_with_accents_is_written_plainly(app):
    """S49: mail servers know it by another name."""
    assert make_mail(to="anna@bücher.example").recipients[0].address == "anna@xn--bcher-kva.example"


@pytest.mark.parametrize(("count", "is_taken"), [(20, True), (21, False), (300, False)])
def test_twenty_recipients_are_the_most(app, count, is_taken):
    """S49: 300 contacts are a mistake."""
    people = [f"{number}@example.org" for number in range(count)]
    if is_taken:
        assert len(make_mail(to=people[:10], cc=people[10:]).recipients) == 20
        return
    with pytest.raises(Refused):
        make_mail(to=people[:10], cc=people[10:])


def test_nobody_is_no_recipient(app):
    """S49: a mail to nobody."""
    with pytest.raises(Refused):
        make_mail(to=[])


def test_our_own_intake_address_is_refused(app):
    """S49: S14: a mail to it would come back as a document, in any spelling."""
    company = make_company()
    ours = intake.full(intake.living(company, Direction.PURCHASE))
    for address in (ours, ours.upper(), f" {ours}"):
        with pytest.raises(Refused):
            make_mail(cc=[address])
    assert make_mail(to="stranger@in.example").id


PIECES = ["\r\nBcc: x@y.example", "\n", "\r", "\0", "é", "😀", '"', "<", ",", "=?utf-8?q?x?=", "a " * 90]
HOSTILE = st.one_of(
    st.text(max_size=200),
    st.lists(
        st.sampled_from(
            ["\r\nBcc: x@y.example", "\n", "\r", "\0", "é", "😀", '"', "<", ",", "=?utf-8?q?x?=", "a " * 90]
        )
    ).map("".join),
    st.sampled_from(["x" * 100_000, "é" * 100_000, "\r\n" * 50_000, "", "a\u2028b", "\ud800", "  ", "x\x85y"]),
)
ATTRIBUTE = re.compile(r"\r\n(?![ \t])")


@pytest.fixture
def written(app):
    """A mail, whose texts are still to come."""
    mail = OutgoingMail(id=7, text="Hello", html="<p>Hello</p>", message_id="<7@test>", headers={})
    mail.dated_at = clock.now()
    mail.recipients = [Recipient(id=1, address=ANNA, role="to")]
    mail.attachments = [MailAttachment(id=1, file=make_file(b"%PDF-1.7"), content_id="")]
    return mail


@settings(max_examples=60)
@given(subject=HOSTILE, sender=HOSTILE, name=HOSTILE, header=HOSTILE)
def test_whatever_the_texts_a_header_is_one(written, subject, sender, name, header):
    """S50: CRLF, NUL, 100 KB in subject, sender's name, file name and header: one safe header each, and no other."""
    plain = addresses.one_line
    written.subject, written.sender_name = plain(subject)[:300], plain(sender)[:200]
    written.attachments[0].name, written.headers = plain(name)[:300], {"X-Test": plain(header)[:500]}
    raw = compose(written)
    head = raw.partition(b"\r\n\r\n")[0]
    names = [line.partition(b":")[0].decode() for line in ATTRIBUTE.split(head.decode()) for line in [line.encode()]]
    expected = {"Content-Type", "MIME-Version", "Subject", "From", "To", "Date", "Message-ID", "X-Test"}
    assert sorted(names) == sorted(expected)
    assert max(map(len, raw.split(b"\r\n"))) <= 998 and raw.isascii() and b"\0" not in raw
    message = read(raw)
    assert message["From"].addresses[0].addr_spec == "facteur@localhost" and len(message["From"].addresses) == 1
    assert [part.get_content() for part in message.iter_attachments()] == [b"%PDF-1.7"]


def test_lines_reach_the_server_as_they_were(server):  # noqa: F811
    """SE-7: dots, long lines, bare line ends, accents: what arrives says the same, in lines any server takes."""
    body = ".\n..\n.hidden\n" + "x" * 3000 + "\nFrom here\rthere\r\nété 😀\n"
    make_mail(body=body)
    run_waiting()
    text = read(server.messages[0]).get_body(("plain",)).get_content()
    assert (
        text.replace("\r\n", "\n").replace("\r", "\n").strip() == body.replace("\r\n", "\n").replace("\r", "\n").strip()
    )


@pytest.mark.parametrize("moment", [f"rcpt:{BEN}", f"rcpt:{CLEO}"])
def test_one_refused_copy_keeps_nobody_else(server, moment):  # noqa: F811
    """S44: a state for each recipient, cc or not; asked again is only who was put off."""
    server.answers[moment] = "550 nobody"
    server.answers[f"rcpt:{ANNA}"] = "450 later"
    mail = make_mail(to=[ANNA, BEN], cc=[CLEO])
    run_waiting()
    refused, other = (BEN, CLEO) if BEN in moment else (CLEO, BEN)
    assert marks_of(mail) == {ANNA: Mark.QUEUED, refused: Mark.REFUSED, other: Mark.SENT}

    del server.answers[f"rcpt:{ANNA}"]
    let_time_pass()
    run_waiting()
    assert marks_of(mail) == {ANNA: Mark.SENT, refused: Mark.REFUSED, other: Mark.SENT}
    assert server.recipients == [[other], [ANNA]]
    assert [read(each)["Cc"] for each in server.messages] == [CLEO, CLEO]


def test_a_mail_with_copies_cut_after_the_dot_is_settled_for_all(server):  # noqa: F811
    """S43: uncertain for whom it was accepted; *it arrived* says so of them, and of no one who was refused."""
    server.answers |= {"dot": CUT, f"rcpt:{BEN}": "550 nobody"}
    mail = make_mail(to=[ANNA, BEN], cc=[CLEO])
    run_waiting()
    assert reload(mail).mark is Mark.UNCERTAIN

    decisions.has_arrived(mail, by=make_user(Role.ADMIN))
    commit()
    assert marks_of(mail) == {ANNA: Mark.SENT, BEN: Mark.REFUSED, CLEO: Mark.SENT}
