"""What a person decides about a mail that did not simply leave."""

from __future__ import annotations

from flask_babel import gettext as _

from app.audit import trail
from app.core import clock
from app.core.database import change_if
from app.core.errors import Refused
from app.extensions import db
from app.outbox import delivery, kinds, marks
from app.outbox.models import Mark, OutgoingMail
from app.web.access import Person


def send_again(mail: OutgoingMail, *, by: Person) -> None:
    """Queue a refused or uncertain mail once more, knowingly."""
    if mail.mark not in {Mark.REFUSED, Mark.UNCERTAIN}:
        raise Refused(_("This mail is not waiting for a decision. Nothing was changed."))
    if marks.is_blotted(mail):
        raise Refused(_("Its links are no more, since it had left: let what it says be mailed anew."))
    _move(mail, Mark.QUEUED, Mark.REFUSED, Mark.UNCERTAIN, by=by, act="sent again")
    for each in mail.recipients:
        if each.mark is not Mark.SENT:
            each.mark = Mark.QUEUED
    mail.send_after = clock.now()
    delivery.ask()


def has_arrived(mail: OutgoingMail, *, by: Person) -> None:
    """A person knows that an uncertain mail did arrive."""
    if mail.mark is not Mark.UNCERTAIN:
        raise Refused(_("This mail is not uncertain. Nothing was changed."))
    _move(mail, Mark.SENT, Mark.UNCERTAIN, by=by, act="declared sent")
    for each in mail.recipients:
        if each.mark is Mark.QUEUED:
            each.mark = Mark.SENT
    marks.blot(mail)


def cancel(mail: OutgoingMail, *, by: Person) -> None:
    """A waiting mail is not to leave."""
    if mail.mark not in {Mark.QUEUED, Mark.REFUSED, Mark.UNCERTAIN}:
        raise Refused(_("This mail is leaving or has left. Nothing was changed."))
    _move(mail, Mark.CANCELLED, Mark.QUEUED, Mark.REFUSED, Mark.UNCERTAIN, by=by, act="cancelled")
    marks.blot(mail)


def _move(mail: OutgoingMail, mark: Mark, *was: Mark, by: Person, act: str) -> None:
    """From one of these marks, as it is now; refused where it began to leave, or somebody decided, meanwhile."""
    before = mail.mark
    if not change_if(db.session, mail, OutgoingMail.mark.in_(was), mark=mark, marked_at=clock.now()):
        raise Refused(_("Somebody else was faster: look at it again. Nothing was changed."))
    trail.record(mail, by=by, act=act, changes={"mark": [before, mark]})
    kinds.tell(mail, by=by)
