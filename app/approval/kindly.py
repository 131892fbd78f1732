"""What a dead link says: kindly, why it is dead and what to do, and nothing of the document (SAFETY S60, S61)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from flask_babel import get_locale
from flask_babel import gettext as _

from app.approval import links, undoing
from app.approval.checks import settled_by, until_when
from app.approval.links import LinkState
from app.approval.models import Choice, Decision, DecisionLink, Outcome, Way
from app.core import clock
from app.users.models import Company


@dataclass(frozen=True)
class Dead:
    """Title, sentence, and whether a new link can be asked for."""

    title: str
    text: str
    can_renew: bool = False


def of(link: DecisionLink | None, state: LinkState | None = None) -> Dead:
    """What to say of a link that opens nothing; the same for one that never was."""
    if link is None or state is None:
        return Dead(
            _("This link opens nothing"),
            _("It is not complete, or it is not one of ours. Open it from the mail once more, or ask for a new mail."),
        )
    said = {
        LinkState.USED: _used,
        LinkState.TAKEN_BACK: _asked_later,
        LinkState.DECIDED: _decided,
        LinkState.CHANGED: _changed,
        LinkState.HANDED_OVER: _handed_over,
        LinkState.NOT_NEEDED: _not_needed,
        LinkState.EXPIRED: _expired,
        LinkState.REVOKED: _revoked,
    }
    return said[state](link)


def _used(link: DecisionLink) -> Dead:
    if link.decision and link.decision.undone_why == undoing.LAPSED:
        text = _("Yours lapsed with it: there is nothing to take back. You are asked again in your turn.")
        return Dead(_("An earlier approval was taken back"), text)
    if link.decision_id:
        return Dead(_("It was taken back already"), _("There is nothing more to do here. Thank you."))
    decision, company = link.seat.decision, _company(link)
    titles = {
        Choice.APPROVE: _("You approved it"),
        Choice.REJECT: _("You rejected it"),
        Choice.SEND_BACK: _("You sent it back for correction"),
    }
    if decision is None:
        return _revoked(link)
    when = when_of(decision.at, company)
    if link.seat.step.approval.outcome is Outcome.SUPERSEDED:
        return _changed(link) if links.newer(link) else _begun_anew(decision)
    if not undoing.may_undo(decision, link.user):
        return Dead(
            titles[decision.choice], _("Decided %(when)s. It went on since: it cannot be taken back.", when=when)
        )
    is_mailed = decision.way is Way.MAIL
    text = (
        _("Decided %(when)s. You can take it back by the mail about it, or in Facteur.", when=when)
        if is_mailed
        else _("Decided %(when)s. You can take it back in Facteur.", when=when)
    )
    return Dead(titles[decision.choice], f"{text} {until_when(decision)}")


def _begun_anew(decision: Decision) -> Dead:
    text = _("It changed since, or another rule asks for it: what you decided counts no more, and it is approved anew.")
    return Dead(_("It was changed since"), f"{decision_in_words(decision)} {text}")


def standing(decision: Decision) -> Dead:
    """Of a link that could take back what cannot be taken back any more: what was decided, and why it stands."""
    return Dead(_("It cannot be taken back"), f"{decision_in_words(decision)} {undoing.why_not(decision)}")


def taken_back() -> Dead:
    """Right after the button was pressed."""
    return Dead(
        _("Taken back"), _("It waits for your decision again: a new mail with a new link is on its way to you.")
    )


def unheeded(link: DecisionLink, pressed: str) -> str:
    """What to say where somebody pressed another button once they had decided, such as in a second tab."""
    decision = link.seat.decision
    if pressed not in set(Choice) or decision is None or pressed == decision.choice:
        return ""
    return _("You pressed “%(button)s” afterwards: it changed nothing.", button=Choice(pressed).label)


def _decided(link: DecisionLink) -> Dead:
    decision = settled_by(link.seat.step.approval, link.seat)
    if decision is None:
        return Dead(_("It is decided already"), _("There is nothing left to do for you."))
    who = decision.by.name if decision.by else _("Somebody else")
    when = when_of(decision.at, _company(link))
    text = _("%(name)s decided %(when)s. There is nothing left to do for you.", name=who, when=when)
    return Dead(_("It is decided already"), text)


def _asked_later(_link: DecisionLink) -> Dead:
    text = _("It waits for others first. You are asked again once it is your turn; there is nothing to do until then.")
    return Dead(_("An earlier approval was taken back"), text)


def _changed(link: DecisionLink) -> Dead:
    newer = links.newer(link)
    if newer is None:
        return Dead(_("It was changed since"), _("You are not asked about it as it is now. There is nothing to do."))
    if not newer.is_mailed:
        return Dead(_("It was changed since"), _in_facteur(), can_renew=True)
    when = when_of(newer.created_at, _company(link))
    return Dead(_("It was changed since"), _("A new mail went to you %(when)s: decide with that one.", when=when))


def _in_facteur() -> str:
    """For who wants no mail for each: they are told nothing of one."""
    return _("You are asked about it as it is now, in Facteur. A link can be mailed too, to you alone.")


def _handed_over(link: DecisionLink) -> Dead:
    text = _("%(name)s decides it now. There is nothing left to do for you.", name=link.seat.user.name)
    return Dead(_("It was handed over"), text)


def _not_needed(link: DecisionLink) -> Dead:
    return Dead(_("It need not be approved any more"), _("There is nothing left to do for you."))


def _expired(link: DecisionLink) -> Dead:
    if link.decision:
        if not undoing.may_undo(link.decision, link.user):
            return standing(link.decision)
        text = _("Sign in to take the decision back.")
        return Dead(_("This link is too old"), f"{text} {until_when(link.decision)}")
    text = _("Its time was over %(when)s. A new one can be mailed, to you alone.")
    return Dead(_("This link is too old"), text % {"when": when_of(link.expires_at, _company(link))}, can_renew=True)


def _revoked(link: DecisionLink) -> Dead:
    newer = links.newer(link)
    if newer is None:
        return Dead(_("This link was withdrawn"), _("You are not asked to decide it any more."))
    if not newer.is_mailed:
        return Dead(_("This link was withdrawn"), _in_facteur(), can_renew=True)
    when = when_of(newer.created_at, _company(link))
    return Dead(_("A newer mail took its place"), _("It went to you %(when)s: decide with that one.", when=when))


def _company(link: DecisionLink) -> Company:
    return link.seat.step.approval.document.company


def when_of(moment: datetime, company: Company) -> str:
    """When, as it stands in a sentence, in the company's time zone."""
    zone, locale = ZoneInfo(company.time_zone), get_locale()
    local = moment.astimezone(zone)
    time = format_time(local, "HH:mm", locale=locale)
    if local.date() == clock.now().astimezone(zone).date():
        return _("today at %(time)s", time=time)
    return _("on %(day)s at %(time)s", day=format_date(local, "d MMM y", locale=locale), time=time)


def decision_in_words(decision: Decision) -> str:
    """What the holder of a link decided, to be taken back."""
    said = {
        Choice.APPROVE: _("You approved it %(when)s."),
        Choice.REJECT: _("You rejected it %(when)s."),
        Choice.SEND_BACK: _("You sent it back for correction %(when)s."),
    }
    return said[decision.choice] % {"when": when_of(decision.at, decision.seat.step.approval.document.company)}
