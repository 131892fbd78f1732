"""What a counterparty is known by, checked by its own digits (SPEC CP-1)."""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _
from stdnum import vatin
from stdnum.fr import siren as siren_number
from stdnum.fr import siret as siret_number


def mistake(name: str, value: str, siren: str = "") -> str:
    """Why this can't be its number, in words; empty where it can, or where there is none."""
    if not value:
        return ""
    if name == "vat_number" and not vatin.is_valid(value):
        return _("This VAT number is not valid: compare it with an invoice.")
    if name == "siren" and not siren_number.is_valid(value):
        return _("This SIREN is not valid: nine digits, the last one checks the others.")
    if name == "siret" and not siret_number.is_valid(value):
        return _("This SIRET is not valid: fourteen digits, the last one checks the others.")
    if name == "siret" and siren and not value.startswith(siren):
        return _("This SIRET does not begin with the SIREN: one of the two is another firm’s.")
    return _("This is not an e-mail address.") if name == "email" and not _is_address(value) else ""


def _is_address(value: str) -> bool:
    try:
        validate_email(value, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True
