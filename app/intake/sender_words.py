"""What the checks of a sender say, in the reader's words."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask_babel import gettext as _

from app.intake.proof import FAILED, PROVEN

Proof = dict[str, Any]
LONGEST_SHOWN = 24


class Chip(NamedTuple):
    """A short mark: word, icon, tint."""

    label: str
    icon: str
    tint: str


def chip(proof: Proof) -> Chip:
    """The result in a word."""
    if proof["verdict"] == PROVEN:
        domain = shorten(proof["author"].rpartition("@")[2])
        return Chip(_("Sender proven: %(domain)s", domain=domain), "shield-check", "grey")
    if proof["verdict"] == FAILED:
        return Chip(_("Sender check failed"), "triangle-alert", "amber")
    return Chip(_("Sender not proven"), "info", "grey")


def shorten(domain: str) -> str:
    """As much of it as a phone shows beside the words; its end says whose it is."""
    return domain if len(domain) <= LONGEST_SHOWN else f"…{domain[1 - LONGEST_SHOWN :]}"


def meaning(proof: Proof) -> str:
    """What that means for the reader."""
    if proof["trouble"]:
        return trouble(proof)
    if proof["verdict"] == PROVEN:
        return _("The domain of the sender vouches for this message: it comes from where it says.")
    if proof["verdict"] == FAILED:
        return _(
            "The domain of the sender does not vouch for this message: it may be forged, or was changed while it was "
            "forwarded. Look twice at its account numbers."
        )
    if is_unanswered(proof):
        return _("The domain of the sender could not be asked just now. Check again later.")
    return _("Nothing proves who sent it. Many honest senders prove nothing; a forger could have written it too.")


def trouble(proof: Proof) -> str:
    """Why nobody can say whom the message names as its sender."""
    words = {
        "several": _("It names several senders, so that nobody can say who wrote it."),
        "missing": _("It names no sender."),
        "unclear": _("Its sender is written so that mail programs read it differently: it may be forged."),
    }
    return words.get(proof["trouble"], "")


def is_unanswered(proof: Proof) -> bool:
    """Did the DNS not answer, so that another time there may be more to say?"""
    return any(proof[name]["result"] == "temperror" for name in ("spf", "dkim", "dmarc"))


def rows(proof: Proof) -> list[tuple[str, str, str]]:
    """Each check: its name, its domain, and its result in words."""
    return [
        ("SPF", proof["spf"]["domain"], _spf(proof["spf"]["result"])),
        ("DKIM", proof["dkim"]["domain"], _dkim(proof["dkim"]["result"])),
        ("DMARC", proof["dmarc"]["domain"], _dmarc(proof["dmarc"]["result"])),
    ]


def _spf(result: str) -> str:
    return {
        "pass": _("holds: this server may send for the domain"),
        "fail": _("fails: this server may not send for the domain, as when a message is forwarded"),
        "none": _("the domain does not say which servers may send for it"),
        "temperror": _("not known: the DNS did not answer"),
        "unchecked": _("not checked: the message did not come to us from the sender’s own server"),
    }[result]


def _dkim(result: str) -> str:
    return {
        "pass": _("holds: the domain signed it, and it was not changed since"),
        "fail": _("broken: the message was changed on its way, or the signature is forged"),
        "none": _("the message is not signed"),
        "temperror": _("not known: the DNS did not answer"),
    }[result]


def _dmarc(result: str) -> str:
    return {
        "pass": _("holds: SPF or DKIM speaks for the very domain of the sender"),
        "fail": _("fails: neither SPF nor DKIM speaks for the domain of the sender, which asks for it"),
        "none": _("the domain of the sender does not ask for it"),
        "temperror": _("not known: the DNS did not answer"),
    }[result]
