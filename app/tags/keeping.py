"""The tags of a company: made, changed, put in order, put away, merged, and found by their words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, func, select
from sqlalchemy.exc import InvalidRequestError

from app.audit import trail
from app.audit.models import AuditEntry
from app.core import clock
from app.core.database import hold
from app.core.errors import Refused
from app.extensions import db
from app.tags.models import LONGEST_NAME, Tag
from app.users.models import Company, User

MERGED = "tags merged"
before_merging: list[Callable[[Tag, Tag, User], None]] = []
"""What had the first of two tags has the second from now on, such as documents and rules; `pipeline` fills it."""
LONGEST_TEXT = 200_000
"""So much of a document's text is looked through."""


def of(company: Company) -> Select[tuple[Tag]]:
    """All of a company's, in its order."""
    return select(Tag).filter_by(company_id=company.id).order_by(Tag.position, Tag.name_key, Tag.id)


def offered(company: Company) -> list[Tag]:
    """Those to choose from."""
    return list(db.session.scalars(of(company).where(Tag.archived_at.is_(None))))


def called(company: Company, name: str) -> Tag | None:
    """The one of this name, whatever its capitals; also one that is put away."""
    key = " ".join(name.casefold().split())
    return db.session.scalar(select(Tag).filter_by(company_id=company.id, name_key=key))


def add(company: Company, facts: dict[str, Any], *, by: User) -> Tag:
    """A new one, last in the order; refused where its name is taken."""
    hold(db.session, f"tags:{company.id}")
    facts = facts | {"name": _name(company, facts["name"])}
    last = db.session.scalar(select(func.max(Tag.position)).filter_by(company_id=company.id)) or 0
    tag = Tag(company_id=company.id, position=last + 1, **facts)
    db.session.add(tag)
    db.session.flush()
    trail.record(tag, by=by, act="created", changes={name: [None, value] for name, value in facts.items() if value})
    return tag


def change(tag: Tag, company: Company, facts: dict[str, Any], *, by: User) -> None:
    """Another name, code or words; documents that have it keep it."""
    hold(db.session, f"tags:{company.id}")
    facts = facts | {"name": _name(company, facts["name"], but=tag)}
    changes = {name: [getattr(tag, name), value] for name, value in facts.items() if getattr(tag, name) != value}
    for name, value in facts.items():
        setattr(tag, name, value)
    if changes:
        trail.record(tag, by=by, act="changed", changes=changes)


def _name(company: Company, name: str, but: Tag | None = None) -> str:
    name = " ".join("".join(each if each.isprintable() else " " for each in name).split())
    if not name:
        raise Refused(_("Enter a name."))
    if len(name) > LONGEST_NAME:
        raise Refused(_("A tag has %(count)s letters at most.", count=LONGEST_NAME))
    if called(company, name) not in {None, but}:
        raise Refused(_("There is a tag “%(name)s” already. Nothing was changed.", name=name))
    return name


def arrange(company: Company, ids: Iterable[int], *, shown: list[int], by: User) -> None:
    """Put the company's tags in this order, by somebody who was `shown` the one there is; others come after.

    From an older page it would take back what a colleague moved; that one is gone meanwhile moves nothing.
    """
    hold(db.session, f"tags:{company.id}")
    every = list(db.session.scalars(of(company).execution_options(populate_existing=True)))
    before = [tag.id for tag in every]
    if [each for each in shown if each in before] != before:
        raise Refused(_("The tags changed meanwhile, so nothing was moved. This is their order now."))
    wanted = {tag_id: place for place, tag_id in enumerate(ids)}
    was = [tag.name for tag in every]
    ordered = sorted(every, key=lambda tag: wanted.get(tag.id, len(wanted)))
    for place, tag in enumerate(ordered, 1):
        tag.position = place
    if (now := [tag.name for tag in ordered]) != was:
        trail.record(company, by=by, act="tags arranged", changes={"tags": [", ".join(was), ", ".join(now)]})


def move(tag: Tag, company: Company, step: int, *, by: User) -> tuple[int, int]:
    """One place up (-1) or down (1); which place that is, and of how many."""
    hold(db.session, f"tags:{company.id}")
    before = list(db.session.scalars(of(company).with_only_columns(Tag.id)))
    if tag.id not in before:
        raise Refused(_("This choice no longer exists: choose again."))
    place = min(max(before.index(tag.id) + step, 0), len(before) - 1)
    wanted = [each for each in before if each != tag.id]
    wanted.insert(place, tag.id)
    arrange(company, wanted, shown=before, by=by)
    return place + 1, len(before)


def archive(tag: Tag, *, by: User, back: bool = False) -> None:
    """Offer it no more, nor set it by its words; or offer it again. Documents that have it keep it."""
    tag.archived_at = None if back else clock.now()
    trail.record(tag, by=by, act="brought back" if back else "archived")


def merge(gone: Tag, into: Tag, *, by: User) -> None:
    """Make one tag of two: whatever had the first has the second; the first is no more, its words go along."""
    if gone.company_id != into.company_id or gone.id == into.id:
        raise Refused(_("Choose another tag of the same company."))
    for tag in sorted((gone, into), key=lambda each: each.id):
        _hold_row(tag)
    for rename in before_merging:
        rename(gone, into, by)
    into.words = list(dict.fromkeys([*into.words, *gone.words]))
    told = {"name": [gone.name, into.name], "tag_ids": [[gone.id], [into.id]]}
    trail.record(into, by=by, act=MERGED, changes=told)
    db.session.delete(gone)
    db.session.flush()


def _hold_row(tag: Tag) -> None:
    """Nobody puts it on or merges it meanwhile: what cascades with a row would go without a word."""
    try:
        db.session.refresh(tag, with_for_update=True)
    except InvalidRequestError as error:
        raise Refused(_("This choice no longer exists: choose again.")) from error


def merged() -> dict[int, int]:
    """A tag that was merged into another → the one it is now."""
    told = select(AuditEntry.changes).filter_by(object_type=Tag.__tablename__, act=MERGED)
    now: dict[int, int] = {}
    for changes in db.session.scalars(told.order_by(AuditEntry.id)):
        [gone], [into] = changes["tag_ids"]
        now = {was: into if then == gone else then for was, then in now.items()} | {gone: into}
    return now


def found_in(company: Company, text: str) -> list[tuple[Tag, str]]:
    """The tags one of whose words or phrases stands in this text, each with that word."""
    watched = [tag for tag in offered(company) if tag.words]
    said = spelled(text[:LONGEST_TEXT]) if watched else ""
    hits = ((tag, next((word for word in tag.words if stands_in(word, said)), None)) for tag in watched)
    return [(tag, word) for tag, word in hits if word]


def stands_in(word: str, said: str) -> bool:
    """Does it stand there by itself, not as a part of another word? `said` is spelled as `spelled` does."""
    wanted = spelled(word)
    return bool(wanted) and bool(re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", said))


def spelled(text: str) -> str:
    """Text as it is compared: without accents, case and doubled spaces."""
    letters = unicodedata.normalize("NFKD", text)
    return " ".join("".join(each for each in letters if not unicodedata.combining(each)).casefold().split())
