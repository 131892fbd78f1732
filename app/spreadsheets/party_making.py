"""Adding and changing customers and suppliers as a list says, each line wholly or not at all (SPEC CP-1)."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from app.audit import trail
from app.core.database import hold
from app.core.errors import Refused
from app.counterparties import ibans, keeping
from app.extensions import db
from app.spreadsheets import party_lines
from app.spreadsheets.models import PartyList, Stage
from app.spreadsheets.party_arriving import held_at
from app.spreadsheets.party_lines import Line, What
from app.users.models import User


class Otherwise(Refused):
    """The lines would not do any more what was shown."""


def make(list_id: int, seen: str, *, by: User) -> PartyList:
    """Do what was shown, line by line; what is wrong with one leaves the others alone. Refused the second time."""
    listed = held_at(list_id, Stage.TO_MAP, Stage.CHECKED)
    if listed is None:
        raise Refused(_("It was imported already. Nothing was changed."))
    hold(db.session, f"counterparties:{listed.company_id}")
    lines = list(party_lines.of(listed))
    if party_lines.digest(lines) != seen:
        raise Otherwise(_("Something changed meanwhile: look at the lines again, then import."))
    listed.results = [_made(line, listed, by) for line in lines]
    listed.stage = Stage.IMPORTED
    trail.record(listed, by=by, act="import started", why=listed.name)
    return listed


def _made(line: Line, listed: PartyList, by: User) -> dict[str, Any]:
    what, errors = line.what, list(line.errors)
    if what in (What.ADD, What.CHANGE):
        try:
            with db.session.begin_nested():
                _write(line, listed, by)
        except Refused as refused:
            what, errors = What.WRONG, [str(refused)]
    party_id = line.party.id if line.party and what is not What.WRONG else None
    return {"number": line.number, "what": what.value, "name": line.name, "party": party_id, "errors": errors}


def _write(line: Line, listed: PartyList, by: User) -> None:
    if line.party is None:
        line.party = keeping.create(listed.company, line.facts, by=by)
    elif line.changes:
        now = {name: pair[1] for name, pair in line.changes.items()}
        keeping.edit(line.party, now, by=by, version=line.party.version)
    if line.iban:
        ibans.note(line.party, line.iban, by=by)
    db.session.flush()
