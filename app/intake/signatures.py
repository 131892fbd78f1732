"""The DKIM signatures of a mail: which domains vouch for its contents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import dkim
import structlog

from app.intake.author import domain_of
from app.intake.names import Names, Unanswered

log = structlog.get_logger()
MOST_SIGNATURES = 3
LONGEST_HEAD, LONGEST_SIGNATURE = 128 * 1024, 4096
ONCE_ONLY = (b"from", b"subject", b"content-type", b"content-transfer-encoding")
"""Headers of which programs show one: a second one above what was signed would be shown in its place."""
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_MUCH_SPACE = re.compile(rb"\s{80}")
_LONE_RETURN = re.compile(rb"\r(?!\n)")
"""Ends a header for those who show the mail, and not for those who sign it."""


class Signature(NamedTuple):
    """What became of one: pass, fail, temperror or none, and the domain that signed."""

    result: str
    domain: str
    covers: frozenset[str] = frozenset()
    """Names of the headers it vouches for."""


def signatures(raw: bytes, names: Names) -> list[Signature]:
    """The first few of them; bytes whose mere reading would take long are not looked at."""
    end = _END_OF_HEAD.search(raw, 0, LONGEST_HEAD)
    if end is None or b"dkim-signature" not in raw[: end.start()].lower():
        return []
    try:
        return list(_verified(raw[: end.end()], raw[end.end() :], names))
    except Exception:  # whatever a stranger wrote into his headers: it vouches for nothing
        log.exception("dkim.not_understood")
        return [Signature("fail", "")]


def _verified(head: bytes, body: bytes, names: Names) -> Iterator[Signature]:
    bodies = {True: _single_spaced(body), False: body}
    mails = {is_relaxed: dkim.DKIM(head + each) for is_relaxed, each in bodies.items()}
    headers = mails[False].headers
    is_odd = bool(_LONE_RETURN.search(head)) or any(_count(once, headers) > 1 for once in ONCE_ONLY)
    for at, value in enumerate([value for name, value in headers if name.lower() == b"dkim-signature"]):
        if at == MOST_SIGNATURES:
            return
        fields = _fields(value)
        mail, claimed = mails[_is_relaxed(fields)], domain_of(fields.get(b"d", b"").decode("ascii", "replace"))
        result = "fail" if is_odd or _is_unreadable(value) else _result(mail, at, names)
        yield _held(mail) if result == "pass" else Signature(result, claimed)


def _held(mail: dkim.DKIM) -> Signature:
    """One that holds, in the library's own reading; unless it vouches for a part, or by a hash nobody trusts."""
    fields, covers = mail.signature_fields, frozenset(each.decode("ascii") for each in mail.include_headers)
    is_weak = b"l" in fields or fields[b"a"].endswith(b"sha1")
    return Signature("fail" if is_weak else "pass", domain_of(mail.domain.decode("ascii")), covers)


def _count(name: bytes, headers: list[tuple[bytes, bytes]]) -> int:
    return sum(each.lower() == name for each, _value in headers)


def _is_unreadable(value: bytes) -> bool:
    """Would the library take long over it?"""
    return len(value) > LONGEST_SIGNATURE or bool(_MUCH_SPACE.search(value))


def _fields(value: bytes) -> dict[bytes, bytes]:
    pairs = (each.partition(b"=") for each in b"".join(value[:LONGEST_SIGNATURE].split(b"\r\n")).split(b";"))
    return {name.strip(): text.strip() for name, _mark, text in pairs}


def _is_relaxed(fields: dict[bytes, bytes]) -> bool:
    return fields.get(b"c", b"").partition(b"/")[2] == b"relaxed"


def _single_spaced(body: bytes) -> bytes:
    """As the relaxed way of signing sees it: the library takes hours over a megabyte of blanks."""
    body = body.replace(b"\t", b" ")
    while b"  " in body:
        body = body.replace(b"  ", b" ")
    return body


def _result(mail: dkim.DKIM, at: int, names: Names) -> str:
    try:
        return "pass" if mail.verify(at, dnsfunc=lambda name, timeout=0: _key(name, names)) else "fail"
    except Unanswered:
        return "temperror"
    except (dkim.NaClNotFoundError, dkim.UnknownKeyTypeError):  # a kind of key that we cannot try
        return "none"
    except dkim.DKIMException:
        return "fail"


def _key(name: bytes, names: Names) -> bytes | None:
    found = names.texts(name.decode("ascii"))
    return found[0] if len(found) == 1 else None
