"""Which of some documents a person may know about, and which people may know about one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from sqlalchemy import literal, select, union_all

from app.counterparties.models import plain
from app.documents.models import Document
from app.extensions import db
from app.users.models import Membership, User
from app.web.access import Permission

AT_ONCE = 100
"""So many people are asked for in one query."""


def only_visible(user: User, documents: list[Document]) -> list[Document]:
    """Those among them that `user` may know about."""
    visible = visible_ids(user, (each.id for each in documents))
    return [each for each in documents if each.id in visible]


def visible_ids(user: User, ids: Iterable[int | None]) -> set[int]:
    """The same for ids; none at all is asked nobody for."""
    known = set(ids) - {None}
    query = Document.visible_to(user).where(Document.id.in_(known)).with_only_columns(Document.id)
    return set(db.session.scalars(query)) if known else set()


def may_see(user: User, document: Document) -> bool:
    """May this person know about it?"""
    return bool(visible_ids(user, [document.id]))


def colleagues(document: Document) -> list[User]:
    """Everybody of its company who can sign in, by name; not all of them may know about it."""
    of_company = User.memberships.any(Membership.company_id == document.company_id)
    living = select(User).where(of_company, User.is_disabled.is_(False))
    return list(db.session.scalars(living.order_by(User.name, User.email)))


def seers(document: Document, words: str = "") -> list[User]:
    """Those of them who may know about it, and whose names or address begin with these words (SAFETY S72)."""
    wanted = plain(words).split()
    named = [user for user in colleagues(document) if all(_begins(user, word) for word in wanted)]
    return [user for group in _groups(named) for user in _who_see(document, group)]


def _begins(user: User, word: str) -> bool:
    return any(part.startswith(word) for part in plain(f"{user.name} {user.email}").replace("-", " ").split())


def _who_see(document: Document, users: Iterable[User]) -> list[User]:
    """Each is asked for by the scope of that person, all in one query; nobody is who sees all of its company."""
    people = list(users)
    found = {user.id for user in people if document.company_id in user.company_ids(Permission.SEE_ALL)}
    seen = lambda user: Document.visible_to(user).where(Document.id == document.id).exists()  # noqa: E731
    if asked := [select(literal(user.id)).where(seen(user)) for user in people if user.id not in found]:
        found |= set(db.session.scalars(union_all(*asked)))
    return [user for user in people if user.id in found]


def _groups(users: Iterable[User]) -> Iterator[list[User]]:
    rest = iter(users)
    while group := list(islice(rest, AT_ONCE)):
        yield group
