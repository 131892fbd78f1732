"""The unguessable addresses of a company: made, found, rotated."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import NamedTuple

from flask import current_app
from sqlalchemy import bindparam, select

from app.audit import trail
from app.core import clock
from app.documents.models import Direction
from app.extensions import db
from app.intake.models import IntakeAddress
from app.users.models import Company, User

TOKEN_LENGTH = 22
ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
"""32 signs without look-alikes: 22 of them are 110 random bits."""


def open_both(company: Company) -> None:
    """Give a new company its two addresses."""
    for direction in Direction:
        _open(company, direction)


def _open(company: Company, direction: Direction) -> IntakeAddress:
    token = "".join(secrets.choice(ALPHABET) for _ in range(TOKEN_LENGTH))
    address = IntakeAddress(company=company, direction=direction, local_part=f"{company.slug}-{token}")
    db.session.add(address)
    return address


def living(company: Company, direction: Direction) -> IntakeAddress:
    """The address in use."""
    query = select(IntakeAddress).filter_by(company_id=company.id, direction=direction, ended_at=None)
    return db.session.scalars(query).one()


def rotate(company: Company, direction: Direction, *, by: User) -> IntakeAddress:
    """End the address at once and open another; mail to the old one is refused from now on."""
    living(company, direction).ended_at = clock.now()
    address = _open(company, direction)
    trail.record(company, by=by, act="address rotated", changes={"direction": [None, direction]})
    return address


def find(recipient: str) -> IntakeAddress | None:
    """The living address this recipient is, whatever its case; None for any other."""
    found = whose(recipient)
    return db.session.get_one(IntakeAddress, found.address_id) if found else None


class Recipient(NamedTuple):
    """What a mail log needs of an address, and no more."""

    address_id: int
    company_id: int
    direction: Direction


_WHOSE = select(IntakeAddress.id, IntakeAddress.company_id, IntakeAddress.direction).where(
    IntakeAddress.local_part == bindparam("local_part"), IntakeAddress.ended_at.is_(None)
)


def whose(recipient: str) -> Recipient | None:
    """Whose living address this is, whatever its case; None for any other. One query, whatever the answer."""
    local_part, _at, domain = recipient.strip().lower().rpartition("@")
    if domain != current_app.config["SETTINGS"].intake_domain.lower():
        return None
    found = db.session.execute(_WHOSE, {"local_part": local_part}).one_or_none()
    return Recipient(*found) if found else None


def full(address: IntakeAddress) -> str:
    """As it is written in a mail."""
    return f"{address.local_part}@{current_app.config['SETTINGS'].intake_domain}"


def returns_to(company: Company, direction: Direction) -> str:
    """Where our own mails come back to when they cannot be delivered; empty where no mail reaches us from outside."""
    is_reached = current_app.config["SETTINGS"].intake_domain != "localhost"
    return full(living(company, direction)) if is_reached else ""


def all_addresses() -> Iterator[dict[str, str | int]]:
    """Company, direction and address of all that are in use."""
    query = select(IntakeAddress).filter_by(ended_at=None).order_by(IntakeAddress.company_id, IntakeAddress.id)
    for address in db.session.scalars(query):
        yield {
            "company": address.company.name,
            "company_id": address.company_id,
            "direction": address.direction.value,
            "address": full(address),
        }
