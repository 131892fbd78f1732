"""What the pages of customers and suppliers show."""

from __future__ import annotations

from typing import Any

from flask import url_for
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import selectinload

from app.counterparties.finding import escaped
from app.counterparties.models import Counterparty
from app.extensions import db
from app.users import people
from app.users.models import Company, Membership, User
from app.web import keyset
from app.web.access import Role
from app.web.ids import row_id

WITHOUT_PLAN = "none"
ORDER = keyset.Order(func.lower(Counterparty.name), str, is_descending=False)


def list_page(user: User, company: Company, said: Any, *, is_customer: bool) -> dict[str, Any]:
    """One page of customers or suppliers, by name."""
    query = listed(user, company, said, is_customer=is_customer).options(selectinload(Counterparty.assigned_users))
    leaf = keyset.leaf(query, ORDER, Counterparty.id, before=said.get("before", ""), after=said.get("after", ""))
    endpoint = "counterparties.customers" if is_customer else "counterparties.suppliers"
    kept = {"q": _words(said) or None, "archived": "yes" if said.get("archived") == "yes" else None}
    kept |= {"plan": said.get("plan") if _plan(said) is not None else None}
    return {
        "counterparties": [row[0] for row in leaf.rows],
        "is_customer": is_customer,
        "is_archived": bool(kept["archived"]),
        "words": _words(said),
        "kept": kept,
        "endpoint": endpoint,
        "admins": [] if leaf.rows else people.admins_of(company.id),
        "pages": {
            "previous_url": url_for(endpoint, **kept, before=leaf.before) if leaf.before else None,
            "next_url": url_for(endpoint, **kept, after=leaf.after) if leaf.after else None,
        },
    }


def listed(user: User, company: Company, said: Any, *, is_customer: bool) -> Select[tuple[Counterparty]]:
    """All that the list of this address shows, on all its pages."""
    query = Counterparty.visible_to(user).where(Counterparty.company_id == company.id)
    query = query.where(Counterparty.is_customer if is_customer else Counterparty.is_supplier)
    query = query.where(Counterparty.merged_into_id.is_(None))
    archived = Counterparty.archived_at
    query = query.where(archived.is_not(None) if said.get("archived") == "yes" else archived.is_(None))
    for word in _words(said).split()[:5]:
        query = query.where(_has(word))
    plan = _plan(said)
    return query if plan is None else query.where(Counterparty.dunning_plan_id == (plan or None))


def _plan(said: Any) -> int | None:
    """Only those that have this plan; 0: none of their own."""
    return 0 if said.get("plan") == WITHOUT_PLAN else said.get("plan", type=row_id)


def _words(said: Any) -> str:
    return " ".join(said.get("q", "").replace("\0", " ").split())[:100]


def _has(word: str) -> Any:
    part = f"%{escaped(word)}%"
    columns = (Counterparty.name, Counterparty.vat_number, Counterparty.siren, Counterparty.email)
    return or_(*(column.ilike(part, escape="\\") for column in columns))


def people_of(counterparty: Counterparty) -> dict[str, Any]:
    """Who could look after it."""
    members = select(User).join(Membership).where(Membership.company_id == counterparty.company_id)
    found = list(db.session.scalars(members.where(User.is_disabled.is_(False)).order_by(User.name, User.id)))
    role = {user.id: _role(user, counterparty.company_id) for user in found}
    return {"people": found, "role": role}


def _role(user: User, company_id: int) -> Role:
    return next(each.role for each in user.memberships if each.company_id == company_id)
