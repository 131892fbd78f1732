"""Accounting categories: added, changed, put away."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, select

from app.audit import trail
from app.core import clock
from app.core.errors import Refused
from app.documents.models import Category
from app.extensions import db
from app.users.models import Company, User


def of(company: Company) -> Select[tuple[Category]]:
    """All of a company's, by account code and name."""
    return select(Category).filter_by(company_id=company.id).order_by(Category.account_code, Category.name, Category.id)


def choices(company: Company, kept: Category | None = None) -> list[tuple[int, str]]:
    """Those still offered, and the one that is `kept`, as a form lists them."""
    found = [each for each in db.session.scalars(of(company)) if each is kept or not each.archived_at]
    return [(each.id, f"{each.account_code} {each.name}".strip()) for each in found]


def add(company: Company, facts: dict[str, Any], *, by: User) -> Category:
    """A new one; refused where its name is taken."""
    _free_name(company.id, facts["name"])
    category = Category(company_id=company.id, **facts)
    db.session.add(category)
    db.session.flush()
    trail.record(category, by=by, act="created", changes={name: [None, value] for name, value in facts.items()})
    return category


def change(category: Category, facts: dict[str, Any], *, by: User) -> None:
    """Another name, account code or direction; documents that have it keep it."""
    _free_name(category.company_id, facts["name"], but=category)
    was = {name: getattr(category, name) for name in facts}
    for name, value in facts.items():
        setattr(category, name, value)
    if changes := {name: [was[name], value] for name, value in facts.items() if was[name] != value}:
        trail.record(category, by=by, act="changed", changes=changes)


def archive(category: Category, *, by: User) -> None:
    """Offer it no more; documents that have it keep it."""
    category.archived_at = clock.now()
    trail.record(category, by=by, act="archived")


def bring_back(category: Category, *, by: User) -> None:
    """Offer it again."""
    category.archived_at = None
    trail.record(category, by=by, act="brought back")


def _free_name(company_id: int, name: str, but: Category | None = None) -> None:
    """Compared here: SQLite knows capitals of the English alphabet only."""
    others = [each for each in db.session.scalars(select(Category).filter_by(company_id=company_id)) if each is not but]
    if name.casefold() in {each.name.casefold() for each in others}:
        raise Refused(_("There is a category “%(name)s” already. Nothing was changed.", name=name))
