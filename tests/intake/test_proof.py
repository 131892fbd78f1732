"""Who sent a mail, checked against a DNS of our own."""

from __future__ import annotations

import pytest

from app.intake.letter import parse
from app.intake.names import ALL_SECONDS, Names, Unanswered
from app.intake.proof import Brought, owner, prove
from tests.dns import seconds_of
from tests.intake import mails
from tests.intake.signing import publish_dmarc, publish_key, publish_spf, signed

HOME, PEER = "fournisseur.example", "203.0.113.7"
BROUGHT = Brought(PEER, f"mx.{HOME}", f"compta@{HOME}")
FORWARDED = Brought("198.51.100.9", "mx.forwarder.example", f"compta@{HOME}")


@pytest.fixture
def settings(app, asking, monkeypatch):
    """The application's settings, with a relay of ours."""
    monkeypatch.setattr(app.config["SETTINGS"], "relay_hosts", ["203.0.113.99"])
    return app.config["SETTINGS"]


def proof_of(raw, settings, brought=BROUGHT):
    return prove(raw, parse(raw).headers, brought, settings)


def told(proof) -> tuple[str, str, str, str]:
    """SPF, DKIM, DMARC, and what they amount to."""
    return (*(proof[name]["result"] for name in ("spf", "dkim", "dmarc")), proof["verdict"])


def publish(zone, domain=HOME, rule=f"ip4:{PEER} -all"):
    """A domain that says all there is to say."""
    publish_spf(zone, domain, rule)
    publish_key(zone, domain)
    publish_dmarc(zone, domain)


