"""The mail of once a day: what a person wants to hear that way, has not seen, and may still see."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from app.core import clock
from app.core.database import hold
from app.extensions import db
from app.notices import choices, mails, subjects
from app.notices.models import ByMail, Notice
from app.notices.subjects import Subject
from app.users.models import User

HOUR = time(8)
"""By the clock of the person's first company."""
OLDEST = timedelta(days=14)
"""What is older is no news."""


def next_morning(user: User) -> datetime:
    """When the next mail of once a day leaves."""
    zone = ZoneInfo(user.companies[0].time_zone if user.companies else "Europe/Paris")
    here = clock.now().astimezone(zone)
    day = here.date() if here.time() < HOUR else here.date() + timedelta(days=1)
    return datetime.combine(day, HOUR, zone)


def send(user: User, day: date) -> None:
    """One mail of all that is new to them; each notice is in one mail only, however often this runs."""
    hold(db.session, f"notices of {user.id}")
    if user.is_disabled or mails.is_written(user, day) or not (told := _told(user)):
        return
    mails.daily(user, day, told)
    ids = [notice.id for notice, _subject in told]
    marked = update(Notice).where(Notice.id.in_(ids), Notice.mailed_at.is_(None)).values(mailed_at=clock.now())
    db.session.execute(marked.execution_options(synchronize_session=False))


def _told(user: User) -> list[tuple[Notice, Subject]]:
    chosen = choices.all_of(user).items()
    kinds = [kind for kind, choice in chosen if choice.by_mail is ByMail.DAILY and kind not in choices.OWN_DIGEST]
    fresh = select(Notice).where(Notice.user_id == user.id, Notice.kind.in_(kinds), Notice.mailed_at.is_(None))
    fresh = fresh.where(Notice.seen_at.is_(None), Notice.created_at > clock.now() - OLDEST).order_by(Notice.id)
    notices = list(db.session.scalars(fresh.execution_options(populate_existing=True)))
    seen = subjects.of_each(user, notices)
    return [(notice, seen[notice.id]) for notice in notices if notice.id in seen]
