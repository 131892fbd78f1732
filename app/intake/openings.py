"""A person asks for a message to be opened again, or for one of its parts."""

from __future__ import annotations

from flask_babel import gettext as _

from app.audit import trail
from app.core.errors import Refused
from app.documents.models import Document
from app.intake import judging, proof
from app.intake.deciding import alone_with
from app.intake.jobs import check_sender, open_message
from app.intake.letting import TAKEN_ANYWAY
from app.intake.models import Judgement, Message, MessageState, Part, Source
from app.users.models import User


def open_again(message: Message, *, by: User) -> None:
    """Open it once more; parts that became something stay as they are."""
    alone_with(message)
    if message.state is MessageState.REPEATED:
        raise Refused(_("This message came twice; open the first one again instead."))
    if message.source is Source.ASSIGN:
        raise Refused(_("This file was dropped for an invoice that is there: make an invoice of it where it waits."))
    if message.source is Source.SPREADSHEET:
        raise Refused(_("A spreadsheet is imported on a page of its own: add it again there."))
    if message.state is MessageState.RECEIVED:
        raise Refused(_("This message is still waiting to be opened."))
    if message.is_header_only:
        raise Refused(_("Only its header was fetched: there is nothing to be opened."))
    if message.state in (MessageState.QUARANTINED, MessageState.DISCARDED):
        raise Refused(_("This message waits in quarantine: accept it to have it opened."))
    message.state = MessageState.RECEIVED
    trail.record(message, by=by, act="opened again")
    open_message.later(message.id)


def check_sender_again(message: Message, *, by: User) -> None:
    """Ask once more who sent it: the DNS may have been out of reach."""
    if not proof.is_checked(message):
        raise Refused(_("Its sender was not checked: somebody added it here."))
    trail.record(message, by=by, act="sender checked again")
    check_sender.later(message.id)


def take_anyway(message: Message, *, by: User) -> None:
    """Take the documents of a message although a machine wrote it."""
    open_again(message, by=by)
    message.notes = [*message.notes, {"key": TAKEN_ANYWAY, "by": by.id}]


def judge(part: Part, judgement: Judgement, *, by: User, target: Document | None = None) -> None:
    """Say what a part is; where its bytes are not kept yet, its message is opened for them."""
    judging.judge(part, judgement, by=by, target=target)
    if part.message.state is MessageState.RECEIVED:
        open_message.later(part.message_id)
