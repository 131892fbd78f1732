"""Work on a run of the accountant, in portions."""

from __future__ import annotations

import time

from app.accounting.run_models import Run
from app.accounting.writing_mails import Writer
from app.tasks import stopping
from app.tasks.jobs import after_commit, commit, job

PORTION_SECONDS = 60
KEY = "accounting-run:"


@job("default", timeout=900)
def work_run(run_id: int) -> None:
    """Write the mails of a run, for a minute at most; what is left is asked for again.

    Each mail is written in a transaction of its own, whose rows say that it is: this may run twice, or be cut off,
    at any moment.
    """
    until, writer = time.monotonic() + PORTION_SECONDS, Writer(run_id)
    while writer.write_one():
        if time.monotonic() > until or stopping.is_told():
            after_commit(ask_again, run_id)
            return


def ask(run: Run) -> None:
    """Have a run worked on."""
    work_run.later(run.id, key=f"{KEY}{run.id}")


def ask_again(run_id: int) -> None:
    """In a transaction of its own, once the portion before is done."""
    work_run.again(run_id, key=f"{KEY}{run_id}")
    commit()
