"""Putting the letters of a batch into one PDF."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.channels.models import PrintBatch
from app.extensions import db
from app.files import store


@dataclass(frozen=True)
class ToBind:
    """All that is needed to put a batch together, so that no transaction need be open meanwhile."""

    letters: list[Path]
    is_double_sided: bool


def what_to_bind(batch_id: int) -> ToBind | None:
    """The letters of the batch in their order; None where nobody needs it put together any more."""
    batch = db.session.get(PrintBatch, batch_id)
    if batch is None or batch.file_id or batch.cancelled_at:
        return None
    for letter in batch.letters:
        store.read(letter.file)  # checked against its hash
    return ToBind([store.path(letter.file) for letter in batch.letters], batch.is_double_sided)


def keep(batch_id: int, pages: bytes) -> None:
    """The batch is ready to be downloaded: the same bytes each time."""
    batch = db.session.get(PrintBatch, batch_id)
    if batch and not batch.file_id and not batch.cancelled_at:
        batch.file = store.keep(pages, "application/pdf")
