"""Keeping a view of the list, renaming it, sharing it with the company, and giving it up."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask_babel import gettext as _
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from app.audit import trail
from app.core.database import hold
from app.core.errors import Refused
from app.counterparties.models import Counterparty
from app.documents import search
from app.documents.wanted import Wanted
from app.extensions import db
from app.lists.models import SavedView
from app.tags.models import Tag
from app.users.models import Company, User
from app.web.access import Permission, allowed

LONGEST_NAME = 60
MOST, MOST_FIELDS = 50, 100
"""So many may one person keep in a company."""


def of(user: User, company: Company) -> list[SavedView]:
    """Those a person has in a company, the shared ones first."""
    return list(db.session.scalars(SavedView.visible_to(user).where(SavedView.company_id == company.id)))


def bar(user: User, company: Company, address: str) -> dict[str, Any]:
    """What stands above the list: the views one has, the one it stands at, and what would be kept."""
    now, mine = plain(address), of(user, company)
    return {"views": mine, "view": next((view for view in mine if view.query == now), None), "kept_query": now}


def may_change(user: User, view: SavedView) -> bool:
    """One's own; a shared one is the admins' to change."""
    is_admin = allowed(user, Permission.ADMINISTER, view.company_id)
    return is_admin if view.is_shared else view.user_id == user.id


def keep(company: Company, name: str, query: str, *, is_shared: bool, by: User) -> SavedView:
    """Keep what stands in the address under a name; what makes no sense there is left out."""
    hold(db.session(), f"views:{by.id}")
    count = db.session.scalar(select(func.count(SavedView.id)).filter_by(company_id=company.id, user_id=by.id)) or 0
    if count >= MOST:
        raise Refused(_("You keep %(count)s views already: delete one first.", count=count))
    view = SavedView(company_id=company.id, user_id=by.id, query=plain(query))
    if not view.query:
        raise Refused(_("Set a filter or choose a list first: this is the list as it is without a view."))
    view.name = _checked_name(name, view)
    db.session.add(view)
    _share(view, is_shared, by)
    trail.record(view, by=by, act="created", changes={"name": [None, view.name]})
    return view


def change(view: SavedView, name: str, *, is_shared: bool, by: User) -> None:
    """Another name; for the company, or one's own again."""
    hold(db.session(), f"views:{view.user_id}")
    was = view.name, view.is_shared
    view.name = _checked_name(name, view)
    _share(view, is_shared, by)
    now = view.name, view.is_shared
    changes = {fact: [a, b] for fact, a, b in zip(("name", "is_shared"), was, now, strict=True) if a != b}
    if changes:
        trail.record(view, by=by, act="changed", changes=changes)


def remove(view: SavedView, *, by: User) -> None:
    """Give it up; the documents are what they were."""
    trail.record(view, by=by, act="deleted", changes={"name": [view.name, None]})
    db.session.delete(view)


def follow_merged_party(gone: Counterparty, into: Counterparty, _by: Any) -> None:
    """A view that shows one of two counterparties that are merged shows the other."""
    _name_other("counterparty", gone, into)


def follow_merged_tag(gone: Tag, into: Tag, _by: User) -> None:
    """The same of tags."""
    _name_other("tag", gone, into)


def _name_other(name: str, gone: Any, into: Any) -> None:
    for view in db.session.scalars(select(SavedView).filter_by(company_id=gone.company_id)):
        said = dict(parse_qsl(view.query))
        if said.get(name) == str(gone.id):
            view.query = urlencode(said | {name: into.id})


def plain(query: str) -> str:
    """What of an address makes a view: filters and the order, each as the list itself writes it."""
    try:
        said = MultiDict(parse_qsl(query.removeprefix("?"), max_num_fields=MOST_FIELDS))
    except ValueError:  # no list of ours writes so many
        return ""
    kept = Wanted.from_address(said).in_address()
    sort, _order = search.order_of(said.get("sort"))
    return urlencode(kept | ({} if sort == search.USUAL else {"sort": sort}))


def _share(view: SavedView, is_shared: bool, by: User) -> None:
    if is_shared != bool(view.is_shared) and not allowed(by, Permission.ADMINISTER, view.company_id):
        raise Refused(_("Only an admin shares a view with the company."))
    view.is_shared = is_shared


def _checked_name(name: str, view: SavedView) -> str:
    name = " ".join(name.replace("\0", " ").split())
    if not name:
        raise Refused(_("Give the view a name."))
    if len(name) > LONGEST_NAME:
        raise Refused(_("The name of a view has at most %(count)s characters.", count=LONGEST_NAME))
    others = select(SavedView).filter_by(company_id=view.company_id, user_id=view.user_id)
    if any(each.name.casefold() == name.casefold() for each in db.session.scalars(others) if each is not view):
        raise Refused(_("A view is called “%(name)s” already: choose another name.", name=name))
    return name
