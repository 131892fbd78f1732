"""Making a batch for the printer, and what becomes of it."""

from __future__ import annotations

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from app.channels import batches
from app.channels.blueprint import batch_of_mine, batch_seen, bp, here, to_batch
from app.channels.models import Letter, LetterState
from app.core import clock
from app.core.storage import Damaged
from app.files.leaving import as_download, damaged
from app.tasks.jobs import commit
from app.web.access import Permission, demand, requires
from app.web.days import day_in
from app.web.pages import page


@bp.post("/letters/batches")
@requires(Permission.SEND_LETTERS)
def make_batch():
    """Put the letters that wait into one PDF."""
    company = here()
    demand(Permission.SEND_LETTERS, company.id)
    is_double_sided = request.form.get("sides") == "both"
    batch, left_out = batches.make(company, by=current_user, is_double_sided=is_double_sided)
    commit()
    for each in left_out:
        flash(_("Left out: %(name)s. %(why)s", name=each.name, why=each.note), "warning")
    if batch is None:
        flash(_("No letter waits for the printer."), "info")
        return redirect(url_for("channels.letters"), 303)
    count = len(batch.letters)
    flash(ngettext("%(num)d letter is in the batch.", "%(num)d letters are in the batch.", count))
    return to_batch(batch)


@bp.get("/letters/batches/<int:print_batch_id>")
@requires(Permission.EDIT)
def print_batch(print_batch_id: int):
    """One batch: its file, and the letters in it."""
    batch = batch_seen(print_batch_id)
    to_post = [letter for letter in batch.letters if letter.state is LetterState.PRINTED]
    today = clock.today(batch.company)
    return page("channels/batch.html", batch=batch, to_post=to_post, today=today)


@bp.get("/letters/batches/<int:print_batch_id>/file")
@requires(Permission.SEND_LETTERS)
def batch_file(print_batch_id: int):
    """Its pages for the printer, the same bytes each time."""
    batch = batch_of_mine(print_batch_id)
    if batch.file is None or batch.cancelled_at:
        abort(404)
    try:
        return as_download(batch.file, f"letters-{batch.id}.pdf")
    except Damaged:
        return damaged(batch.file)


@bp.post("/letters/batches/<int:print_batch_id>/posting")
@requires(Permission.SEND_LETTERS)
def post_batch(print_batch_id: int):
    """All of it was posted."""
    batch = batch_of_mine(print_batch_id)
    on = day_in(request.form, "posted_date") or clock.today(batch.company)
    count = batches.post(batch, by=current_user, on=on, numbers=_numbers(batch.letters))
    commit()
    flash(ngettext("%(num)d letter is posted.", "%(num)d letters are posted.", count))
    return to_batch(batch)


def _numbers(letters: list[Letter]) -> dict[int, str]:
    """The numbers of the post that were typed beside the letters."""
    return {letter.id: request.form.get(f"number-{letter.id}", "") for letter in letters}


@bp.post("/letters/batches/<int:print_batch_id>/cancellation")
@requires(Permission.SEND_LETTERS)
def cancel_batch(print_batch_id: int):
    """Its letters wait for the printer again."""
    batches.cancel(batch_of_mine(print_batch_id), by=current_user)
    commit()
    flash(_("Taken back: its letters wait for the printer again."))
    return redirect(url_for("channels.letters", state=LetterState.TO_PRINT.value), 303)
