"""Page: what was just decided about dropped files is taken back (SPEC IN-9)."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import ngettext
from flask_login import current_user

from app.documents.models import Direction
from app.intake import unassigning
from app.intake.blueprint import bp, chosen_direction
from app.intake.proposals import MOST_SHOWN
from app.tasks.jobs import commit
from app.web.access import Permission, requires

MOST_TOLD = 3


def undoable(text: str, parts: list[int], direction: Direction) -> dict[str, Any]:
    """What the next page says, with one click to take it back."""
    fields = {"parts": ",".join(map(str, parts)), "direction": direction.value}
    return {"text": text, "undo_url": url_for(".put_back"), "undo_fields": fields} if parts else {"text": text}


@bp.post("/waiting-files/returns")
@requires(Permission.EDIT)
def put_back():
    """The files wait again: those just assigned leave their invoices, those just deleted come back."""
    parts = unassigning.chosen(current_user, _ids())
    count, refused = unassigning.put_back_all(parts, by=current_user)
    commit()
    for why in refused[:MOST_TOLD]:
        flash(why, "warning")
    if count or not refused:
        flash(ngettext("%(num)d file waits again.", "%(num)d files wait again.", count))
    return redirect(url_for(".assign", direction=chosen_direction().value), 303)


def _ids() -> list[int]:
    said = request.form.get("parts", "").split(",", MOST_SHOWN)[:MOST_SHOWN]
    return [int(each) for each in said if each.isascii() and each.isdigit() and len(each) < 10]
