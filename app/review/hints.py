"""What a person should look at: the flags of a reading and each field's certainty, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import format_decimal
from flask_babel import gettext as _

from app.core import money
from app.documents import doubts, labels
from app.documents.editing import PARTY, fields_of
from app.documents.forms import DocumentForm
from app.documents.models import Direction, Document, Kind
from app.documents.words import NAMES
from app.extraction import fields
from app.extraction.reading import AMOUNTS, DATES, Found, Reading
from app.reader.reasons import FLAGS, reason
from app.web.filters import day
from app.web.language import locale


@dataclass(frozen=True)
class Hint:
    """How sure a field is: `sure`, `unsure` or `failed`, with the reason in words."""

    confidence: str
    reason: str = ""


def of_form(document: Document, reading: Reading, form: DocumentForm) -> dict[str, Hint]:
    """Field of the form → how sure it is; what a person typed is theirs, and plain, unless it can hardly be right."""
    draft, is_proposed = form.drafted(), _is_paid(reading) and form.propose_due_date()
    typed = fields_of(fields.typed(document)) | form.touched()
    found = {}
    for name, each in reading.fields.items():
        shown = form_field(draft, name)
        if shown and shown not in found and shown not in typed and not _is_settled(each, draft):
            found[shown] = of_field(each, reading)
    if document.counterparty_id:  # found by what identifies it: surer than the name on the page
        found.pop(PARTY, None)
    usual = _usual(document, form)
    found |= {name: hint for name, hint in usual.items() if name not in found or name in document.usual}
    if is_proposed:
        found["due_date"] = Hint("unsure", _("Check: it is paid and says no due date, so the issue date is proposed."))
    return found | {name: Hint("failed", sentence) for name, sentence in doubts.of(draft).items()}


def _usual(document: Document, form: DocumentForm) -> dict[str, Hint]:
    """What was neither read nor typed: it stands there because it is usual for the counterparty (SPEC LC-6)."""
    party, touched = document.counterparty, form.touched()
    if party is None:
        return {}
    is_label = party.default_label and document.label == labels.usual(document)
    names = [*document.usual, *(["label"] if is_label else [])]
    return {name: Hint("sure", _("Usual for %(name)s.", name=party.name)) for name in names if name not in touched}


def _is_paid(reading: Reading) -> bool:
    """Does the page say that nothing is left to pay, as receipts do?"""
    paid, gross = reading.value("paid"), reading.value("gross")
    return isinstance(paid, Decimal) and isinstance(gross, Decimal) and paid >= gross > 0


def _is_settled(found: Found, draft: Document) -> bool:
    """Did the sum fail with what was read, and does it add up with what stands there now?"""
    is_known = None not in (draft.net_minor, draft.tax_minor, draft.gross_minor)
    return found.failed_check == "sum" and is_known and not doubts.do_not_add_up(draft)


def form_field(document: Document, name: str) -> str:
    """The form's field that a field of the reading belongs to; none for what the form does not ask."""
    if name in {"direction", "paid", "bic"} or name.startswith("period_"):
        return ""
    if name.startswith(("seller_", "buyer_")):
        side = "seller" if document.direction is Direction.PURCHASE else "buyer"
        return PARTY if name.startswith(f"{side}_") else ""
    return name


def of_field(found: Found, reading: Reading) -> Hint:
    """How sure one value is, and why not."""
    if found.failed_check:
        return Hint("failed", failed(found, reading))
    return Hint("sure") if found.is_sure else Hint("unsure")


def failed(found: Found, reading: Reading) -> str:
    """Why a value can't be right as it stands, with the figures."""
    if found.failed_check == "sum":
        return _sum(reading)
    sentences = {
        "rate": _("The tax is not its rate times the net amount."),
        "check_digits": _("The check digits are wrong: a sign was misread or mistyped."),
        "date": _("This date is not plausible."),
        "xml_page_differ": _("The e-invoice and the page say different things."),
    }
    return sentences.get(found.failed_check or "", _("Check: a test of this value failed."))


