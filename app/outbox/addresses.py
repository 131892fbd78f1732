"""To whom a mail may be written: refused with the reason while a person is still there to mend it (SAFETY S49)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from flask_babel import gettext as _

from app.core.errors import Refused
from app.outbox.models import Recipient

MOST = 20
LONGEST, LONGEST_LOCAL = 254, 64
ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
LOCAL = re.compile(rf"{ATOM}(?:\.{ATOM})*")
LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
is_ours: list[Callable[[str], object]] = []
"""Who knows the addresses at which we take invoices in: a mail to one would come back as a document."""


def recipients(to: Iterable[str], cc: Iterable[str] = ()) -> list[Recipient]:
    """Each address once, as the first that it was given for."""
    found: dict[str, Recipient] = {}
    for role, addresses in (("to", to), ("cc", cc)):
        for address in map(checked, addresses):
            found.setdefault(address.lower(), Recipient(address=address, role=role))
    if not found:
        raise Refused(_("The mail has no recipient. Nothing was sent."))
    if len(found) > MOST:
        text = _("The mail has %(count)s recipients; %(most)s are the most. Nothing was sent.")
        raise Refused(text % {"count": len(found), "most": MOST})
    return list(found.values())


def checked(address: str) -> str:
    """The address as mail servers take it, and none of those at which we take invoices in."""
    plain = spelled(address)
    if comes_back(plain):
        text = _("%(address)s is where Facteur itself takes invoices in: a mail to it would come back as a document.")
        raise Refused(text % {"address": plain})
    return plain


def listed(text: str) -> list[str]:
    """Those that stand in a row, separated by commas, semicolons or line breaks, each once."""
    found = [each.strip() for each in re.split(r"[,;\r\n]", text) if each.strip()]
    return list({each.lower(): each for each in found}.values())


def comes_back(address: str) -> bool:
    """Is it one at which we take invoices in?"""
    return any(ask(address) for ask in is_ours)


def spelled(address: str) -> str:
    """The address as mail servers take it: a domain with accents in its plain spelling."""
    local, _at, domain = address.strip(" ").rpartition("@")
    plain = f"{local}@{_plain(domain)}"
    if one_line(address) != address.strip(" ") or not _is_one(plain):
        shown = one_line(address)[:100]
        raise Refused(_("“%(address)s” is not an e-mail address. Nothing was sent.", address=shown))
    return plain


def _is_one(address: str) -> bool:
    local, _at, domain = address.rpartition("@")
    is_short = len(address) <= LONGEST and len(local) <= LONGEST_LOCAL
    return bool(is_short and LOCAL.fullmatch(local) and all(map(LABEL.fullmatch, domain.split("."))))


def _plain(domain: str) -> str:
    if domain.isascii():
        return domain
    try:
        return domain.encode("idna").decode()
    except UnicodeError:
        return ""


def one_line(text: str) -> str:
    """The text without line breaks and other control characters, safe in a header (SAFETY S50)."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())
