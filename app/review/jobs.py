"""What is done with pages while nobody waits: documents split and merged."""

from __future__ import annotations

from app.core.database import looking
from app.extensions import db
from app.reader.contents import Unreadable
from app.review import arranging
from app.tasks.jobs import job


@job("default", timeout=600)
def rearrange_pages(rearrangement_id: int) -> None:
    """Split or merge as somebody asked; run again, it makes nothing twice."""
    with looking(db.session()):
        told = arranging.what_to_make(rearrangement_id)
    if told is None:
        return
    try:
        stored = arranging.make(told)  # no transaction open
    except Unreadable as error:
        arranging.give_up(rearrangement_id, error.code)
    else:
        arranging.note(rearrangement_id, stored)
