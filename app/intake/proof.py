"""What proves who sent a mail: SPF, DKIM and DMARC, checked by us when it is opened (SPEC IN-5, SAFETY S15, S16)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from authheaders.dmarc_lookup import DMARCException, get_org_domain, lookup_receiver_record

from app.config import Settings
from app.intake import hosts
from app.intake.author import Author, author_of
from app.intake.letter import Headers
from app.intake.models import Message
from app.intake.names import Names, Unanswered
from app.intake.signatures import Signature, signatures

PROVEN, NOT_PROVEN, FAILED = "proven", "not_proven", "failed"


@dataclass(frozen=True)
class Brought:
    """Who brought a mail, as the receiver saw it; nobody, where it came another way."""

    peer: str = ""
    helo: str = ""
    envelope_sender: str = ""


@dataclass(frozen=True)
class Checks:
    """What was found: SPF as result and domain, each signature, and DMARC's result."""

    author: Author
    spf: tuple[str, str]
    signed: list[Signature]
    dmarc: str

    def vouches(self, domain: str) -> bool:
        """Does this domain speak for the author?"""
        return _are_one(domain, self.author.domain)

    @property
    def signature(self) -> Signature:
        """The one that counts: the author's own before another's, one that holds before one that does not."""
        order = ("pass", "temperror", "fail", "none")
        known = sorted(self.signed, key=lambda each: (order.index(each.result), not self.vouches(each.domain)))
        own = [each for each in known if self.vouches(each.domain)]
        return (own or known or [Signature("none", "")])[0]

    @property
    def verdict(self) -> str:
        """By DMARC where the author's domain asks for it; else one check that holds for it is proof enough."""
        if self.author.trouble or self.dmarc == "fail":
            return FAILED
        own = [each.result for each in self.signed if self.vouches(each.domain)]
        own += [self.spf[0]] if self.vouches(self.spf[1]) else []
        if "pass" in (self.dmarc, *own):
            return PROVEN
        return FAILED if "fail" in own and "temperror" not in (self.dmarc, *own) else NOT_PROVEN


def is_checked(message: Message) -> bool:
    """Were there checks of its sender?"""
    return bool(message.proof)


def prove(raw: bytes, headers: Headers, brought: Brought, settings: Settings) -> dict[str, Any]:
    """All checks of a mail, as they are kept beside it; asks the DNS, opens no transaction."""
    names = Names(settings.name_servers)
    author = author_of(headers.all("from"))
    border = settings.border_hosts.get(brought.peer)
    told = hosts.told_by(border, headers.all("authentication-results")) if border else None
    found = told or (_spf(brought, settings, names), signatures(raw, names))
    return _kept(_with_dmarc(author, *found, names), told_by=border if border and told else "")


def _spf(brought: Brought, settings: Settings, names: Names) -> tuple[str, str]:
    relays = {*settings.relay_hosts, *settings.border_hosts}
    if not hosts.is_the_senders(brought.peer, relays):
        return hosts.UNCHECKED, ""
    return hosts.spf_of(brought.peer, brought.helo, brought.envelope_sender, names)


def _with_dmarc(author: Author, spf: tuple[str, str], signed: list[Signature], names: Names) -> Checks:
    """Does a domain that holds speak for the author, as the author's domain asks for?"""
    if not author.domain:
        return Checks(author, spf, signed, "none")
    try:
        asked = _policy(author.domain, names) or _policy(owner(author.domain), names)
    except Unanswered:
        return Checks(author, spf, signed, "temperror")
    return Checks(author, spf, signed, _dmarc(author, spf, signed, asked) if asked else "none")


def _policy(domain: str, names: Names) -> dict[str, str]:
    """What a domain asks of those who receive its mails; nothing, where that makes no sense."""
    try:
        asked = lookup_receiver_record(domain, dnsfunc=lambda name: _dmarc_record(name, names))
    except DMARCException:
        return {}
    return asked if asked.get("p") else {}


def _dmarc(author: Author, spf: tuple[str, str], signed: list[Signature], asked: dict[str, str]) -> str:
    own = [each.result for each in signed if _are_one(each.domain, author.domain, asked.get("adkim") == "s")]
    own += [spf[0]] if _are_one(spf[1], author.domain, asked.get("aspf") == "s") else []
    return "pass" if "pass" in own else "temperror" if "temperror" in own else "fail"


def _dmarc_record(name: str, names: Names) -> str | None:
    """The one that stands there; two are none (RFC 7489)."""
    found = [text.decode("ascii", "replace") for text in names.texts(name) if text.startswith(b"v=DMARC1")]
    return found[0] if len(found) == 1 else None


def _are_one(domain: str, other: str, is_strict: bool = False) -> bool:
    """The same domain, or two of one owner."""
    if not domain or not other:
        return False
    return domain == other or (not is_strict and owner(domain) == owner(other))


@lru_cache(maxsize=4096)
def owner(domain: str) -> str:
    """The part of the name that somebody registered: `mail.example.co.uk` → `example.co.uk`."""
    found = str(get_org_domain(domain) or domain)
    # The library takes an ending it does not know for the whole: every name under it would have one owner.
    return found if "." in found else ".".join(domain.split(".")[-2:])


def _kept(checks: Checks, *, told_by: str) -> dict[str, Any]:
    signature = checks.signature
    dkim = {"result": signature.result, "domain": signature.domain, "covers_subject": "subject" in signature.covers}
    return {
        "verdict": checks.verdict,
        "author": checks.author.address,
        "trouble": checks.author.trouble,
        "spf": {"result": checks.spf[0], "domain": checks.spf[1]},
        "dkim": dkim,
        "dmarc": {"result": checks.dmarc, "domain": checks.author.domain},
        "told_by": told_by,
    }
