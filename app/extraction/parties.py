"""Whose document it is: a party that was read is compared with those that are known. No database here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache

from rapidfuzz import fuzz

from app.extraction.labels import fold, tables
from app.extraction.reading import Party

ALIKE = 88
"""From this likeness on (of 100) two names may be one; below it a new counterparty is proposed."""
_FREE = """gmail.com googlemail.com outlook.com outlook.fr hotmail.com hotmail.fr live.com live.fr yahoo.com yahoo.fr
    orange.fr wanadoo.fr free.fr sfr.fr laposte.net icloud.com me.com aol.com gmx.de gmx.net web.de t-online.de
    proton.me protonmail.com telenet.be skynet.be kpnmail.nl ziggo.nl libero.it tiscali.it bluewin.ch msn.com"""
_FREE_MAIL = frozenset(_FREE.split())


@dataclass(frozen=True)
class Identity:
    """What a company is known by: the company itself, or a counterparty's candidates."""

    names: list[str] = field(default_factory=list)
    vat_numbers: list[str] = field(default_factory=list)
    sirens: list[str] = field(default_factory=list)
    ibans: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Candidate:
    """A known counterparty, as far as it can be recognised."""

    id: int
    names: list[str] = field(default_factory=list)
    vat_number: str = ""
    siren: str = ""
    ibans: list[str] = field(default_factory=list)
    domains: list[str] = field(default_factory=list)
    """Domains of its e-mail addresses."""


@dataclass(frozen=True)
class Match:
    """Which counterparty it is, and why: `vat`, `siren`, `iban`, `domain` or `name`."""

    id: int
    why: str
    score: float


def find_party(party: Party, candidates: Iterable[Candidate]) -> Match | None:
    """The counterparty this party is: by its numbers, its e-mail domain, then its name; None where nobody fits."""
    known = list(candidates)
    for why, score, fits in (
        ("vat", 1.0, _same_vat),
        ("siren", 1.0, _same_siren),
        ("iban", 0.95, _same_iban),
        ("domain", 0.85, _same_domain),
    ):
        found = [candidate for candidate in known if fits(party, candidate)]
        if len(found) == 1 and (why != "iban" or _may_be_called(found[0], party.name)):
            return Match(found[0].id, why, score)
        if found:
            # Several share it (a group's bank account, one VAT number), or a factor is paid: the name decides.
            return _by_name(party, found if len(found) > 1 else known) or Match(found[0].id, why, score * 0.6)
    return _by_name(party, known)


def side_of(own: Identity, seller: Party, buyer: Party) -> str | None:
    """`sale` where the company itself sells, `purchase` where it buys, None where the page does not say."""
    sells, buys = is_own(own, seller), is_own(own, buyer)
    if sells == buys:
        return None
    return "sale" if sells > buys else "purchase"


def is_own(own: Identity, party: Party) -> float:
    """How surely a party is the company itself."""
    if _plain(party.vat_number) and _plain(party.vat_number) in map(_plain, own.vat_numbers):
        return 1.0
    if siren_of(party) and siren_of(party) in map(_plain, own.sirens):
        return 1.0
    if set(map(_plain, party.ibans)) & set(map(_plain, own.ibans)):
        return 0.95
    best = max((likeness(party.name, name) for name in own.names), default=0.0)
    return best / 100 * 0.9 if best >= ALIKE else 0.0


def likeness(one: str, other: str) -> float:
    """How alike two names are (0 to 100), whatever their legal form, order, case and accents."""
    one, other = bare_name(one), bare_name(other)
    if not one or not other:
        return 0.0
    if one == other:
        return 100.0
    short, long = sorted((one, other), key=len)
    # A few letters more are often a branch or a town; but one word alone may be a trade ("Menuiserie").
    is_part = f" {short} " in f" {long} " and (" " in short or len(short) > 0.7 * len(long))
    return max(fuzz.token_sort_ratio(one, other), 92.0 if is_part else 0.0)


@cache
def _legal_forms() -> frozenset[str]:
    return frozenset(form for form in tables()["legal_forms"]["all"] if " " not in form and len(form) > 1)


@lru_cache(maxsize=20_000)
def bare_name(name: str) -> str:
    """A name without case, accents, punctuation and legal form."""
    words = re.findall(r"\w+", re.sub(r"(?<=\b\w)\.(?=\w\b)|(?<=\b\w)\.(?!\w)", "", fold(name)))
    kept = [word for word in words if word not in _legal_forms()]
    return " ".join(kept or words)


def siren_of(party: Party) -> str:
    """The SIREN a party gives: itself, as the head of its SIRET, or in its French VAT number."""
    if party.siren:
        return _plain(party.siren)
    if party.siret:
        return _plain(party.siret)[:9]
    vat = _plain(party.vat_number)
    return vat[4:] if re.fullmatch(r"FR\w\w\d{9}", vat) else ""


def domain_of(email: str) -> str:
    """The domain of an address that says something about who it is; empty for a free mailbox."""
    domain = email.rpartition("@")[2].strip().lower()
    return "" if domain in _FREE_MAIL else domain


def _by_name(party: Party, candidates: list[Candidate]) -> Match | None:
    scored = sorted(
        ((max((likeness(party.name, name) for name in one.names), default=0.0), one.id) for one in candidates),
        key=lambda item: -item[0],
    )
    if not scored or scored[0][0] < ALIKE:
        return None
    (best, found), *others = scored
    # Two that are equally alike are told apart by a person.
    if others and others[0][0] == best:
        return None
    return Match(found, "name", round(best / 100 * 0.9, 3))


def _may_be_called(candidate: Candidate, name: str) -> bool:
    """Nothing speaks against it: no name was read, or one that may be one of its names."""
    return not bare_name(name) or any(likeness(name, each) >= ALIKE for each in candidate.names)


def _same_vat(party: Party, candidate: Candidate) -> bool:
    return bool(party.vat_number) and _plain(party.vat_number) == _plain(candidate.vat_number)


def _same_siren(party: Party, candidate: Candidate) -> bool:
    own = Party(siren=candidate.siren, vat_number=candidate.vat_number)
    return bool(siren_of(party)) and siren_of(party) == siren_of(own)


def _same_iban(party: Party, candidate: Candidate) -> bool:
    return bool(set(map(_plain, party.ibans)) & set(map(_plain, candidate.ibans)))


def _same_domain(party: Party, candidate: Candidate) -> bool:
    domain = domain_of(party.email)
    return bool(domain) and domain in (domain_of(known) for known in candidate.domains)


def _plain(identifier: str) -> str:
    return re.sub(r"[^0-9A-Za-z]", "", identifier).upper()
