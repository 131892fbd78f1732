"""What is done with a message after it was acknowledged, and with what never became one."""

from __future__ import annotations

from app.core import storage
from app.core.database import looking
from app.extensions import db
from app.files import store
from app.intake import opening, texts, vetting, waiting_text
from app.tasks.jobs import job
from app.users.models import User


@job("default", timeout=120)
def open_message(message_id: int) -> None:
    """Make documents of a message's parts; run again, it makes none twice."""
    with looking(db.session()):
        arrived = opening.what_arrived(message_id)
    opened = opening.open_up(arrived)  # no transaction open
    opening.note(message_id, opened)
    if texts.is_wanted(message_id):
        make_document_of_text.later(message_id, None)


@job("default", timeout=300)
def make_document_of_text(message_id: int, user_id: int | None) -> None:
    """Make a document of a mail's own text; run again, it makes none twice."""
    with looking(db.session()):
        arrived = opening.what_arrived(message_id)
    drawn = texts.draw(arrived)  # no transaction open
    texts.note(message_id, drawn, by=db.session.get(User, user_id) if user_id else None)


@job("default", timeout=120)
def check_sender(message_id: int) -> None:
    """Check once more who sent a message; its documents stay as they are."""
    with looking(db.session()):
        arrived = opening.what_arrived(message_id)
    found = vetting.again(arrived.sha256, arrived.known)  # no transaction open
    if found and vetting.note_again(message_id, found):
        open_message.later(message_id)


@job("default", timeout=240)
def read_waiting_file(part_id: int) -> None:
    """Read the text layer of a file that waits for its invoice; run again, it finds the same."""
    with looking(db.session()):
        told = waiting_text.what_to_read(part_id)
    if told:
        found = waiting_text.read(*told)  # no transaction open
        waiting_text.store(part_id, found)


@job("default")
def remove_drafts() -> None:
    """Remove what killed processes left half written more than a day ago; run again, it finds nothing more."""
    storage.sweep_temporary(store.root())
