"""The addresses a step writes to besides, checked while somebody is there to mend them (SAFETY S49)."""

from __future__ import annotations

from flask_babel import gettext as _

from app.core.errors import Refused
from app.outbox import addresses as outbox

MOST, LONGEST = 10, 500


def checked(typed: str) -> str:
    """The addresses, each once, with commas between; raises `Refused` naming the first that cannot be one."""
    if not typed.isprintable():
        raise Refused(_("Write the addresses on one line, with commas between."))
    addresses = outbox.listed(typed)
    for each in addresses:
        if why := mistake(each):
            raise Refused(_("“%(address)s” cannot be written to. %(why)s", address=each[:60], why=why))
    if len(addresses) > MOST or len(", ".join(addresses)) > LONGEST:
        raise Refused(_("At most %(most)d addresses.", most=MOST))
    return ", ".join(addresses)


def mistake(address: str) -> str:
    """Why nobody can be written to at this address; empty where somebody can."""
    try:
        plain = outbox.spelled(address)
    except Refused:
        return _("This is not an e-mail address.")
    if outbox.comes_back(plain):
        return _("This is an address invoices come in by: mails to it would come back here.")
    return ""
