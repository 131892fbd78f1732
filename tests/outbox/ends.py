"""Where a mail may stand, and how a mail server brings it there."""

from __future__ import annotations

from app.outbox.models import Mark
from tests.outbox.test_delivery import run_waiting
from tests.sink import CUT, Sink

ENDS = {
    Mark.QUEUED: {"mail": "451 try later"},
    Mark.REFUSED: {"rcpt": "550 nobody"},
    Mark.UNCERTAIN: {"dot": CUT},
    Mark.SENT: {},
}
"""What the server answers to it."""


def bring_to(mark: Mark, server: Sink) -> None:
    """Have all that waits tried once; the server answers so that it ends there."""
    server.answers = dict(ENDS[mark])
    run_waiting()
