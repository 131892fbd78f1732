"""What is looked after by itself: stored bytes are what they were, what belongs to nothing goes, lists stay quick."""

from __future__ import annotations

import hashlib

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.core import database
from app.documents import history
from app.documents.models import DocumentFile
from app.extensions import db
from app.files import checking
from app.files.models import File
from app.operation import mails, orphans, watch
from app.tasks.jobs import job, short_transaction

MOST_NAMED = 10


@job("default", timeout=900, attempts=3)
def check_stored_files() -> None:
    """Hold some of the stored files against their hash; what is missing or changed is told once."""
    with short_transaction():
        chosen = checking.chosen()
    found = checking.examined(chosen)  # no transaction open
    damaged = checking.note(found)
    if damaged:
        _tell(damaged)


def _tell(damaged: list[File]) -> None:
    """In the history of each document, and to who administers the installation."""
    touched = select(DocumentFile).where(DocumentFile.file_id.in_([file.id for file in damaged]))
    for each in db.session.scalars(touched.options(joinedload(DocumentFile.document))):
        history.note_damage(each.document, each.name)
    names = [file.sha256 for file in damaged]
    key = hashlib.sha256(" ".join(f"{file.id}:{file.damaged_at}" for file in damaged).encode()).hexdigest()[:32]
    for user in watch.admins():
        mails.files_damaged(user, key, names[:MOST_NAMED], len(names))


@job("default", timeout=1800, attempts=3)
def sweep_stored_files() -> None:
    """Set aside what belongs to nothing, and remove what was set aside a month ago."""
    orphans.empty_quarantine()
    orphans.sweep()


@job("default", timeout=600, attempts=3)
def analyse_database() -> None:
    """Let the database see how its rows are spread by now."""
    database.analyse(db.session())
