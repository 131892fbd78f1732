"""Where a line to a mail server may lead (SAFETY R20, S82)."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.core import sealing
from app.mailboxes import folder, line
from app.mailboxes.line import Account, may_reach
from app.mailboxes.models import Tls
from tests.mailboxes.making import make_mailbox, poll


def account(tls: Tls = Tls.SSL, *private: str) -> Account:
    """An account on a host of some name."""
    return Account("mail.example.org", 993, tls, "zoe", "secret", "INBOX", most=1000, private_hosts=private)


REACHED = {
    "8.8.8.8": True,
    "2001:4860:4860::8888": True,
    "127.0.0.1": True,
    "::1": True,
    "10.0.0.5": False,
    "192.168.1.10": False,
    "172.16.0.1": False,
    "169.254.169.254": False,
    "100.64.0.1": False,
    "::ffff:10.0.0.5": False,
    "::ffff:169.254.169.254": False,
    "fe80::1%eth0": False,
    "fd00::1": False,
    "0.0.0.0": False,
    "224.0.0.1": False,
    "255.255.255.255": False,
}


@pytest.mark.parametrize("address", REACHED)
def test_only_public_addresses_and_this_machine_are_reached(address):
    """S82: private ranges, metadata addresses and their disguises are not, unless the installation names the host."""
    assert may_reach(address, account()) is REACHED[address]
    assert may_reach(address, account(Tls.SSL, "mail.example.org"))
    assert not may_reach(address, account(Tls.NONE)) or address in {"127.0.0.1", "::1"}


def test_a_name_that_means_something_else_the_second_time_is_asked_once(app, monkeypatch):
    """S82: rebinding: the address that was looked at is the one that is dialled."""
    answers = iter([["10.0.0.5", "127.0.0.1"], ["169.254.169.254"]])
    dialled = []

    def resolved(host, port, **_how):
        if host.replace(".", "").isdigit():
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port))]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in next(answers)]

    def dial(address, _timeout):
        dialled.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    monkeypatch.setattr(socket, "create_connection", dial)
    with pytest.raises(ConnectionRefusedError):
        line.dial(account())

    assert dialled == [("127.0.0.1", 993)]


def test_a_private_host_is_told_in_words_until_the_installation_names_it(app, monkeypatch):
    """S82: nothing is dialled; named in FACTEUR_PRIVATE_HOSTS it is."""
    mailbox = make_mailbox(host="10.0.0.5", tls=Tls.SSL)
    assert poll(mailbox).trouble == {"key": "not_allowed"}
    monkeypatch.setattr(app.config["SETTINGS"], "private_hosts", ["10.0.0.5"])

    assert poll(mailbox).trouble["key"] == "cut", "the test's own wall stands there"


def test_a_sealed_password_opens_with_its_secret_and_for_its_purpose_alone():
    """S88: another secret, another purpose, or a changed text opens nothing."""
    sealed = sealing.seal("pässword", "secret", "mailbox password")
    assert "pässword" not in sealed and sealing.opened(sealed, "secret", "mailbox password") == "pässword"

    ours = ("secret", "mailbox password")
    for text, *key in ((sealed, "other", ours[1]), (sealed, "secret", "x"), (sealed[:-4], *ours), ("", *ours)):
        with pytest.raises(sealing.Unreadable):
            sealing.opened(text, *key)


MOMENTS = {
    b'1 (INTERNALDATE "26-Nov-2026 10:00:00 +0100" UID 1)': datetime(
        2026, 11, 26, 10, tzinfo=timezone(timedelta(hours=1))
    ),
    b'1 (INTERNALDATE " 1-jan-2026 00:00:00 +0000")': datetime(2026, 1, 1, tzinfo=UTC),
    b'1 (INTERNALDATE "31-Feb-2026 10:00:00 +0100")': None,
    b'1 (INTERNALDATE "26-Foo-2026 10:00:00 +0100")': None,
    b'1 (INTERNALDATE "26-Nov-0000 10:00:00 +9999")': None,
    b"1 (UID 1)": None,
}


@pytest.mark.parametrize("told", MOMENTS)
def test_a_time_that_is_none_stops_nothing(told):
    """S18: a server may say what it likes."""
    assert folder._moment(told) == MOMENTS[told]
