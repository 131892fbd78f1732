"""Mails to whoever sits there: all that waits, once a day; and whom somebody named as stand-in."""

from __future__ import annotations

from flask_babel import force_locale, ngettext
from flask_babel import gettext as _

from app.approval import demands, links
from app.approval.models import Absence, Seat
from app.core.sealing import Unreadable
from app.outbox import sealed
from app.outbox.kinds import MailKind
from app.outbox.models import OutgoingMail
from app.outbox.writing import write
from app.users.mails import address, only_company
from app.users.models import Company, User
from app.web.filters import amount, day


def all_that_waits(user: User, company: Company, seats: list[tuple[Seat, str]], *, key: str) -> OutgoingMail:
    """One mail with all that waits for this person there, oldest first; each has the token of its own link."""
    with force_locale(user.spoken):
        count = len(seats)
        subject = ngettext("Facteur: %(num)d waits for your approval", "Facteur: %(num)d wait for your approval", count)
        return write(
            "approval-digest",
            key=key,
            to=user.email,
            subject=subject,
            template="approval/mail/digest",
            company_id=company.id,
            about=user,
            language=user.spoken,
            secrets=[token for _seat, token in seats],
            title=ngettext("%(num)d waits for your approval", "%(num)d wait for your approval", count),
            lines=[_line(seat, token) for seat, token in seats],
            url=address("/approvals"),
        )


def why_not(mail: OutgoingMail) -> str:
    """Why it need not leave any more: none of what it lists waits."""
    try:
        tokens = sealed.whole(mail).tokens
    except Unreadable:
        return ""  # it does not leave anyhow, and the outbox says why
    found = [link for token in tokens if (link := links.find(token))]
    waits = any(links.state_of(link) is links.LinkState.LIVING for link in found)
    return "" if waits else "Not needed any more: nothing in it waits."


KINDS = [MailKind("approval-digest", why_not, is_personal=True)]


def _line(seat: Seat, token: str) -> dict[str, str]:
    document = seat.step.approval.document
    return {
        "party": document.party_name or document.number,
        "amount": amount(document.gross_minor, document.currency),
        "number": document.number,
        "due": day(document.due_date),
        "why": demands.in_words(seat.step.approval.why),
        "url": address(f"/approvals/links/{token}"),
    }


def stand_in_named(absence: Absence, by: User) -> OutgoingMail:
    """To whoever is to decide for somebody else, with the days."""
    user, other = absence.stand_in, absence.user
    with force_locale(user.spoken):
        name = other.name or other.email
        return write(
            "stand-in",
            key=f"stand-in:{absence.id}",
            to=user.email,
            subject=_("You stand in for %(name)s from %(day)s", name=name, day=day(absence.first_date)),
            template="approval/mail/stand_in",
            company_id=only_company(user),
            about=user,
            language=user.spoken,
            title=_("You decide for %(name)s", name=name),
            text=_(
                "What waits for their approval on these days comes to you; what you leave undecided goes back to them."
            ),
            rows=[(_("From"), day(absence.first_date)), (_("To"), day(absence.last_date)), (_("Set by"), by.name)],
            url=address("/approvals"),
        )
