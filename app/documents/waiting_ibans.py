"""The accounts that wait for a second person, and the documents that wait with them (SPEC CP-3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from app.counterparties import confirming, ibans
from app.counterparties.models import Counterparty, CounterpartyIban
from app.documents import paying_to
from app.documents.models import Document
from app.documents.wanted import DECIDED, OPEN
from app.extensions import db
from app.users.models import Company, Membership, User
from app.web.access import Permission

MOST = 200


@dataclass(frozen=True)
class Row:
    """One that waits: why, for what, and whether this person may confirm it."""

    iban: CounterpartyIban
    why: Any
    documents: list[Document]
    why_not: str


def rows(user: User, company: Company) -> list[Row]:
    """All that this person may see, oldest first."""
    query = _waiting(user, company).options(
        joinedload(CounterpartyIban.counterparty), joinedload(CounterpartyIban.added_by)
    )
    found = db.session.scalars(query.order_by(CounterpartyIban.created_at, CounterpartyIban.id).limit(MOST))
    return [_row(user, each) for each in found]


def _row(user: User, iban: CounterpartyIban) -> Row:
    held = ibans.hold(iban.iban, iban.counterparty)
    return Row(iban, held.doubt.label if held else "", documents(user, iban), confirming.why_not(iban, by=user))


def documents(user: User, iban: CounterpartyIban, most: int = 20) -> list[Document]:
    """What is open and names it, of what this person may see."""
    query = Document.visible_to(user).where(paying_to.standing_on(iban), DECIDED, OPEN)
    return list(db.session.scalars(query.order_by(Document.due_date, Document.id).limit(most)))


def tell(iban: CounterpartyIban, user: User) -> dict[str, Any]:
    """For the page of the account."""
    return {"documents": documents(user, iban)}


def count(user: User, company: Company) -> int:
    """How many wait for this person: not those they brought themselves, unless they are alone here."""
    query = _waiting(user, company)
    if not _is_alone(user, company):
        query = query.where(CounterpartyIban.added_by_id.is_distinct_from(user.id))
    return db.session.scalar(query.with_only_columns(func.count())) or 0


def _waiting(user: User, company: Company) -> Select[tuple[CounterpartyIban]]:
    seen = Counterparty.visible_to(user).where(
        Counterparty.company_id == company.id, Counterparty.merged_into_id.is_(None)
    )
    mine = CounterpartyIban.counterparty_id.in_(seen.with_only_columns(Counterparty.id))
    return select(CounterpartyIban).where(mine, paying_to.is_waited_for())


def _is_alone(user: User, company: Company) -> bool:
    people = select(User).where(User.memberships.any(Membership.company_id == company.id), User.is_disabled.is_(False))
    return not any(
        each is not user and company.id in each.company_ids(Permission.EDIT) for each in db.session.scalars(people)
    )
