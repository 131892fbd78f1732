"""What was read from a document: each field with its value, how sure it is, and where it stood."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal

from app.reader.contents import Box

Value = str | date | Decimal

DATES = frozenset({"issue_date", "due_date", "period_start", "period_end"})
AMOUNTS = frozenset({"net", "tax", "gross", "paid"})
FIELDS = (
    *("kind", "direction", "number", "label", "issue_date", "due_date", "currency", "net", "tax", "gross", "paid"),
    *("order_reference", "payment_reference", "iban", "bic", "period_start", "period_end"),
    *("seller_name", "seller_vat", "seller_siren", "seller_siret", "seller_email", "seller_address"),
    *("buyer_name", "buyer_vat", "buyer_siren", "buyer_siret", "buyer_email", "buyer_address"),
)

SURE = 0.9
"""From here on a person is told that the value is sure."""
DOUBTFUL = 0.5
"""A field that failed a check, or where XML and page differ, is never above."""


@dataclass(slots=True)
class Found:
    """One value. `page` counts from 1; `box` are fractions of that page; both None where nothing was printed."""

    value: Value
    confidence: float
    page: int | None = None
    box: Box | None = None
    source: str = "page"
    """`xml`, `page`, or `computed` (from other fields; printed nowhere)."""
    text: str = ""
    """As it is printed."""
    failed_check: str | None = None
    """The check it failed: `sum`, `rate`, `check_digits`, `date`, `xml_page_differ`."""
    why: str = ""
    """The evidence, in a few words, for whoever wonders."""
    is_mended: bool = False
    """Whether it, or what it adds up with, was misread and put right: never sure, however many passes agree."""
    lesson: str = ""
    """The lesson it was read by: what somebody corrected on an earlier document of this layout."""

    @property
    def is_sure(self) -> bool:
        """Whether a person may rely on it without looking."""
        return self.confidence >= SURE and self.failed_check is None and not self.is_mended


@dataclass(slots=True)
class TaxLine:
    """The tax of one rate, `rate` in percent."""

    rate: Decimal | None
    base: Decimal | None
    tax: Decimal | None


@dataclass(slots=True)
class ItemLine:
    """One line of the invoice as its XML says; `net` without tax."""

    description: str
    quantity: Decimal | None = None
    unit: str = ""
    unit_price: Decimal | None = None
    net: Decimal | None = None
    tax_rate: Decimal | None = None


@dataclass(slots=True)
class Party:
    """The seller or the buyer, as far as it was read: what a counterparty is found by."""

    name: str = ""
    vat_number: str = ""
    siren: str = ""
    siret: str = ""
    email: str = ""
    ibans: list[str] = field(default_factory=list)
    address: str = ""


@dataclass(slots=True)
class Reading:
    """All that was read from one document. Amounts keep the sign that is printed, also on credit notes."""

    fields: dict[str, Found] = field(default_factory=dict)
    taxes: list[TaxLine] = field(default_factory=list)
    lines: list[ItemLine] = field(default_factory=list)
    flags: list[dict] = field(default_factory=list)
    """`{"code": "not_invoice"}`, `{"code": "several_invoices", "pages": […]}`, `{"code": "xml_page_differ", …}`,
    `{"code": "xml_unreadable", "reason": …}` with a key of `app.reader.reasons.REASONS`."""
    language: str = ""

    def value(self, name: str) -> Value | None:
        """The value of a field, or None."""
        found = self.fields.get(name)
        return None if found is None else found.value

    def party(self, side: str) -> Party:
        """The `seller` or the `buyer`."""
        parts = {
            name: str(self.value(f"{side}_{name}") or "") for name in ("name", "siren", "siret", "email", "address")
        }
        ibans = [str(self.value("iban"))] if side == "seller" and self.value("iban") else []
        return Party(**parts, vat_number=str(self.value(f"{side}_vat") or ""), ibans=ibans)

    def has_flag(self, code: str) -> bool:
        """Whether one of the flags has this code."""
        return any(flag["code"] == code for flag in self.flags)


def as_json(reading: Reading) -> dict:
    """The reading as plain JSON values; `from_json` gives it back."""
    return _plain(asdict(reading))


def from_json(stored: dict) -> Reading:
    """The reading that `as_json` stored."""
    return Reading(
        fields={name: _found(name, values) for name, values in stored["fields"].items()},
        taxes=[TaxLine(**_decimals(values, "rate", "base", "tax")) for values in stored["taxes"]],
        lines=[
            ItemLine(**_decimals(values, "quantity", "unit_price", "net", "tax_rate")) for values in stored["lines"]
        ],
        flags=stored["flags"],
        language=stored.get("language", ""),
    )


def _plain(value):
    match value:
        case dict():
            return {key: _plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
        case Decimal():
            return format(value, "f")
        case date():
            return value.isoformat()
    return value


def _found(name: str, values: dict) -> Found:
    value = values["value"]
    if name in DATES:
        value = date.fromisoformat(value)
    elif name in AMOUNTS:
        value = Decimal(value)
    box = values["box"] and tuple(values["box"])
    return Found(**{**values, "value": value, "box": box})


def _decimals(values: dict, *names: str) -> dict:
    return {key: Decimal(value) if key in names and value is not None else value for key, value in values.items()}
