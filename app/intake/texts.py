"""A document made of the text of a mail: drawn as pages by the reader, once."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from sqlalchemy import select

from app.core import storage
from app.core.faultpoint import faultpoint
from app.extensions import db
from app.files import store
from app.intake import bodies, importing, rules, sorting, words
from app.intake.deciding import held
from app.intake.letter import Headers, parse
from app.intake.models import MADE, Message, MessageState
from app.intake.opening import Arrived
from app.reader import acts
from app.reader.contents import Unreadable
from app.tasks.models import State, Task
from app.users.models import User

NOT_MADE = "text_not_made"
OF_TEXT = "body_made"
JOB = "make_document_of_text"


@dataclass(frozen=True)
class Drawn:
    """The text as a stored PDF, and which part of the message it is; or why there is none."""

    position: int = -1
    sha256: str = ""
    size: int = 0


def draw(arrived: Arrived) -> Drawn:
    """Draw the text that matters; touches no row."""
    letter = parse(storage.read(store.root(), arrived.sha256))
    body = bodies.best(sorting.of_letter(letter), letter.headers.subject)
    if body is None:
        return Drawn()
    try:
        pages = acts.compose(_page(body, letter.headers), title=letter.headers.subject)
    except Unreadable:
        return Drawn(body.position)
    return Drawn(body.position, *storage.store(store.root(), pages))


def _page(body: bodies.Body, headers: Headers) -> str:
    """The text under what its headers say, as a mail is printed."""
    said = [(word, headers.said.get(word, "")) for word in ("from", "to", "date")]
    lines = "<br>".join(f"{word.capitalize()}: {escape(value)}" for word, value in said if value)
    text = body.source if body.is_html else "<br>".join(escape(line) for line in body.source.splitlines())
    return f"<p>{lines}</p><hr>{text}"


def note(message_id: int, drawn: Drawn, *, by: User | None) -> None:
    """Make the document, unless somebody did meanwhile; committed by the caller."""
    message = held(message_id)
    part = next((each for each in message.parts if each.position == drawn.position), None)
    if part is None or part.reason.get("key") != "body" or message.state is MessageState.REPEATED:
        return
    if not drawn.sha256:
        message.notes = [*(each for each in message.notes if each["key"] != NOT_MADE), {"key": NOT_MADE}]
        return
    part.file = store.row_of(drawn.sha256, drawn.size, "application/pdf")
    part.name, part.reason = f"{message.subject[:290] or message.id}.pdf", {"key": OF_TEXT}
    importing.make_document(part, part.name, by=by or message.by)
    faultpoint("texts.document_made")


def is_wanted(message_id: int) -> bool:
    """Does a rule want a document of a message that was just opened and brought nothing?"""
    message = db.session.get_one(Message, message_id)
    is_other = words.is_machine(message) or any(note["key"] == "not_opened" for note in message.notes)
    return can_be_made(message) and not is_other and rules.holds_for(message)


def is_being_made(message: Message) -> bool:
    """Has somebody asked for a document of its text that is still to come?"""
    asked = select(Task.ids).where(Task.kind == JOB, Task.state.in_((State.READY, State.RUNNING)))
    return any(ids[0] == message.id for ids in db.session.scalars(asked))


def can_be_made(message: Message) -> bool:
    """Is it a mail that has text and brought no document, and that no machine wrote about other mails?"""
    if words.is_about_mails(message):
        return False
    has_text = any(part.reason.get("key") == "body" and part.size for part in message.parts)
    is_taken = any(part.outcome in MADE for part in message.parts)
    return message.is_mail and message.state is MessageState.OPENED and has_text and not is_taken
