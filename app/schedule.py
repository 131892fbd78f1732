"""What runs when: the table of recurring work, and the loop that starts it."""

from __future__ import annotations

import time

import structlog
from sqlalchemy import select

from app.accounting import daily as accounting
from app.approval import jobs as approval
from app.audit import trail
from app.channels import waking as channels
from app.core import clock
from app.core.database import looking
from app.documents import jobs as documents
from app.dunning import jobs as dunning
from app.dunning import letter_jobs as letters
from app.dunning import reminder_jobs, retelling
from app.extensions import db
from app.extraction import jobs as extraction
from app.intake import jobs as intake
from app.intake import watching
from app.mailboxes import set_up as mailboxes
from app.operation import jobs as operation
from app.operation import watch
from app.operation.presence import Presence
from app.outbox import waking
from app.sending import jobs as sending
from app.tasks import due, sweep
from app.tasks.jobs import Job, commit
from app.tasks.models import Task
from app.users import jobs as users

log = structlog.get_logger()
PAUSE_SECONDS = 2.0
DAILY: dict[str, Job] = {
    "purge": documents.purge_trash,
    "audit-head": users.send_trail_head,
    "drafts": intake.remove_drafts,
    "check-files": operation.check_stored_files,
    "sweep-files": operation.sweep_stored_files,
    "letters": letters.propose_letters,
    "missing-words": extraction.keep_missing_words,
    "sendings": sending.plan_sendings,
}
"""Name → what runs once a day: a task with a key such as `purge:2026-11-22`, however many sweeps there are."""
HOURLY: dict[str, Job] = {"analyse": operation.analyse_database}
"""The same once an hour: a first day begins with nothing and may end with a hundred thousand documents."""


def start_the_day() -> None:
    """Ask for whatever has not been asked for today, or in this hour."""
    keys = due_now()
    with looking(db.session()):
        known = set(db.session.scalars(select(Task.key).where(Task.key.in_(keys))))
    for key, job in keys.items():
        if key not in known:
            job.later(key=key)
    commit()


def due_now() -> dict[str, Job]:
    """Key → what is to be asked for once under it."""
    day, hour = clock.today(), f"{clock.now():%Y-%m-%dT%H}"
    return {f"{name}:{day}": job for name, job in DAILY.items()} | {
        f"{name}:{hour}": job for name, job in HOURLY.items()
    }


BEFORE = (
    start_the_day,
    approval.start_the_day,
    reminder_jobs.start_the_day,
    accounting.start_the_day,
    mailboxes.ask_what_is_due,
    waking.wake,
    waking.end_what_is_stuck,
    channels.wake_messages,
    channels.end_stuck_messages,
    extraction.end_what_is_stuck,
    watching.look,
    dunning.ask_what_is_due,
    retelling.tell_again,
    accounting.tell_again,
)
"""What asks for work, and what ends work that nobody does any more."""


def sweep_once() -> None:
    """Start what is due, ring for what waits, look after the parts: a step that fails does not keep the others."""
    for step in (*BEFORE, sweep.ring_what_waits, chain_the_trail, watch.look):
        try:
            step()
            commit()
        except Exception:
            log.exception("sweep.failed", step=step.__name__)
            db.session.rollback()


def chain_the_trail() -> None:
    """Seal what was noted since the last time."""
    with looking(db.session()):
        is_whole = trail.is_chained()
    if not is_whole:
        trail.chain()


def run_due() -> int:
    """Do here and now whatever is due, without workers; how many tasks were done."""
    for step in BEFORE:
        step()
        commit()
    done = due.run_due()
    chain_the_trail()
    commit()
    return done


def sweep_for_ever(presence: Presence) -> None:
    """One sweep after the other; a step that fails is logged and the loop goes on."""
    while True:
        presence.beat_if_due()
        try:
            sweep_once()
        except Exception:
            log.exception("sweep.failed")
            db.session.rollback()
        db.session.remove()
        time.sleep(PAUSE_SECONDS)