def _sum(reading: Reading) -> str:
    currency = str(reading.value("currency") or "EUR")
    net, tax, gross = (reading.value(name) for name in ("net", "tax", "gross"))
    if not (isinstance(net, Decimal) and isinstance(tax, Decimal) and isinstance(gross, Decimal)):
        return _("The amounts do not add up.")
    total, said = _money(net + tax, currency), _money(gross, currency)
    return _("Net + tax is %(total)s, gross says %(gross)s.", total=total, gross=said)


def _money(amount: Decimal, currency: str) -> str:
    return money.format_amount(money.to_minor(amount, currency), currency, locale())


def _why_not(code: str) -> str:
    return _("it was changed meanwhile.") if code == "changed" else str(reason(code))


def of_flag(flag: dict[str, Any]) -> str:
    """A flag of the reading, as a sentence."""
    code = flag.get("code", "")
    sentences = {
        "not_invoice": _("This does not look like an invoice. Check it, or delete it."),
        "several_invoices": _("There seem to be several invoices in this file%(pages)s.", pages=_pages(flag)),
        "direction_differs": _(
            "It came in as %(was)s, but the page looks like %(now)s: check the direction.", **_ways(flag)
        ),
    }
    if code == "xml_page_differ":
        return _("%(field)s: the e-invoice says %(xml)s, the page says %(other)s.", **_differ(flag, "page"))
    if code == "xml_unreadable":
        return _("The e-invoice that came with it was not read: %(reason)s", reason=reason(flag.get("reason", "")))
    if code == "two_xml_differ":
        return _("%(field)s: one e-invoice in the file says %(xml)s, another %(other)s.", **_differ(flag, "other"))
    if code == "not_rearranged":
        return _("It was not split or merged: %(reason)s", reason=_why_not(flag.get("reason", "")))
    return str(
        sentences.get(code) or FLAGS.get(code) or _("Something is unusual here (%(code)s): look closely.", code=code)
    )


def _differ(flag: dict[str, Any], other: str) -> dict[str, str]:
    """The field, and the two values that differ, in words."""
    name = flag.get("field", "")
    values = {"xml": flag.get("xml"), "other": flag.get(other)}
    return {"field": field_name(name)} | {side: value_in_words(name, value) for side, value in values.items()}


def value_in_words(name: str, value: Any, currency: str = "EUR") -> str:
    """A value as a person writes it, be it read or stored as plain text; whole minor units are of this currency."""
    if value in (None, ""):
        return "–"
    if name in DATES:
        return day(value if isinstance(value, date) else date.fromisoformat(value))
    if name.endswith("_minor"):
        return number(money.from_minor(int(value), currency))
    if name in AMOUNTS:
        return number(Decimal(str(value)))
    if name in {"kind", "direction"}:
        return str((Kind if name == "kind" else Direction)(value).label)
    return str(value)


def number(value: Decimal | None) -> str:
    """A figure in the reader's language, with the decimals it has."""
    return "" if value is None else format_decimal(value, format="#,##0.00####")


def field_name(field: str) -> str:
    """What a field of a reading is called in a sentence."""
    side, _line, fact = field.partition("_")
    if side not in {"seller", "buyer"}:
        return str(NAMES.get(field) or {"paid": _("Already paid"), "bic": _("BIC")}.get(field, field))
    name = _("Seller") if side == "seller" else _("Buyer")
    facts = {"vat": _("VAT number"), "siren": "SIREN", "siret": "SIRET", "email": _("E-mail"), "address": _("Address")}
    return f"{name}, {facts[fact]}" if fact in facts else name


def _pages(flag: dict[str, Any]) -> str:
    pages = ", ".join(str(page) for page in flag.get("pages", []))
    return _(" (they begin on pages %(pages)s)", pages=pages) if pages else ""


def _ways(flag: dict[str, Any]) -> dict[str, str]:
    words = {"purchase": _("a purchase"), "sale": _("a sale")}
    return {side: words.get(flag.get(side, ""), "") for side in ("was", "now")}
