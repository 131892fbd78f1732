"""Mails about approvals: to whom, subject, template."""

from __future__ import annotations

from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from app.approval import demands, links
from app.approval.checks import in_words
from app.approval.models import Choice, Decision, DecisionLink, Seat
from app.documents.models import Document
from app.documents.words import party
from app.outbox.models import OutgoingMail
from app.outbox.writing import write
from app.users.mails import address
from app.users.models import User
from app.web.filters import amount, day

ASKED = "approval-asked"


def asked(seat: Seat, link: DecisionLink, token: str, *, is_reminder: bool = False, key: str = "") -> OutgoingMail:
    """What is to be decided, and the two buttons; only to whom it is asked now."""
    approval, document, user = seat.step.approval, seat.step.approval.document, seat.user
    with force_locale(user.spoken):
        return write(
            ASKED,
            key=key or f"{ASKED}:{link.id}",
            to=user.email,
            subject=_("To approve: %(what)s", what=called(document)),
            template="approval/mail/asked",
            company_id=document.company_id,
            about=link,
            language=user.spoken,
            secrets=[token],
            rows=rows(document),
            why=demands.in_words(approval.why),
            user=user,
            url=address(f"/approvals/links/{token}"),
            is_reminder=is_reminder,
        )


def decided(decision: Decision) -> OutgoingMail:
    """To the approver at once: what was decided in their name, and how to take it back."""
    seat, document = decision.seat, decision.seat.step.approval.document
    user = seat.user
    _link, token = links.make(seat, decision=decision)
    with force_locale(user.spoken):
        titles = {
            Choice.APPROVE: _("You approved %(what)s", what=called(document)),
            Choice.REJECT: _("You rejected %(what)s", what=called(document)),
            Choice.SEND_BACK: _("You sent back %(what)s", what=called(document)),
        }
        return write(
            "approval-decided",
            key=f"approval-decided:{decision.id}",
            to=user.email,
            subject=titles[decision.choice],
            template="approval/mail/told",
            company_id=document.company_id,
            about=document,
            language=user.spoken,
            secrets=[token],
            title=titles[decision.choice],
            text=_("If it was not you, or not meant so, take it back: that is possible until it is paid."),
            rows=rows(document),
            reason=decision.reason,
            label=_("Take it back"),
            url=address(f"/approvals/links/{token}"),
        )


def told(user: User, decision: Decision) -> OutgoingMail:
    """To whoever asked or approved before: how it ended."""
    document = decision.seat.step.approval.document
    with force_locale(user.spoken):
        subjects = {
            Choice.APPROVE: _("Approved: %(what)s", what=called(document)),
            Choice.REJECT: _("Rejected: %(what)s", what=called(document)),
            Choice.SEND_BACK: _("Sent back for correction: %(what)s", what=called(document)),
        }
        return write(
            "approval-told",
            key=f"approval-told:{decision.id}:{user.id}",
            to=user.email,
            subject=subjects[decision.choice],
            template="approval/mail/told",
            company_id=document.company_id,
            about=document,
            language=user.spoken,
            title=subjects[decision.choice],
            text=in_words(decision),
            rows=rows(document),
            reason=decision.reason,
            label=_("Open it in Facteur"),
            url=address(f"/documents/{document.id}"),
        )


def called(document: Document) -> str:
    """Whose, and how much."""
    return f"{document.party_name or document.number}, {amount(document.gross_minor, document.currency)}"


def rows(document: Document) -> list[tuple[Any, str]]:
    """The figures first."""
    lines = [
        (_("Gross amount"), amount(document.gross_minor, document.currency)),
        (party(document.direction), document.party_name),
        (_("Number"), document.number),
        (_("Label"), document.label),
        (_("Due date"), day(document.due_date)),
    ]
    return [(name, said) for name, said in lines if said]
