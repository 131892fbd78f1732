"""Numbers that belong to nobody but pass their check: SIREN, VAT numbers and IBANs of many countries."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from random import Random

from stdnum import iban as ibans
from stdnum import luhn

VAT = {
    "FR": ("fr.tva", "FR??#########"),
    "DE": ("de.vat", "DE#########"),
    "NL": ("nl.btw", "NL#########B01"),
    "BE": ("be.vat", "BE0#########"),
    "ES": ("es.nif", "ESB########"),
    "IT": ("it.iva", "IT###########"),
    "GB": ("gb.vat", "GB#########"),
    "IE": ("ie.vat", "IE#######W"),
    "AT": ("at.uid", "ATU########"),
    "CH": ("ch.uid", "CHE#########"),
}
"""Country → what checks it, and how it is written (# a digit)."""
BBAN = {
    "FR": "#######################",
    "DE": "##################",
    "NL": "RABO0#########",
    "BE": "############",
    "ES": "####################",
    "IT": "X##########0000########",
    "GB": "BARC##############",
    "IE": "AIBK##############",
    "AT": "################",
    "CH": "#################",
}
BIC = {
    "FR": "AGRIFRPP878", "DE": "GENODEF1HH4", "NL": "RABONL2U", "BE": "KREDBEBB", "ES": "CAIXESBBXXX",
    "IT": "BCITITMM", "GB": "BARCGB22", "IE": "AIBKIE2D", "AT": "RLNWATWW", "CH": "POFICHBEXXX", "US": "CHASUS33",
}  # fmt: skip


def drawn(form: str, chance: Random) -> str:
    """The form with its # filled in."""
    return "".join(chance.choice("0123456789") if sign == "#" else sign for sign in form)


def until(is_valid: Callable[[str], object], form: str, chance: Random) -> str:
    """The first drawn number that passes."""
    while not is_valid(number := drawn(form, chance)):
        pass
    return number


def siren(chance: Random) -> str:
    return until(luhn.is_valid, f"{chance.choice('3458')}########", chance)


def siret(siren: str, chance: Random) -> str:
    return until(luhn.is_valid, f"{siren}000##", chance)


def french_vat(siren: str) -> str:
    """The VAT number that follows from a SIREN."""
    return f"FR{(12 + 3 * int(siren)) % 97:02}{siren}"


def vat(country: str, chance: Random) -> str:
    """A VAT number; empty for a country that has none (the United States)."""
    if country == "FR":
        return french_vat(siren(chance))
    if country not in VAT:
        return ""
    module, form = VAT[country]
    return until(import_module(f"stdnum.{module}").is_valid, form, chance)


def iban(country: str, chance: Random) -> str:
    """An IBAN with its check digits; the country's own ones inside it too. Empty where there are none."""
    if country not in BBAN:
        return ""
    while True:
        letter = chance.choice("ABCDEFGHKLMN")
        bban = _french(chance) if country == "FR" else drawn(BBAN[country].replace("X", letter), chance)
        number = f"{country}{ibans.calc_check_digits(f'{country}00{bban}')}{bban}"
        if ibans.is_valid(number):
            return number


def _french(chance: Random) -> str:
    """Bank, branch and account with their key (clé RIB)."""
    bank, branch, account = chance.randrange(10000, 19999), chance.randrange(100, 9999), chance.randrange(10**9, 10**11)
    key = 97 - (89 * bank + 15 * branch + 3 * account) % 97
    return f"{bank:05}{branch:05}{account:011}{key:02}"
