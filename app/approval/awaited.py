"""Why a document waits for approval and for whom, in one line (SPEC LC-8); and what the review says beforehand."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask_babel import force_locale, get_locale
from flask_babel import gettext as _
from flask_login import current_user

from app.approval import demands, seating
from app.approval.holding import held
from app.approval.models import Approval, ApprovalStep, Choice, Mode, Outcome, Seat
from app.core import clock
from app.documents import reasons
from app.documents.models import Document, Status
from app.extensions import db
from app.users.models import User
from app.web.language import LANGUAGES

KEY, SENT_BACK = "awaits", "sent_back"
WEEK = timedelta(days=6)


def reason(document: Document) -> dict[str, Any] | None:
    """For whom it waits, since when and why; None where it waits for nobody.

    Why is kept in words: a rule's conditions name things, and a list asks for no further row.
    """
    approval = db.session.scalar(Approval.last_of(document).limit(1)) if document.status is Status.TO_APPROVE else None
    step = approval.open_step if approval else None
    if approval is None or step is None or step.opened_at is None:
        return None
    local = step.opened_at.astimezone(ZoneInfo(document.company.time_zone)).date()
    return {"key": KEY, "names": _waiting(step), "mode": step.mode.value, "since": local.isoformat()} | {
        "why": _in_each_language(approval.why)
    }


def _waiting(step: ApprovalStep) -> list[str]:
    return [seat.user.name for seat in step.seats if seat.decision is None]


def follow_name(user: User) -> None:
    """The lines of what waits for somebody who is called otherwise from now on."""
    seats = db.session.scalars(Seat.waiting_for(user)).all()
    for approval in sorted({seat.step.approval for seat in seats}, key=lambda each: each.document_id):
        document = held(approval).document  # where somebody decided meanwhile, it waits no more
        document.reason = reasons.first(document)


def _in_each_language(why: dict[str, Any]) -> dict[str, str]:
    said = {}
    for language in LANGUAGES:
        with force_locale(language):
            said[language] = demands.in_words(why)
    return said


def in_words(said: dict[str, Any]) -> str:
    """“Waits for Léa since Monday: over 1,000 €”, in the reader's language."""
    who, since = named(said["names"], Mode(said["mode"])), _since(said["since"])
    why = said["why"].get(str(get_locale()), "")
    line = _("Waits for %(who)s since %(day)s", who=who, day=since)
    return _("%(line)s: %(why)s", line=line, why=why) if why else f"{line}."


def sent_back(document: Document) -> dict[str, Any] | None:
    """Who sent it back for correction and why, until it is validated again."""
    approval = db.session.scalar(Approval.last_of(document).limit(1)) if document.status is Status.TO_PROCESS else None
    if approval is None or approval.outcome is not Outcome.SENT_BACK:
        return None
    said = [seat.decision for seat in approval.seats if seat.decision and seat.decision.choice is Choice.SEND_BACK]
    return {"key": SENT_BACK, "name": said[0].by.name if said[0].by else "", "why": said[0].reason} if said else None


def sent_back_in_words(said: dict[str, Any]) -> str:
    """“Léa sent it back for correction: the category is wrong”."""
    return _("%(name)s sent it back for correction: %(why)s", name=said["name"], why=said["why"])


def named(names: list[str], mode: Mode) -> str:
    """Those of one step: Léa, Bob and Tom; or Léa or Bob."""
    if len(names) < 2:
        return "".join(names)
    last = _("%(names)s and %(last)s") if mode is Mode.ALL else _("%(names)s or %(last)s")
    return last % {"names": ", ".join(names[:-1]), "last": names[-1]}


def _since(day: str) -> str:
    """The weekday while it is within a week, else the day."""
    date, locale = datetime.fromisoformat(day).date(), get_locale()
    today = clock.today()
    if date >= today:
        return _("today")
    return format_date(date, "EEEE" if today - date <= WEEK else "d MMMM", locale=locale)


def foreseen(document: Document) -> str:
    """For the foot of the review: who would be asked, were it validated now by whoever looks at it."""
    demand = demands.of(document)
    if demand is None:
        return ""
    steps = [
        (seating.of(wanted, document, seating.kept_out(document, current_user)), wanted.mode) for wanted in demand.steps
    ]
    if not all(users for users, _mode in steps):
        return _("→ nobody could approve it but you, who would validate it")
    who = _(", then ").join(named([user.name for user in users], mode) for users, mode in steps)
    why = demands.in_words(demand.why)
    return _("→ to approve by %(who)s (%(why)s)", who=who, why=why) if why else _("→ to approve by %(who)s", who=who)
