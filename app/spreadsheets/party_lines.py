"""What each line of a list of customers or suppliers would do: add, change, nothing, or what is wrong with it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from stdnum import iban as iban_number

from app.counterparties import finding, identifiers
from app.counterparties.models import Counterparty
from app.extensions import db
from app.extraction.columns import folded
from app.spreadsheets import party_headings
from app.spreadsheets.models import PartyList
from app.web.fields import compact, trimmed

LONGEST = {"name": 200, "vat_number": 20, "siren": 9, "siret": 14, "email": 254, "address": 1000, "account_code": 20}
SHAPES = {"vat_number": compact, "siren": compact, "siret": compact}
KNOWN_BY = ("vat_number", "siret", "siren")
BOTH = {"both", "les deux", "client et fournisseur", "customer and supplier", "supplier customer", "fournisseur client"}
KINDS = {"customer": "is_customer", "client": "is_customer", "supplier": "is_supplier", "fournisseur": "is_supplier"}


class What(StrEnum):
    """What a line does."""

    ADD = "add"
    CHANGE = "change"
    NOTHING = "nothing"
    WRONG = "wrong"

    @property
    def label(self) -> Any:
        return {
            "add": lazy_gettext("Added"),
            "change": lazy_gettext("Changed"),
            "nothing": lazy_gettext("As it is"),
            "wrong": lazy_gettext("Left out"),
        }[self.value]


@dataclass
class Line:
    """One line as it would be."""

    number: int
    facts: dict[str, Any]
    iban: str = ""
    party: Counterparty | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    @property
    def what(self) -> What:
        if self.errors:
            return What.WRONG
        if self.party is None:
            return What.ADD
        is_new = self.iban and self.iban not in {each.iban for each in self.party.ibans}
        return What.CHANGE if self.changes or is_new else What.NOTHING

    @property
    def name(self) -> str:
        return str(self.facts.get("name") or (self.party.name if self.party else ""))


def of(listed: PartyList) -> Iterator[Line]:
    """Each of its lines; one that means the same as a line before is wrong."""
    before: dict[tuple[str, Any], int] = {}
    for number, cells in listed.cells[1:]:
        line = _read(number, cells, listed)
        _find(line, listed.company_id)
        for key in _keys(line):
            if key in before and not line.errors:
                line.errors.append(_("The same one as line %(number)s.", number=before[key]))
            before.setdefault(key, number)
        yield line


def digest(lines: list[Line]) -> str:
    """The same as long as each line would do the same."""
    told = [(each.number, each.what.value, each.party.id if each.party else 0, _said(each)) for each in lines]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:32]


def _said(line: Line) -> str:
    """All it would write; of one that is here already, what would be changed."""
    return repr((line.changes if line.party else line.facts, line.iban))


def _read(number: int, cells: list[str], listed: PartyList) -> Line:
    said = {name: _cell(cells, int(column)) for name, column in listed.columns.items()}
    line = Line(number, {name: SHAPES.get(name, str)(said.get(name, "")) for name in LONGEST})
    line.facts |= _kind(line, folded(said.get("kind", "")), is_customers=listed.is_customers)
    for name, longest in LONGEST.items():
        if len(line.facts[name]) > longest:
            line.errors.append(_("%(name)s: too long.", name=party_headings.LABELS[name]))
        elif why := identifiers.mistake(name, line.facts[name], line.facts["siren"]):
            line.errors.append(why)
    line.iban = "".join(said.get("iban", "").split()).upper()
    if line.iban and not iban_number.is_valid(line.iban):
        line.errors.append(_("The check digits of this IBAN are wrong: compare it with an invoice."))
    return line


def _cell(cells: list[str], column: int) -> str:
    """Without the apostrophe that keeps a spreadsheet from taking a text for a formula (SAFETY S83)."""
    text = cells[column].replace("\0", " ") if 0 <= column < len(cells) else ""
    return trimmed(text[1:] if text[:1] == "'" else text)


def _kind(line: Line, said: str, *, is_customers: bool) -> dict[str, bool]:
    """Customer, supplier or both, as the line says; else as the list was called."""
    if said in BOTH:
        return {"is_customer": True, "is_supplier": True}
    if said in KINDS:
        return {KINDS[said]: True}
    if said:
        line.errors.append(_("“%(said)s” is neither customer nor supplier.", said=said[:40]))
    return {"is_customer" if is_customers else "is_supplier": True}


def _find(line: Line, company_id: int) -> None:
    """The one that is meant, by a number or its name; with what would change of it: an empty cell changes nothing."""
    line.party = next((found for name in KNOWN_BY if (found := _with(company_id, name, line.facts[name]))), None)
    if line.party is None and line.facts["name"]:
        called = finding.called(company_id, line.facts["name"])
        if len(called) > 1:
            line.errors.append(_("Several are called so: give its VAT number, SIREN or SIRET."))
        line.party = called[0] if len(called) == 1 else None
    if line.party is None and not line.facts["name"]:
        line.errors.append(_("A new one needs a name."))
    if line.party:
        told = {name: value for name, value in line.facts.items() if value}
        line.changes = {name: [was, now] for name, now in told.items() if (was := getattr(line.party, name)) != now}


def _with(company_id: int, name: str, value: str) -> Counterparty | None:
    if not value:
        return None
    query = db.select(Counterparty).filter_by(company_id=company_id, **{name: value})
    found = list(db.session.scalars(query.where(Counterparty.merged_into_id.is_(None)).limit(2)))
    return found[0] if len(found) == 1 else None


def _keys(line: Line) -> Iterator[tuple[str, Any]]:
    if line.party:
        yield "id", line.party.id
        return
    for name in ("vat_number", "siret"):
        if line.facts[name]:
            yield name, line.facts[name]
    yield "name", finding.plain(line.facts["name"])