SIGNED, UNSIGNED = signed(mails.invoice_mail(), HOME), mails.invoice_mail()
CASES = {
    "all hold": (SIGNED, BROUGHT, ("pass", "pass", "pass", "proven")),
    "not signed": (UNSIGNED, BROUGHT, ("pass", "none", "pass", "proven")),
    "forwarded": (SIGNED, FORWARDED, ("fail", "pass", "pass", "proven")),
    "forwarded and changed": (SIGNED + b"advertisement\r\n", FORWARDED, ("fail", "fail", "fail", "failed")),
    "forged": (UNSIGNED, FORWARDED, ("fail", "none", "fail", "failed")),
    "by a relay": (SIGNED, Brought("203.0.113.99"), ("unchecked", "pass", "pass", "proven")),
    "from near by": (SIGNED, Brought("127.0.0.1"), ("unchecked", "pass", "pass", "proven")),
    "fetched": (UNSIGNED, Brought(), ("unchecked", "none", "fail", "failed")),
    "signed by another": (
        signed(UNSIGNED, "evil.example"),
        Brought(PEER, "mx", "x@evil.example"),
        ("none", "pass", "fail", "failed"),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_mail_is_proven_by_what_its_domain_says(settings, asking, case):
    """IN-5: SPF, DKIM and DMARC, each with its domain; S16: forwarded, SPF fails and DKIM holds or is broken."""
    raw, brought, expected = CASES[case]
    publish(asking)
    publish_key(asking, "evil.example")

    proof = proof_of(raw, settings, brought)

    assert told(proof) == expected  # S16
    assert proof["author"] == f"compta@{HOME}" and proof["dmarc"]["domain"] == HOME


def test_a_domain_that_says_nothing_proves_nothing(settings):
    """IN-5: most small senders: none, none, none, and so not proven; nothing failed."""
    assert told(proof_of(mails.invoice_mail(), settings)) == ("none", "none", "none", "not_proven")


def test_a_host_in_the_family_of_a_domain_speaks_for_it_unless_it_asks_for_more(settings, asking):
    """IN-5: alignment, relaxed and strict; a domain with a dash is not the one before the dash. S15"""
    sub, dash = f"mail.{HOME}", f"{HOME}-evil.example"
    for domain in (sub, dash):
        publish_key(asking, domain)
    publish_dmarc(asking, HOME)
    assert told(proof_of(signed(mails.invoice_mail(), sub), settings))[2:] == ("pass", "proven")
    assert told(proof_of(signed(mails.invoice_mail(), dash), settings))[2:] == ("fail", "failed")
    publish_spf(asking, dash, f"ip4:{PEER} -all")
    assert proof_of(mails.invoice_mail(), settings, Brought(PEER, "mx", f"a@{dash}"))["verdict"] == "failed"  # S15

    publish_dmarc(asking, HOME, more="; adkim=s")
    assert told(proof_of(signed(mails.invoice_mail(), sub), settings))[2:] == ("fail", "failed")


ABOVE = (
    b"From: x@evil.example\r\n",
    b"Subject: other\r\n",
    b"Content-Type: text/html\r\n",
    b"X-Note: a\rSubject: other\r\n",
)


@pytest.mark.parametrize("again", ABOVE)
def test_a_header_put_above_what_was_signed_breaks_the_signature(settings, asking, again):
    """S15: a second From, Subject or type would be shown in place of the one that is signed."""
    publish(asking)

    assert proof_of(again + signed(mails.invoice_mail(), HOME), settings)["dkim"]["result"] == "fail"  # S15


def test_a_signature_for_a_part_of_the_contents_is_none(settings, asking):
    """S15: what stands behind the signed part may be anybody's."""
    publish(asking)
    raw = signed(mails.mail(), HOME, length=True) + b"and more\r\n"

    assert proof_of(raw, settings, FORWARDED)["dkim"]["result"] == "fail"  # S15


@pytest.mark.parametrize("sender", ["a@ok.example)b@fournisseur.example", "a@ok.example, compta@fournisseur.example"])
def test_a_sender_nobody_can_name_is_failed(settings, asking, sender):
    """S15: whatever the checks of one of the readings say."""
    publish(asking)
    raw = mails.invoice_mail().replace(b"Compta <compta@fournisseur.example>", sender.encode())

    proof = proof_of(signed(raw, HOME), settings)

    assert proof["verdict"] == "failed" and proof["trouble"] and not proof["author"]  # S15


RESULTS = b"Authentication-Results: mx.acme.example; spf=pass smtp.mailfrom=%s; dkim=none\r\n" % HOME.encode()


def test_results_are_believed_from_a_named_border_host_only(settings, asking, monkeypatch):
    """S15: a forged Authentication-Results proves nothing; a host of ours that is named is believed."""
    publish_dmarc(asking, HOME)
    raw = RESULTS + mails.invoice_mail()
    assert proof_of(raw, settings, FORWARDED)["verdict"] == "failed"  # S15

    monkeypatch.setattr(settings, "border_hosts", {FORWARDED.peer: "mx.acme.example"})
    proof = proof_of(raw, settings, FORWARDED)
    assert told(proof) == ("pass", "none", "pass", "proven") and proof["told_by"] == "mx.acme.example"
    forged = RESULTS.replace(b"mx.acme", b"mx.evil") + mails.invoice_mail()
    assert told(proof_of(forged, settings, FORWARDED))[3] == "failed"
    first = RESULTS.replace(b"spf=pass", b"spf=fail") + raw
    assert told(proof_of(first, settings, FORWARDED))[3] == "failed"


def test_without_a_dns_a_mail_is_opened_at_full_speed(app, settings, asking):
    """IN-5: R1: *temperror*, within the limits of time; and for a while nobody is asked again."""
    asking.is_silent = True
    raw = signed(mails.invoice_mail(), HOME)

    assert seconds_of(lambda: proof_of(raw, settings)) < ALL_SECONDS
    asked = len(asking.asked)
    proofs = []
    assert seconds_of(lambda: proofs.extend(proof_of(raw, settings) for _again in range(20))) < 1
    assert {told(proof) for proof in proofs} == {("temperror", "temperror", "temperror", "not_proven")}
    assert len(asking.asked) == asked


def test_one_slow_domain_does_not_silence_the_others(settings, asking):
    """IN-5: a stranger's own servers, however slow, keep nobody else from being proven. S15"""
    publish(asking)
    asking.silent_about = "slow.example"
    with pytest.raises(Unanswered):
        Names(settings.name_servers).texts("slow.example")

    assert told(proof_of(signed(mails.invoice_mail(), HOME), settings))[3] == "proven"


def test_an_installation_may_ask_nobody(app):
    """IN-5: FACTEUR_NAME_SERVERS=none."""
    settings = app.config["SETTINGS"]
    assert settings.name_servers == ["none"]

    assert told(proof_of(mails.invoice_mail(), settings))[3] == "not_proven"


HOSTILE = [
    signed(mails.mail(), HOME).replace(b"h=", b"h=" + b"a:" * 1500),
    signed(mails.mail(), HOME).replace(b"b=", b"b=" + b" " * 3000 + b"!"),
    b"DKIM-Signature: " + b"\r\n " * 20000 + mails.mail(),
    b"DKIM-Signature: v=1; a=rsa-sha256; d=a..b; s=\xff; h=from; bh=x; b=y\r\n" + mails.mail(),
    b"DKIM-Signature: nonsense\r\n" * 500 + mails.mail(),
    signed(mails.mail(text="x"), HOME) + b" " * 3_000_000 + b"x",
    signed(mails.mail(text="x"), HOME) + b" \t" * 1_000_000 + b"x\r\n",
    b" continued\r\nDKIM-Signature: v=1\r\n" + mails.mail(),
    b"DKIM-Signature: v=1\r\n\r\n",
]


@pytest.mark.parametrize("raw", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_signature_takes_no_time_and_proves_nothing(settings, asking, raw):
    """S20: whatever stands there; the library alone takes an hour over a megabyte of blanks."""
    publish_key(asking, HOME)

    assert seconds_of(lambda: proof_of(raw, settings)) < 3  # S20
    assert proof_of(raw, settings)["dkim"]["result"] != "pass"


@pytest.mark.parametrize("rule", ["include:" + HOME, "a:%{i}.x.example " * 20, "exists:%{d", "ip4:999.1.1.1", "mx ptr"])
def test_a_hostile_spf_record_is_no_error_of_ours(settings, asking, rule):
    """S15: loops, too many names, macros that do not end."""
    publish_spf(asking, HOME, rule)

    assert proof_of(mails.invoice_mail(), settings)["spf"]["result"] == "none"


@pytest.mark.parametrize(
    ("domain", "owned"),
    [("a.b.example", "b.example"), ("x.co.uk", "x.co.uk"), ("mail.x.co.uk", "x.co.uk"), ("b.fr", "b.fr"),
     ("a.github.io", "a.github.io"), ("localhost", "localhost"), ("co.uk", "co.uk")],
)  # fmt: skip
def test_a_family_of_names_has_one_owner(domain, owned):
    """IN-5: S15: an ending nobody knows makes no family of all names under it."""
    assert owner(domain) == owned  # S15
