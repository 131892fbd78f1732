"""The work of letters and messages that takes a while."""

from __future__ import annotations

from app.channels import binding
from app.channels.handing import hand_to_gateway
from app.reader import acts
from app.tasks.jobs import job, short_transaction

__all__ = ["bind_letters", "hand_to_gateway"]


@job("default", timeout=300, attempts=3)
def bind_letters(batch_id: int) -> None:
    """Put the letters of a batch into one PDF; run again, it finds that done."""
    with short_transaction():
        told = binding.what_to_bind(batch_id)
    if told:
        pages, _count = acts.bind(told.letters, fronts=told.is_double_sided)  # no transaction is open meanwhile
        binding.keep(batch_id, pages)
