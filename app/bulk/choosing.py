"""Which documents the bar below a list means, and what it offers to do with them."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from flask_babel import format_decimal
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app.bulk.doing import MOST
from app.core import clock
from app.core.errors import Refused
from app.documents import search
from app.documents.filtering import Known
from app.documents.models import Document, PaidMeans
from app.documents.search import Wanted
from app.extensions import db
from app.review import queue
from app.users.models import Company, User
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


def offers(user: User, company: Company, known: Known | None = None) -> dict[str, Any]:
    """Tags, categories, people and companies to choose from; `known` where the page has asked for them already."""
    known, others = known or Known.of(company), set(user.company_ids(Permission.EDIT)) - {company.id}
    deciding = roles_with(Permission.DECIDE)
    return {
        "tags": [each.name for each in known.tags if not each.archived_at],
        "categories": [each for each in known.categories if not each.archived_at],
        "people": [each for each in known.people if each.role in deciding and not each.is_disabled],
        "companies": [each for each in user.companies if each.id in others],
        "means": list(PaidMeans),
        "today": clock.today(company),
    }
