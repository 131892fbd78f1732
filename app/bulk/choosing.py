"""Which documents the bar below a list means, and what it offers to do with them."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from flask_babel import format_decimal
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from app.bulk.doing import MOST
from app.core import clock
from app.core.errors import Refused
from app.documents import search
from app.documents.models import Category, Document, PaidMeans
from app.documents.search import Wanted
from app.extensions import db
from app.review import queue
from app.tags import keeping
from app.users.models import Company, Membership, User
from app.web.access import Permission, roles_with
from app.web.ids import row_id


def wanted(user: User, company: Company, form: Any) -> list[int]:
    """The ticked ones; or all that the list shows with its filters, as far as the person sees them.

    Raises `Refused` for more than can be done at once.
    """
    ids = form.getlist("ids", type=row_id)
    if form.get("everything") == "yes":
        said: MultiDict[str, str] = MultiDict(parse_qsl(form.get("listed", "")))
        query = _queue(user, company, said) if form.get("place") == "review" else _list(user, company, said)
        ids = list(db.session.scalars(query.with_only_columns(Document.id).limit(MOST + 1)))
    if len(ids) > MOST:  # never a part of what was meant
        most = format_decimal(MOST)
        raise Refused(_("More than %(most)s documents at once: narrow the list first. Nothing was changed.", most=most))
    return ids


def _list(user: User, company: Company, said: Any) -> Any:
    found = search.listed(user, company, Wanted.from_address(said), clock.today(company))
    return found.order_by(None).order_by(Document.id)


def _queue(user: User, company: Company, said: Any) -> Any:
    asked = queue.Filters.from_address(said)
    return asked.apply(queue.waiting(user, company, (asked.status,) if asked.status else queue.QUEUE), user)


def offers(user: User, company: Company) -> dict[str, Any]:
    """Tags, categories, people and companies to choose from; of their rows no more than the bar shows."""
    categories = select(Category.id, Category.account_code, Category.name)
    mine = (Category.company_id == company.id, Category.archived_at.is_(None))
    people = select(User.id, User.name, User.email).join(User.memberships).where(User.is_disabled.is_(False))
    decide = (Membership.company_id == company.id, Membership.role.in_(roles_with(Permission.DECIDE)))
    others = set(user.company_ids(Permission.EDIT)) - {company.id}
    return {
        "tags": keeping.names_offered(company),
        "categories": db.session.execute(categories.where(*mine).order_by(Category.account_code, Category.name)).all(),
        "people": db.session.execute(people.where(*decide).order_by(User.name, User.email)).all(),
        "companies": [each for each in user.companies if each.id in others],
        "means": list(PaidMeans),
        "today": clock.today(company),
    }
