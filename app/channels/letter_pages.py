"""Letters by their state, and one of them."""

from __future__ import annotations

from typing import Any

from flask import flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from app.channels import calling, posting
from app.channels.blueprint import bp, here, letter_of_mine, letter_seen, to_letter
from app.channels.models import GatewayKind, Letter, LetterState, PrintBatch
from app.core.storage import Damaged
from app.extensions import db
from app.files import pictures
from app.files.leaving import as_download, damaged
from app.tasks.jobs import commit
from app.users.models import Company
from app.web import keyset
from app.web.access import Permission, requires
from app.web.pages import page

NEWEST = keyset.Order(Letter.id, keyset.whole)
ALWAYS = {LetterState.TO_PRINT, LetterState.PRINTED, LetterState.POSTED, LetterState.CANCELLED}
"""Their tabs are shown though nothing is in them."""


@bp.get("/letters")
@requires(Permission.EDIT)
def letters():
    """Letters by state, newest first; what is to be posted by the batch it was printed in."""
    company, said = here(), request.args
    names = {each.value for each in LetterState}
    state = LetterState(said["state"]) if said.get("state") in names else LetterState.TO_PRINT
    mine = Letter.visible_to(current_user).where(Letter.company_id == company.id)
    tabs, count = _tabs(mine, state)
    leaf = keyset.leaf(
        mine.where(Letter.state == state), NEWEST, Letter.id, before=said.get("before", ""), after=said.get("after", "")
    )
    return page(
        "channels/letters.html",
        state=state,
        tabs=tabs,
        count=count,
        letters=[row[0] for row in leaf.rows],
        batches=_open_batches(company) if state is LetterState.PRINTED else [],
        has_provider=bool(calling.address_of(GatewayKind.LETTER)),
        pages={
            "previous_url": url_for(".letters", state=state.value, before=leaf.before) if leaf.before else None,
            "next_url": url_for(".letters", state=state.value, after=leaf.after) if leaf.after else None,
        },
    )


def _tabs(mine: Any, current: LetterState) -> tuple[list[dict[str, object]], int]:
    """The tabs, and how many letters wait for the printer."""
    visible = mine.subquery()
    counted = select(visible.c.state, func.count()).group_by(visible.c.state)
    counts: dict[LetterState, int] = dict(db.session.execute(counted).all())
    tabs: list[dict[str, object]] = [
        {
            "label": state.label,
            "url": url_for(".letters", state=state.value),
            "count": counts.get(state, 0),
            "active": state is current,
        }
        for state in LetterState
        if state in ALWAYS or counts.get(state) or state is current
    ]
    return tabs, counts.get(LetterState.TO_PRINT, 0)


def _open_batches(company: Company) -> list[PrintBatch]:
    """Those with letters that are still to post, newest first."""
    is_open = PrintBatch.letters.any(Letter.state == LetterState.PRINTED)
    mine = PrintBatch.visible_to(current_user).where(PrintBatch.company_id == company.id, is_open)
    whole = (selectinload(PrintBatch.letters), selectinload(PrintBatch.created_by))
    return list(db.session.scalars(mine.options(*whole).order_by(PrintBatch.id.desc()).limit(keyset.ROWS)))


@bp.get("/letters/<int:letter_id>")
@requires(Permission.EDIT)
def letter(letter_id: int):
    """One letter: to whom, about what, where it is."""
    found = letter_seen(letter_id)
    batch = PrintBatch.visible_to(current_user).where(PrintBatch.id == found.batch_id)
    context = {"batch": db.session.scalar(batch) if found.batch_id else None, "drawn": _drawn(found)}
    return page("channels/letter.html", letter=found, **context)


def _drawn(found: Letter) -> list[int]:
    """The numbers of its pages of which there is a picture."""
    return [number for number in range(1, found.page_count + 1) if pictures.path(found.file, number).is_file()]


@bp.get("/letters/<int:letter_id>/pages/<int:number>.png")
@requires(Permission.EDIT)
def letter_page(letter_id: int, number: int):
    """The picture of one page."""
    return pictures.shown(letter_seen(letter_id).file, number)


@bp.get("/letters/<int:letter_id>/file")
@requires(Permission.EDIT)
def letter_file(letter_id: int):
    """Its pages, as a download."""
    found = letter_seen(letter_id)
    try:
        return as_download(found.file, f"letter-{found.id}.pdf")
    except Damaged:
        return damaged(found.file)


@bp.post("/letters/<int:letter_id>/tracking")
@requires(Permission.SEND_LETTERS)
def track_letter(letter_id: int):
    """Note the number under which the post shows where it is."""
    posting.track(found := letter_of_mine(letter_id), request.form.get("number", ""), by=current_user)
    commit()
    flash(_("Noted."))
    return to_letter(found)


@bp.post("/letters/<int:letter_id>/cancellation")
@requires(Permission.SEND_LETTERS)
def cancel_letter(letter_id: int):
    """It is not to be posted."""
    posting.cancel(found := letter_of_mine(letter_id), by=current_user)
    commit()
    flash(_("The letter will not be posted."))
    return to_letter(found)
