"""Days on which somebody else decides for a person: set, ended early, and in force or not."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _
from sqlalchemy import Select, and_, or_, select

from app.approval import colleagues, seat_mails
from app.approval.models import Absence
from app.core import clock
from app.core.database import change_if, hold
from app.core.errors import Refused
from app.extensions import db
from app.users import people
from app.users.models import Company, Membership, User
from app.web.access import Permission
from app.web.filters import day

LONGEST_DAYS = 366


def visible_to(user: User) -> Select[tuple[Absence]]:
    """One's own, and those of people all of whose companies one administers."""
    mine = user.company_ids(Permission.ADMINISTER)
    elsewhere = User.memberships.any(Membership.company_id.not_in(mine))
    theirs = and_(bool(mine), ~elsewhere, User.memberships.any())
    return select(Absence).join(Absence.user).where(or_(Absence.user_id == user.id, theirs))


def of(user: User) -> Select[tuple[Absence]]:
    """What is or will be, the next one first."""
    return (
        select(Absence)
        .where(Absence.user_id == user.id, Absence.ended_at.is_(None), Absence.last_date >= first_today(user))
        .order_by(Absence.first_date, Absence.id)
    )


def standing_for(user: User) -> list[Absence]:
    """Whom this person decides for, or will."""
    query = select(Absence).where(Absence.stand_in_id == user.id, Absence.ended_at.is_(None))
    return list(db.session.scalars(query.where(Absence.last_date >= first_today(user)).order_by(Absence.first_date)))


def now(user: User, company: Company) -> Absence | None:
    """The absence of this person that is in force in the company's time zone."""
    today = clock.today(company)
    query = select(Absence).where(Absence.user_id == user.id, Absence.ended_at.is_(None))
    return db.session.scalar(query.where(Absence.first_date <= today, Absence.last_date >= today))


def stand_ins(user: User) -> list[User]:
    """Who could decide for this person: whoever may decide wherever they do."""
    mine = user.company_ids(Permission.DECIDE)
    return [each for each in colleagues.everywhere(mine) if each.id != user.id] if mine else []


def begin(user: User, stand_in: User, first: date, last: date, *, by: User) -> Absence:
    """Let `stand_in` decide for `user` on these days; whoever stands in is told by mail."""
    hold(db.session, f"absences of {user.id}")
    if refused := _wrong(user, stand_in, first, last):
        raise Refused(refused)
    absence = Absence(user=user, stand_in=stand_in, first_date=first, last_date=last)
    db.session.add(absence)
    db.session.flush()
    days = {"first_date": [None, first], "last_date": [None, last]}
    people.note(user, by=by, act="absence set", changes=days | {"stand_in": [None, colleagues.named(stand_in)]})
    if stand_in.id != by.id:
        seat_mails.stand_in_named(absence, by)
    return absence


def _wrong(user: User, stand_in: User, first: date, last: date) -> str:
    """Why it cannot be so, in words."""
    if last < first:
        return _("The last day is before the first one.")
    if last < first_today(user):
        return _("These days are over.")
    if (last - first).days > LONGEST_DAYS:
        return _("A year at the most: for longer, let an admin change the rules.")
    if stand_in.id not in {each.id for each in stand_ins(user)}:
        return _(
            "%(name)s cannot stand in: it takes somebody who may decide in each company.",
            name=colleagues.named(stand_in),
        )
    if other := _overlapping(user, first, last):
        dates = {"first": day(other.first_date), "last": day(other.last_date)}
        return _("There is an absence from %(first)s to %(last)s already. End it first.", **dates)
    return ""


def _overlapping(user: User, first: date, last: date) -> Absence | None:
    query = select(Absence).where(Absence.user_id == user.id, Absence.ended_at.is_(None))
    return db.session.scalar(query.where(Absence.first_date <= last, Absence.last_date >= first))


def end(absence: Absence, *, by: User) -> None:
    """Back earlier, or not away at all: from now on the person decides again."""
    if not change_if(db.session(), absence, Absence.ended_at.is_(None), ended_at=clock.now()):
        raise Refused(_("It is over already."))
    days = {"first_date": [absence.first_date, None], "last_date": [absence.last_date, None]}
    people.note(absence.user, by=by, act="absence ended", changes=days)


def also_away(absence: Absence) -> Absence | None:
    """The stand-in's own absence in these days: what waits then stays with the person named."""
    return _overlapping(absence.stand_in, absence.first_date, absence.last_date)


def first_today(user: User) -> date:
    """The earliest day it is anywhere this person belongs to."""
    return min((clock.today(company) for company in user.companies), default=clock.today())
