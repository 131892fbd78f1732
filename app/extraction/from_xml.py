"""What an e-invoice says, as a reading, and where its values stand on the page."""

from __future__ import annotations

from decimal import Decimal

from stdnum import iban
from stdnum.eu import vat
from stdnum.fr import siren, siret

from app.einvoice.invoice import Invoice, Party
from app.extraction.labels import fold
from app.extraction.reading import DOUBTFUL, Found, ItemLine, Reading, TaxLine
from app.extraction.spots import Spot
from app.extraction.study import Study

_CHECKED = {"vat": vat, "siren": siren, "siret": siret}


def read_invoice(invoice: Invoice) -> Reading:
    """The fields of an e-invoice; those whose sums or check digits are wrong are never sure."""
    reading = Reading(
        taxes=[TaxLine(line.rate, line.base, line.tax) for line in invoice.taxes],
        lines=[
            ItemLine(line.description, line.quantity, line.unit, line.unit_price, line.net, line.tax_rate)
            for line in invoice.lines
        ],
    )
    plain = {
        "kind": invoice.kind,
        "number": invoice.number,
        "issue_date": invoice.issue_date,
        "due_date": invoice.due_date,
        "currency": invoice.currency,
        "net": invoice.net,
        "tax": invoice.tax,
        "gross": invoice.gross,
        "paid": invoice.prepaid,
        "order_reference": invoice.order_reference,
        "payment_reference": invoice.payment_reference,
        "period_start": invoice.period_start,
        "period_end": invoice.period_end,
        "label": invoice.lines[0].description if len(invoice.lines) == 1 else "",
        "iban": next(iter(invoice.ibans), invoice.seller.iban),
    }
    for name, value in plain.items():
        if value not in (None, ""):
            reading.fields[name] = Found(value, 0.99, source="xml")
    for side, party in (("seller", invoice.seller), ("buyer", invoice.buyer)):
        _put_party(reading, side, party)
    _check(reading, invoice)
    return reading


def _put_party(reading: Reading, side: str, party: Party) -> None:
    town = " ".join(part for part in (party.postcode, party.city) if part)
    said = {
        "name": party.name,
        "vat": party.vat_number,
        "siren": party.siren,
        "siret": party.siret,
        "email": party.email,
        "address": "\n".join(line for line in (*party.address, town, party.country) if line),
    }
    for name, value in said.items():
        if value:
            found = reading.fields[f"{side}_{name}"] = Found(value, 0.99, source="xml")
            module = _CHECKED.get(name)
            if module is not None and not module.is_valid(value) and _is_checkable(name, value):
                _fail(found, "check_digits")


def _is_checkable(name: str, value: str) -> bool:
    """Only numbers of the European Union can be checked; others are as good as written."""
    return (
        name != "vat" or value[:2].upper() in vat.MEMBER_STATES | {"el", "EL"} or value[:2].lower() in vat.MEMBER_STATES
    )


def _check(reading: Reading, invoice: Invoice) -> None:
    """Lower what does not add up (SPEC EX-4)."""
    net, tax, gross = invoice.net, invoice.tax, invoice.gross
    if net is not None and tax is not None and gross is not None and abs(net + tax - gross) > Decimal("0.01"):
        for name in ("net", "tax", "gross"):
            _fail(reading.fields[name], "sum")
    if tax is not None and any(_rate_differs(line) for line in reading.taxes):
        _fail(reading.fields["tax"], "rate")
    account = reading.fields.get("iban")
    if account is not None and not iban.is_valid(str(account.value), check_country=False):
        _fail(account, "check_digits")
    issue, due = invoice.issue_date, invoice.due_date
    if issue and due and due < issue:
        _fail(reading.fields["due_date"], "date")


def _rate_differs(line: TaxLine) -> bool:
    if line.rate is None or line.base is None or line.tax is None:
        return False
    # Some round the tax of each item: a cent for each of them would be fair, half a percent of it is as good.
    allowed = max(Decimal("0.02"), abs(line.tax) / 200)
    return abs(line.base * line.rate / 100 - line.tax) > allowed


def _fail(found: Found, check: str) -> None:
    found.failed_check, found.confidence = check, min(found.confidence, DOUBTFUL - 0.05)


def locate(study: Study, name: str, value: object) -> Spot | None:
    """Where the page prints this very value, if it does."""
    values = study.values
    if name in ("issue_date", "due_date", "period_start", "period_end"):
        return next((spot for spot in values.dates if value in spot.value.readings), None)
    if isinstance(value, Decimal):
        same = [money for money in values.amounts if abs(money.value) == abs(value) and money.decimals]
        return same[-1] if same else None
    if name in ("kind", "currency", "direction") or not isinstance(value, str):
        return None
    for spots in (values.codes, values.vats, values.ibans, values.sirens, values.sirets, values.mails):
        for spot in spots:
            if _compact(str(spot.value)) == _compact(value):
                return spot
    return _locate_text(study, value.split("\n")[0])


def _locate_text(study: Study, text: str) -> Spot | None:
    wanted = fold(text)
    if len(wanted) < 4:
        return None
    for line in study.layout.lines:
        start = fold(line.text.replace("\t", " ")).find(wanted)
        if start >= 0:
            end = start + len(wanted)
            return Spot(line, start, end, text, line.area_of(start, end))
    return None


def _compact(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
