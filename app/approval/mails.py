"""Mails about approvals: to whom, subject, template."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask_babel import force_locale, gettext
from flask_babel import lazy_gettext as _

from app.approval import brief, enclosing, links
from app.approval.brief import called, rows
from app.approval.checks import in_words, until_when
from app.approval.links import LinkState
from app.approval.models import Choice, Decision, DecisionLink, Seat
from app.documents import sight
from app.documents.models import Document
from app.extensions import db
from app.notices.mails import OUT_OF_SIGHT
from app.outbox.kinds import MailKind
from app.outbox.models import OutgoingMail
from app.outbox.writing import write
from app.users import people
from app.users.mails import address
from app.users.models import User
from app.web.filters import day

ASKED, DECIDED, TOLD = "approval-asked", "approval-decided", "approval-told"
BY_ITSELF = {"Auto-Submitted": "auto-generated"}
"""So that no machine answers that its master is away."""


NOTES = {
    "reminder": _("It still waits for your decision."),
    "renewed": _("The link in the earlier mail was too old: this one works."),
    "taken_back": _("A decision about it was taken back, so you are asked again."),
    "robot": _(
        "Two different answers came from one page, as only machines give them. Nothing was decided: decide again."
    ),
}
"""Why somebody is asked once more."""


def asked(seat: Seat, link: DecisionLink, token: str, note: str = "", *, key: str = "") -> OutgoingMail:
    """What is to be decided, and the two buttons; only to whom it is asked now."""
    document, user = seat.step.approval.document, seat.user
    with force_locale(user.spoken):
        subject = gettext("Still to approve: %(what)s") if note == "reminder" else gettext("To approve: %(what)s")
        pictures = enclosing.first_page(document)
        attachments, not_attached = enclosing.original(document)
        return write(
            ASKED,
            key=key or f"{ASKED}:{link.id}",
            to=user.email,
            subject=subject % {"what": called(document)},
            template="approval/mail/asked",
            company_id=document.company_id,
            about=link,
            language=user.spoken,
            secrets=[token],
            headers=BY_ITSELF,
            pictures=pictures,
            has_picture=bool(pictures),
            attachments=attachments,
            not_attached=not_attached,
            url=address(f"/approvals/links/{token}"),
            until=day(link.expires_at.astimezone(ZoneInfo(document.company.time_zone)).date()),
            note=str(NOTES.get(note, "")),
            **brief.about(seat),
        )


def decided(decision: Decision) -> OutgoingMail:
    """To the approver at once: what was decided in their name, and how to take it back."""
    document, user = decision.seat.step.approval.document, decision.seat.user
    link, token = links.make(decision.seat, decision=decision)
    with force_locale(user.spoken):
        titles = {
            Choice.APPROVE: gettext("You approved %(what)s", what=called(document)),
            Choice.REJECT: gettext("You rejected %(what)s", what=called(document)),
            Choice.SEND_BACK: gettext("You sent back %(what)s", what=called(document)),
        }
        return write(
            DECIDED,
            key=f"{DECIDED}:{decision.id}",
            to=user.email,
            subject=titles[decision.choice],
            template="approval/mail/told",
            company_id=document.company_id,
            about=link,
            language=user.spoken,
            secrets=[token],
            headers=BY_ITSELF,
            title=titles[decision.choice],
            text=gettext("If it was not you, or not meant so, take it back.") + " " + until_when(decision),
            rows=rows(document),
            reason=decision.reason,
            label=_("Take the decision back"),
            url=address(f"/approvals/links/{token}"),
        )


def told(user: User, decision: Decision) -> OutgoingMail:
    """To whoever asked or approved before: how it ended."""
    document = decision.seat.step.approval.document
    with force_locale(user.spoken):
        subjects = {
            Choice.APPROVE: gettext("Approved: %(what)s", what=called(document)),
            Choice.REJECT: gettext("Rejected: %(what)s", what=called(document)),
            Choice.SEND_BACK: gettext("Sent back for correction: %(what)s", what=called(document)),
        }
        return write(
            TOLD,
            key=f"{TOLD}:{decision.id}:{user.id}",
            to=user.email,
            subject=subjects[decision.choice],
            template="approval/mail/told",
            company_id=document.company_id,
            about=document,
            language=user.spoken,
            headers=BY_ITSELF,
            title=subjects[decision.choice],
            text=in_words(decision),
            rows=rows(document),
            reason=decision.reason,
            label=_("Open it in Facteur"),
            url=address(f"/documents/{document.id}"),
        )


def no_decision(user: User, mail: OutgoingMail, answered: str) -> OutgoingMail:
    """To whoever answered by mail: nothing was decided, and how it is done; once for each mail."""
    with force_locale(user.spoken):
        return write(
            "approval-answered",
            key=f"approval-answered:{mail.id}",
            to=user.email,
            subject=gettext("Your answer decided nothing: %(subject)s", subject=mail.subject),
            template="approval/mail/no_decision",
            company_id=mail.company_id,
            language=user.spoken,
            headers={"Auto-Submitted": "auto-replied", "In-Reply-To": answered} if answered else BY_ITSELF,
            subject_answered=mail.subject,
            url=address("/approvals"),
        )


def why_not(mail: OutgoingMail) -> str:
    """Why it need not leave any more: its link is dead since it was written."""
    link = db.session.get(DecisionLink, mail.about_id)
    state = links.state_of(link) if link else LinkState.REVOKED
    return "" if state is LinkState.LIVING else f"Not needed any more: its link is {state.value.replace('_', ' ')}."


def why_not_told(mail: OutgoingMail) -> str:
    """The same for how it ended: its reader may not see the document any more (SAFETY S72)."""
    document = db.session.get(Document, mail.about_id)
    user = people.by_email(mail.recipients[0].address)
    return "" if document and user and sight.may_see(user, document) else OUT_OF_SIGHT


KINDS = [MailKind(key, why_not, is_personal=True) for key in (ASKED, DECIDED)] + [MailKind(TOLD, why_not_told)]
