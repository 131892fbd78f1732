"""Letters that a postal provider prints and posts: where one is set, every letter goes to it."""

from __future__ import annotations

from flask_babel import gettext as _

from app.channels import calling, gateway, kinds, posting
from app.channels.kinds import Carried, MessageKind
from app.channels.models import GatewayKind, GatewayMessage, Letter, LetterState
from app.core import clock
from app.core.database import change_if
from app.core.errors import Refused
from app.extensions import db
from app.outbox.models import Mark


def hand_over(letter: Letter) -> None:
    """Give a new letter to the provider, where there is one."""
    if not calling.address_of(GatewayKind.LETTER):
        return
    letter.state = LetterState.WITH_PROVIDER
    gateway.write(
        KIND.key,
        key=f"letter:{letter.id}",
        company_id=letter.company_id,
        carries=GatewayKind.LETTER,
        to=letter.address,
        file=letter.file,
        about=letter,
    )


def _letter_of(message: Carried) -> Letter:
    return db.session.get_one(Letter, message.about_id)


def _why_not(message: Carried) -> str:
    """As the letter's own kind says; and nobody else may have dealt with it."""
    letter = _letter_of(message)
    if letter.state is not LetterState.WITH_PROVIDER:
        return "The letter went another way."
    return kinds.why_not(letter)


def _after(message: Carried) -> None:
    """The letter follows: posted, back to be printed here, or waiting for what a person finds out."""
    assert isinstance(message, GatewayMessage)
    letter = _letter_of(message)
    if message.mark is Mark.QUEUED and letter.state is not LetterState.WITH_PROVIDER:
        _move(letter, LetterState.TO_PRINT, LetterState.WITH_PROVIDER)
        return
    if letter.state is not LetterState.WITH_PROVIDER:
        return
    letter.note = "" if message.mark is Mark.SENT else message.answer
    if message.mark is Mark.SENT:
        posting.post(letter, by=None, on=clock.today(letter.company))
    elif message.mark is Mark.REFUSED:
        _move(letter, LetterState.WITH_PROVIDER, LetterState.TO_PRINT)
    elif message.mark is Mark.CANCELLED:
        _leave(letter)


def _leave(letter: Letter) -> None:
    """Not needed any more, or to be printed here after all."""
    if why := kinds.why_not(letter):
        posting.cancel(letter, by=None, why=why)
    else:
        _move(letter, LetterState.WITH_PROVIDER, LetterState.TO_PRINT)


def _move(letter: Letter, was: LetterState, to: LetterState) -> None:
    if not change_if(db.session, letter, Letter.state == was, state=to):
        raise Refused(_("Somebody else was faster: look at it again. Nothing was changed."))


KIND = MessageKind("letter", why_not=_why_not, after=_after)
