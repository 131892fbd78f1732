"""The work of letters and messages that takes a while."""

from __future__ import annotations

from app.channels import binding
from app.channels.handing import hand_to_gateway
from app.channels.models import Letter
from app.core.database import looking
from app.extensions import db
from app.files import store
from app.files.drawing import drawing
from app.reader import acts, cage
from app.reader.contents import Unreadable
from app.tasks.jobs import job, short_transaction

__all__ = ["bind_letters", "draw_letter", "hand_to_gateway"]


@job("default", timeout=300, attempts=3)
def bind_letters(batch_id: int) -> None:
    """Put the letters of a batch into one PDF; run again, it finds that done."""
    with short_transaction():
        told = binding.what_to_bind(batch_id)
    if told:
        pages, _count = acts.bind(told.letters, fronts=told.is_double_sided)  # no transaction is open meanwhile
        binding.keep(batch_id, pages)


@job("ocr", timeout=300)
def draw_letter(letter_id: int) -> None:
    """Draw the pages of a letter, to be looked at before it is posted; run again, it draws the same."""
    with looking(db.session()):
        letter = db.session.get(Letter, letter_id)
        path, folder = (store.path(letter.file), store.pages_folder(letter.file)) if letter else (None, None)
    if path is None or folder is None:
        return
    try:
        with drawing(folder) as draw_to:
            cage.read(path, text_only=True, draw_to=draw_to)
    except Unreadable:  # it can be downloaded all the same
        return
