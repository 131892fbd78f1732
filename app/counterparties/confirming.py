"""A second person says that an account is the supplier's own (SPEC CP-3, SAFETY R16): nothing is paid to it before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import or_, select
from stdnum import iban as iban_number

from app.audit import trail
from app.audit.models import AuditEntry
from app.core import clock
from app.core.database import change_if
from app.core.errors import Refused
from app.counterparties import ibans
from app.counterparties.models import Counterparty, CounterpartyIban
from app.extensions import db
from app.users.models import Membership, User
from app.web.access import Permission
from app.web.filters import moment

ALONE_AFTER = timedelta(hours=24)
"""Whoever has nobody else sleeps on it."""
brought: list[Callable[[CounterpartyIban], set[int]]] = []
"""Who else had a hand in its coming, such as whoever validated the document it stands on; `pipeline` fills it."""
after_confirming: list[Callable[[CounterpartyIban, User], None]] = []
"""What waited for it, or waits again; `pipeline` fills it."""


def confirm(iban: CounterpartyIban, *, by: User, channel: str, last_four: str = "") -> None:
    """This person checked it by a channel known before: from now on it may be paid to.

    Raises `Refused` where they brought it themselves, unless nobody else could say so: then after a day, with the
    last four signs typed from where they were checked.
    """
    channel = " ".join(channel.split())
    if why := why_not(iban, by=by):
        raise Refused(why)
    if not iban_number.is_valid(iban.iban):
        raise Refused(_("The check digits of this IBAN are wrong: compare it with an invoice."))
    if len(channel) < 3:
        raise Refused(_("Say how you checked it: whom you called, at which number you knew before."))
    is_alone = brought_it(iban, by)
    if is_alone and "".join(last_four.split()).upper() != iban.iban[-4:]:
        raise Refused(_("These are not its last four signs. Nothing was confirmed."))
    _claim(iban, by, channel[:200])
    act = "IBAN confirmed alone" if is_alone else "IBAN confirmed"
    trail.record(iban.counterparty, by=by, act=act, why=channel[:200], changes={"iban": [None, iban.iban]})
    _follow(iban, by)


def _claim(iban: CounterpartyIban, by: User, channel: str) -> None:
    """Of two who confirm at once, one does."""
    facts = {"confirmed_at": clock.now(), "confirmed_by_id": by.id, "channel": channel}
    seen = CounterpartyIban.counterparty_id == iban.counterparty_id
    if not change_if(db.session(), iban, CounterpartyIban.confirmed_at.is_(None), seen, **facts):
        raise Refused(already(iban) or _("Somebody removed it meanwhile. Nothing was changed."))


def take_back(iban: CounterpartyIban, *, by: User, why: str = "") -> None:
    """It is not sure any more: what is not paid yet waits again."""
    facts = {"confirmed_at": None, "confirmed_by_id": None, "channel": ""}
    if not change_if(db.session(), iban, CounterpartyIban.confirmed_at.is_not(None), **facts):
        raise Refused(_("It is not confirmed. Nothing was changed."))
    changes = {"iban": [iban.iban, None]}
    trail.record(iban.counterparty, by=by, act="IBAN confirmation taken back", why=why[:500], changes=changes)
    _follow(iban, by)


def _follow(iban: CounterpartyIban, by: User) -> None:
    db.session.expire(iban.counterparty, ["ibans"])
    for follow in after_confirming:
        follow(iban, by)


# --- Who may --------------------------------------------------------------------------------------


def why_not(iban: CounterpartyIban, *, by: User) -> str:
    """Why this person can't confirm it now; empty where they can."""
    if iban.confirmed_at:
        return already(iban)
    if by not in able(iban.counterparty):
        return _("You may not confirm this. Nothing was changed.")
    if not brought_it(iban, by):
        return ""
    if others := second_people(iban):
        names = ", ".join(each.name or each.email for each in others[:5])
        return _("You brought this IBAN, so somebody else confirms it: %(names)s.", names=names)
    if clock.now() < from_when(iban):
        when = moment(from_when(iban))
        return _("Nobody else can confirm it, so you may yourself: from %(when)s on, a day after it came.", when=when)
    return ""


def already(iban: CounterpartyIban) -> str:
    """Who confirmed it; empty where nobody did."""
    if not iban.confirmed_at:
        return ""
    name = iban.confirmed_by.name if iban.confirmed_by else "Facteur"
    return _("%(name)s confirmed it on %(when)s.", name=name, when=moment(iban.confirmed_at))


def from_when(iban: CounterpartyIban) -> object:
    """From when on whoever brought it may confirm it, where there is nobody else."""
    return iban.created_at + ALONE_AFTER


def brought_it(iban: CounterpartyIban, user: User) -> bool:
    """Had this person a hand in its coming?"""
    return user.id in _bringers(iban)


def _bringers(iban: CounterpartyIban) -> set[int]:
    ids = {iban.added_by_id} if iban.added_by_id else set()
    return ids.union(_added(iban), *(ask(iban) for ask in brought))


def _added(iban: CounterpartyIban) -> set[int]:
    """Whoever added it earlier, also to one that was merged into this one: its row names but the last."""
    gone = select(Counterparty.id).where(Counterparty.merged_into_id == iban.counterparty_id)
    is_its = or_(AuditEntry.object_id == iban.counterparty_id, AuditEntry.object_id.in_(gone))
    told = select(AuditEntry).where(AuditEntry.object_type == Counterparty.__tablename__, is_its)
    entries = db.session.scalars(told.where(AuditEntry.act == ibans.ADDED, AuditEntry.user_id.is_not(None)))
    return {each.user_id for each in entries if each.user_id and each.changes.get("iban", [None])[-1] == iban.iban}


def second_people(iban: CounterpartyIban) -> list[User]:
    """Those who could confirm it and did not bring it."""
    known = _bringers(iban)
    return [each for each in able(iban.counterparty) if each.id not in known]


def able(counterparty: Counterparty) -> list[User]:
    """Members and admins who may change it, as far as they see it."""
    members = select(User).join(Membership).where(Membership.company_id == counterparty.company_id)
    people = db.session.scalars(members.where(User.is_disabled.is_(False)).order_by(User.name, User.id))
    assigned = {each.id for each in counterparty.assigned_users}
    return [each for each in people if _may(each, counterparty.company_id, each.id in assigned)]


def _may(user: User, company_id: int, is_assigned: bool) -> bool:
    sees = company_id in user.company_ids(Permission.SEE_ALL) or is_assigned
    return sees and company_id in user.company_ids(Permission.EDIT)
