"""Mails that are too much: caps hold, and the log says it once."""

from __future__ import annotations

import random
import time

import pytest

from app.documents.models import Document
from app.extensions import db
from app.intake import winmail
from app.intake.archives import Room, Unopenable
from app.intake.letter import DEEPEST, MOST_PARTS
from app.intake.models import MessageState, Outcome
from tests.factories import make_user
from tests.intake import mails, packed
from tests.intake.test_opening import opened

TNEF = b"\x78\x9f\x3e\x22" + b"\x01\x00" + b"\x00" * 200
PICTURES = 1000


def test_a_broken_winmail_dat_gets_its_row_with_the_reason(app):
    """S32: what Outlook wrapped and nobody can open is kept in the original; the other parts are taken."""
    message = opened(mails.mail(("winmail.dat", TNEF, "application/ms-tnef"), ("f.pdf", mails.pdf(), mails.PDF)))

    fates = [(part.name, part.outcome, part.reason.get("key")) for part in message.parts[1:]]
    assert fates == [
        ("winmail.dat", Outcome.PASSED_OVER, "winmail_broken"),  # S32
        ("f.pdf", Outcome.IMPORTED, None),
    ]


def test_a_broken_winmail_dat_alone_says_why_nothing_came_of_it(app, browser):
    """S32: IN-5: one note in the log, and at the part what to do."""
    message = opened(mails.mail(("winmail.dat", TNEF, "application/ms-tnef")))

    page = browser(make_user()).get(f"/messages/{message.id}").text
    assert (message.state, message.notes) == (MessageState.OPENED, [{"key": "not_opened"}])
    assert "It holds something that could not be opened" in page and "Ask for the file as a PDF." in page


def test_a_winmail_dat_that_never_ends_is_ended(monkeypatch):
    """S32: a list of four thousand million recipients keeps the library busy; its process is killed at its limit."""
    monkeypatch.setattr(winmail, "SECONDS", 1)
    endless = packed.attribute(1, 0x9004, 6, b"\xff\xff\xff\xff" + b"\0" * 4 * 3_000_000)
    begun = time.monotonic()
    with pytest.raises(Unopenable) as said:
        winmail.entries(packed.winmail() + endless, Room())

    assert said.value.reason == {"key": "winmail_broken"} and time.monotonic() - begun < 5  # S32


def test_a_mutated_winmail_dat_never_stops_the_opening():
    """S20: mutation of a whole winmail.dat, seeded: its files, or a reason."""
    sound = packed.winmail(("a.pdf", b"%PDF-1.7 x" * 20), ("b.txt", b"b"), body=b"Bonjour")
    for seed in range(6):
        chance, raw = random.Random(seed), bytearray(sound)
        for _change in range(chance.randint(1, 6)):
            raw[chance.randrange(6, len(raw))] = chance.randrange(256)
        try:
            assert len(winmail.entries(bytes(raw), Room())[0]) <= 100  # S20
        except Unopenable as error:
            assert error.reason == {"key": "winmail_broken"}


def test_a_mail_forwarded_twenty_times_is_opened_as_deep_as_is_reasonable(app):
    """S32: the invoice twenty levels down is not opened; it is said once, and the original is kept."""
    message = opened(mails.forwarded(mails.invoice_mail(), times=20))

    deep = [part for part in message.parts if part.reason.get("key") == "too_deep"]
    assert (message.state, len(deep), deep[0].reason["limit"]) == (MessageState.OPENED, 1, DEEPEST)
    assert db.session.query(Document).count() == 0


@pytest.mark.parametrize("times", [1, DEEPEST // 2 - 1])  # each is a multipart and a message
def test_a_mail_forwarded_less_often_is_opened(app, times):
    """S32: at the edge of the cap the invoice is found."""
    message = opened(mails.forwarded(mails.invoice_mail(), times=times))

    assert [part.outcome for part in message.parts if part.document] == [Outcome.IMPORTED]


def test_a_thousand_small_pictures_are_capped_and_said_once(app):
    """S32: a hundred parts have their row, none makes a document, and one note says that there were more."""
    pictures = [(f"image{number}.png", mails.logo(), "image/png") for number in range(PICTURES)]
    message = opened(mails.mail(*pictures))

    assert message.state is MessageState.OPENED
    assert [note for note in message.notes if note["key"] == "too_many_parts"] == [
        {"key": "too_many_parts", "limit": MOST_PARTS}
    ]
    assert len(message.parts) == MOST_PARTS
    assert db.session.query(Document).count() == 0
