"""The addresses a step writes to besides, checked while somebody is there to mend them (SAFETY S49)."""

from __future__ import annotations

import re

from flask import current_app
from flask_babel import gettext as _

from app.core.errors import Refused
from app.counterparties import identifiers

MOST, LONGEST = 10, 500


def checked(typed: str) -> str:
    """The addresses, each once, with commas between; raises `Refused` naming the first that cannot be one."""
    if not typed.isprintable():
        raise Refused(_("Write the addresses on one line, with commas between."))
    found = [each.strip() for each in re.split(r"[,;]", typed) if each.strip()]
    addresses = list({each.lower(): each for each in found}.values())
    for each in addresses:
        if why := mistake(each):
            raise Refused(_("“%(address)s” cannot be written to. %(why)s", address=each[:60], why=why))
    if len(addresses) > MOST or len(", ".join(addresses)) > LONGEST:
        raise Refused(_("At most %(most)d addresses.", most=MOST))
    return ", ".join(addresses)


def mistake(address: str) -> str:
    """Why nobody can be written to at this address; empty where somebody can."""
    domain = current_app.config["SETTINGS"].intake_domain.lower()
    if not address.isascii() or (why := identifiers.mistake("email", address)):
        return why if address.isascii() else _("This is not an e-mail address.")
    if domain and address.lower().endswith(f"@{domain}"):
        return _("This is an address invoices come in by: mails to it would come back here.")
    return ""
