"""What the page of notices shows, gathered with few queries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from app.core import clock
from app.extensions import db
from app.notices import choices, subjects, words
from app.notices.models import Notice
from app.users.models import Company, User
from app.web.filters import day as in_words

ROWS = 50


@dataclass
class Line:
    """One notice as it is read; without `path` there is nothing to open any more."""

    notice: Notice
    sentence: str
    text: str
    path: str
    icon: str
    company: str


@dataclass
class Group:
    """Those of one day, under its name."""

    title: str
    lines: list[Line] = field(default_factory=list)


def notices_page(user: User, company: Company | None, before: int | None) -> dict[str, Any]:
    """The new ones first, then the older ones by day; one page of them."""
    mine = choices.shown_to(user).options(joinedload(Notice.by))
    new = list(db.session.scalars(mine.where(Notice.seen_at.is_(None)).limit(ROWS))) if before is None else []
    seen = mine.where(Notice.seen_at.is_not(None))
    seen = seen.where(Notice.id < before) if before else seen
    old = list(db.session.scalars(seen.limit(ROWS + 1)))
    lines = _lines(user, new + old[:ROWS])
    return {
        "groups": _groups([lines[each.id] for each in new], _("New"))
        + _by_day([lines[each.id] for each in old[:ROWS]], company),
        "newest": new[0].id if new else None,
        "pages": {"next_url": url_for("notices.index", before=old[ROWS - 1].id) if len(old) > ROWS else None},
        "is_first": before is None,
    }


def _lines(user: User, notices: list[Notice]) -> dict[int, Line]:
    known = subjects.of_each(user, notices)
    names = {company.id: company.name for company in user.companies} if len(user.companies) > 1 else {}
    return {notice.id: _line(notice, known.get(notice.id), names) for notice in notices}


def _line(notice: Notice, subject: subjects.Subject | None, names: dict[int, str]) -> Line:
    company = names.get(notice.company_id, "") if subject else ""
    text, path = (subject.text, subject.path) if subject else ("", "")
    return Line(notice, words.sentence(notice, subject), text, path, words.ICONS[notice.kind], company)


def _groups(lines: list[Line], title: str) -> list[Group]:
    return [Group(title, lines)] if lines else []


def _by_day(lines: list[Line], company: Company | None) -> list[Group]:
    groups: dict[date, Group] = {}
    zone, today = ZoneInfo(company.time_zone if company else "Europe/Paris"), clock.today(company)
    for line in lines:
        day = line.notice.created_at.astimezone(zone).date()
        title = _("Today") if day == today else in_words(day)
        groups.setdefault(day, Group(title)).lines.append(line)
    return list(groups.values())
