"""The XML of a Factur-X from what is known of an invoice: the profile that says most of it, valid, or the reason."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from babel.numbers import list_currencies

from app.einvoice import make, validity
from app.einvoice.cannot import CannotMake
from app.einvoice.invoice import Invoice, Party
from app.einvoice.profiles import Profile, fitting

_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]+")
"""What XML has no way to say."""
_VAT_NUMBER = re.compile(r"[A-Z]{2}[0-9A-Z+*]{2,13}")
_SIREN = re.compile(r"[0-9]{9}")
_SIRET = re.compile(r"[0-9]{14}")
_MOST_DECIMALS = 2
"""Of an amount, whatever the currency (EN 16931, BR-DEC)."""


@dataclass(frozen=True, slots=True)
class Written:
    """The XML, the profile it is in, and the invoice as it was written."""

    xml: bytes
    profile: Profile
    invoice: Invoice


def write(invoice: Invoice) -> Written:
    """The XML in the highest profile that the facts allow and whose rules it keeps; raises `CannotMake`."""
    invoice = _tidy(invoice)
    if missing := list(_missing(invoice)) or list(_wrong(invoice)):
        raise CannotMake(*missing)
    found: list[str] = []
    for profile in fitting(invoice):
        xml = make.written(invoice, profile)
        found = _faults(xml, profile)
        if not found:
            return Written(xml, profile, invoice)
    raise CannotMake("not_valid", detail="; ".join(found)[:1000])


def _faults(xml: bytes, profile: Profile) -> list[str]:
    try:
        return validity.faults(xml, profile)
    except validity.NotChecked as error:
        raise CannotMake("not_checked") from error


def _missing(invoice: Invoice) -> Iterator[str]:
    """What even the smallest profile asks for."""
    seller = invoice.seller
    known = {
        "number": invoice.number,
        "issue_date": invoice.issue_date,
        "currency": invoice.currency,
        "amounts": None not in (invoice.net, invoice.gross),
        "seller": seller.name,
        "buyer": invoice.buyer.name,
        "seller_number": seller.vat_number or seller.siren or seller.siret,
        "seller_country": seller.country,
    }
    yield from (code for code, value in known.items() if not value)


def _wrong(invoice: Invoice) -> Iterator[str]:
    """What contradicts itself or cannot be written exactly: no amount is ever changed to fit."""
    net, tax, gross = invoice.net, invoice.tax, invoice.gross
    if (net or 0) + (tax or 0) != gross:
        yield "totals_differ"
    rows = invoice.taxes
    bases, taxes = [row.base for row in rows], [row.tax for row in rows]
    if rows and ((None not in bases and sum(bases) != net) or (None not in taxes and sum(taxes) != tax)):
        yield "taxes_differ"
    amounts = [net, tax, gross, *bases, *taxes, *(line.net for line in invoice.lines)]
    if any(amount != round(amount, _MOST_DECIMALS) for amount in amounts if amount is not None):
        yield "decimals"


def _tidy(invoice: Invoice) -> Invoice:
    """Texts as XML can say them, and no number that is none: a profile that needs it is not for this invoice."""
    invoice = _clean(invoice)
    tax = invoice.tax
    if tax is None and None not in (invoice.net, invoice.gross):
        tax = invoice.gross - invoice.net
    parties = {name: _numbered(getattr(invoice, name)) for name in ("seller", "buyer")}
    currency = invoice.currency if invoice.currency in list_currencies() else ""
    return replace(invoice, tax=tax, currency=currency, **parties)


def _numbered(party: Party) -> Party:
    """The party with those of its numbers that can be meant."""
    ways = {"vat_number": _VAT_NUMBER, "siren": _SIREN, "siret": _SIRET}
    kept = {name: value for name, way in ways.items() if way.fullmatch(value := getattr(party, name))}
    siren = kept.get("siren") or kept.get("siret", "")[:9]
    return replace(party, **{"vat_number": "", "siret": ""} | kept | {"siren": siren})


def _clean(said: Any) -> Any:
    """The same with every text in it on one line, without what XML has no way to say."""
    if isinstance(said, str):
        return " ".join(_UNWRITABLE.sub(" ", said).split())
    if isinstance(said, list):
        return [_clean(each) for each in said]
    if is_dataclass(said) and not isinstance(said, type):
        return replace(said, **{each.name: _clean(getattr(said, each.name)) for each in fields(said)})
    return said
