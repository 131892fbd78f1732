"""Examining every part, and what to do for each that is not well."""

from __future__ import annotations

from app.extensions import db
from app.operation import (
    check_database,
    check_folder,
    check_ground,
    check_mailboxes,
    check_parts,
    check_reader,
    finding,
)
from app.operation.finding import Check, Finding, State

CHECKS: tuple[Check, ...] = (
    check_database.check_database,
    check_database.check_database_settings,
    check_database.check_migrations,
    check_parts.check_redis,
    check_parts.check_running_parts,
    check_parts.check_work,
    check_parts.check_mail_server,
    check_parts.check_sending,
    check_mailboxes.check_mailboxes,
    check_reader.check_reader,
    check_reader.check_tesseract,
    check_ground.check_storage,
    check_ground.check_disk,
    check_folder.check_watched_folder,
    check_ground.check_stored_files,
    check_ground.check_secret_key,
    check_ground.check_clock,
    check_ground.check_libraries,
)
EXIT = {State.OK: 0, State.BROKEN: 1, State.WARNING: 2}
"""What a script sees: well, something to mend, something to look at."""


def examine() -> list[Finding]:
    """All findings; nothing is changed, and no check holds the database meanwhile."""
    found = []
    for check in CHECKS:
        found += finding.of(check)
        db.session.rollback()
    return found


def worst(found: list[Finding]) -> State:
    """How it all is."""
    states = {each.state for each in found}
    return next(state for state in (State.BROKEN, State.WARNING, State.OK) if state in states or state is State.OK)
