"""Whom a document comes from or goes to, and what contradicts the way it came in (SPEC EX-7)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import select

from app.counterparties.models import Counterparty, CounterpartyIban, plain
from app.documents.models import Direction, Document
from app.extensions import db
from app.extraction.parties import Candidate, find_party
from app.extraction.reading import Party, Reading

LENGTHS = {"name": 200, "vat_number": 20, "siren": 9, "siret": 14, "email": 254, "address": 1000}


def other_side(direction: Direction, reading: Reading) -> Party:
    """The party that is not the company itself: who sells to it, or buys from it."""
    return reading.party("seller" if direction is Direction.PURCHASE else "buyer")


def name(document: Document, direction: Direction, reading: Reading) -> str:
    """What the counterparty would be called if it went this way."""
    facts = counterparty(document, reading, direction)
    known = db.session.get(Counterparty, facts["counterparty_id"]) if facts["counterparty_id"] else None
    return known.name if known else facts["counterparty_name"]


def counterparty(document: Document, reading: Reading, direction: Direction | None = None) -> dict[str, Any]:
    """The facts of the document about its counterparty: one that is known, else what was read of a new one."""
    party = other_side(direction or document.direction, reading)
    if _is_own(document, party):
        party = Party()
    if match := find_party(party, _candidates(document.company_id)):
        return {"counterparty_id": match.id, "counterparty_name": "", "counterparty_facts": {}}
    facts = {name: value for name, value in asdict(party).items() if value}
    for name, length in LENGTHS.items():
        if name in facts:
            facts[name] = facts[name][:length]
    return {"counterparty_id": None, "counterparty_name": facts.pop("name", ""), "counterparty_facts": facts}


def _is_own(document: Document, party: Party) -> bool:
    """Is it the company itself, as where a purchase is taken for a sale? Nobody writes invoices to oneself."""
    company = document.company
    names = {plain(name) for name in (company.name, *company.other_names)}
    same_number = {party.siren, party.vat_number} & ({company.siren, company.vat_number} - {""})
    return bool(same_number) or plain(party.name) in names


def _candidates(company_id: int) -> list[Candidate]:
    """All living counterparties of the company, as plain values: there may be thousands."""
    ibans: dict[int, list[str]] = {}
    accounts = select(CounterpartyIban.counterparty_id, CounterpartyIban.iban).join(Counterparty)
    for counterparty_id, iban in db.session.execute(accounts.where(Counterparty.company_id == company_id)):
        ibans.setdefault(counterparty_id, []).append(iban)
    named = (Counterparty.id, Counterparty.name, Counterparty.other_names)
    living = select(*named, Counterparty.vat_number, Counterparty.siren, Counterparty.siret, Counterparty.email).where(
        Counterparty.company_id == company_id, Counterparty.archived_at.is_(None)
    )
    return [
        Candidate(
            each.id,
            names=[each.name, *each.other_names],
            vat_number=each.vat_number,
            siren=each.siren or each.siret[:9],
            ibans=ibans.get(each.id, []),
            domains=[each.email] if each.email else [],
        )
        for each in db.session.execute(living.order_by(Counterparty.id))
    ]


def flags(document: Document, reading: Reading) -> list[dict[str, Any]]:
    """Where the page contradicts the address it came to; a person decides, nothing moves by itself."""
    found = reading.fields.get("direction")
    if found is None or not found.is_sure or found.value == document.direction.value:
        return []
    return [{"code": "direction_differs", "was": document.direction.value, "now": str(found.value)}]
