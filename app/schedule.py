"""What runs when: the table of recurring work, and the loop that starts it."""

from __future__ import annotations

import time

import structlog

from app.audit import trail
from app.extensions import db
from app.extraction import jobs as extraction
from app.outbox import delivery
from app.tasks import sweep

log = structlog.get_logger()
PAUSE_SECONDS = 2.0


def sweep_once() -> None:
    """Ring for what waits, and chain the new rows of the trail."""
    delivery.wake()
    sweep.ring_what_waits()
    extraction.end_what_is_stuck()
    trail.chain()
    db.session.commit()


def sweep_for_ever() -> None:
    """One sweep after the other; a step that fails is logged and the loop goes on."""
    while True:
        try:
            sweep_once()
        except Exception:
            log.exception("sweep.failed")
            db.session.rollback()
        db.session.remove()
        time.sleep(PAUSE_SECONDS)
