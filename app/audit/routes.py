"""The audit trail, as admins read it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, request, url_for
from flask_babel import get_timezone
from flask_login import current_user
from sqlalchemy import Select, select

from app.audit import trail, words
from app.audit.models import AuditEntry
from app.documents.models import Document
from app.extensions import db
from app.reader import reasons
from app.users.models import Company
from app.web import keyset
from app.web.access import Permission, requires
from app.web.ids import row_id
from app.web.pages import page

bp = Blueprint("audit", __name__, url_prefix="/audit")
NEWEST = keyset.Order(AuditEntry.id, keyset.whole)


@bp.get("")
@requires(Permission.ADMINISTER)
def index():
    """Who changed what and when, newest first, in the companies one is admin of."""
    wanted = _wanted()
    query = _matching(AuditEntry.visible_to(current_user), wanted)
    said = request.args
    leaf = keyset.leaf(query, NEWEST, AuditEntry.id, before=said.get("before", ""), after=said.get("after", ""))
    pages = {
        "previous_url": url_for(".index", **wanted, before=leaf.before) if leaf.before else None,
        "next_url": url_for(".index", **wanted, after=leaf.after) if leaf.after else None,
    }
    entries = [row[0] for row in leaf.rows]
    told = {"words": words, "why": _why, "names": _names(entries)}
    return page("audit/index.html", entries=entries, pages=pages, wanted=wanted, **told, **_choices())


@bp.get("/verification")
@requires(Permission.ADMINISTER)
def verification():
    """Whether somebody touched the trail; with a mailed seal also whether its end was cut."""
    entries, seal = request.args.get("entries", type=row_id), request.args.get("seal", "").strip()
    bad, count = trail.first_bad_entry(), trail.head()[0]
    is_cut = bool(entries and not trail.has(entries, seal))
    return page("audit/verification.html", bad=bad, count=count, is_cut=is_cut, entries=entries, seal=seal)


def _names(entries: list[AuditEntry]) -> dict[int, str]:
    """The numbers of the documents these entries are about: nobody knows them by what the database counts."""
    ids = {entry.object_id for entry in entries if entry.object_type == "document"}
    query = select(Document.id, Document.number).where(Document.id.in_(ids), Document.number != "")
    return dict(db.session.execute(query).all())  # type: ignore[arg-type]


def _why(entry: AuditEntry) -> str:
    """The reason it gives, in words."""
    return str(reasons.reason(entry.why)) if entry.act == "not read" else words.why(entry.why)


def _wanted() -> dict[str, Any]:
    """The filters in the address that make sense."""
    since, until = _day("since"), _day("until")
    said = request.args
    wanted = {"person": said.get("person", type=row_id), "type": said.get("type")}
    wanted |= {"thing": said.get("thing", type=row_id)}
    wanted |= {"since": since and since.isoformat(), "until": until and until.isoformat()}
    return {name: value for name, value in wanted.items() if value}


def _matching(query: Select[tuple[AuditEntry]], wanted: dict[str, Any]) -> Select[tuple[AuditEntry]]:
    if "person" in wanted:
        query = query.where(AuditEntry.user_id == wanted["person"])
    if "type" in wanted:
        query = query.where(AuditEntry.object_type == wanted["type"])
    if "thing" in wanted:
        query = query.where(AuditEntry.object_id == wanted["thing"])
    if "since" in wanted:
        query = query.where(AuditEntry.at >= _beginning(date.fromisoformat(wanted["since"])))
    if "until" in wanted:
        query = query.where(AuditEntry.at < _beginning(date.fromisoformat(wanted["until"]) + timedelta(days=1)))
    return query


def _day(name: str) -> date | None:
    """A day as browsers send it; one that is none is passed over."""
    try:
        day = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return day if 1970 <= day.year <= 9000 else None


def _beginning(day: date) -> datetime:
    """The moment a day begins where the reader is."""
    return datetime.combine(day, time(), tzinfo=ZoneInfo(str(get_timezone())))


def _choices() -> dict[str, Any]:
    """The people and kinds of things that occur, and the names of companies."""
    seen = AuditEntry.visible_to(current_user).subquery()
    people = select(seen.c.user_id, seen.c.user_name).where(seen.c.user_id.is_not(None)).distinct()
    types = select(seen.c.object_type).distinct()
    names = {each.id: each.name for each in db.session.scalars(Company.visible_to(current_user))}
    return {
        "people": sorted(dict(db.session.execute(people).all()).items(), key=lambda each: each[1]),
        "types": sorted(((type_, words.thing(type_)) for type_ in db.session.scalars(types)), key=lambda each: each[1]),
        "companies_by_id": names,
    }
