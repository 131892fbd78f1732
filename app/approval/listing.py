"""The lists of approvals, and many approved at once."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from app.approval import bulk, checks, demands, handings, listed, waiting
from app.approval.blueprint import bp
from app.approval.forms import HandingForm
from app.approval.found import here
from app.tasks.jobs import commit
from app.users.sessions import current_company
from app.web import navigation
from app.web.access import Permission, requires
from app.web.ids import row_id
from app.web.pages import page

bp.add_app_template_filter(demands.in_words, "why")
bp.add_app_template_filter(handings.in_words, "handed")
bp.add_app_template_global(waiting.may_still_decide, "may_still_decide")
navigation.COUNTS["approval.index"] = lambda: waiting.count(current_user, current_company())


@bp.get("/approvals")
@requires(Permission.DECIDE)
def index():
    """What waits for one's word, oldest first; what one decided or handed on; for admins, all that wait."""
    shown = listed.list_page(current_user, here(), request.args)
    return page("approval/index.html", **shown, handing=HandingForm(shown["colleagues"]))


@bp.post("/approvals/approval")
@requires(Permission.DECIDE)
def approve_selected():
    """Approve the selected ones, each as it was listed and each on its own."""
    said = bulk.approve(current_user, here(), _seen())
    commit()
    for text, kind in _told(said):
        flash(text, kind)
    return redirect(url_for("approval.index"), 303)


def _seen() -> dict[int, str]:
    """Seat → the revision that stood on the page, for those that are ticked."""
    ticked = set(request.form.getlist("ids", type=row_id)[: bulk.MOST])
    lines = (line.partition(":") for line in request.form.getlist("seen")[: bulk.MOST])
    revisions = {number: revision for number, _mark, revision in lines}
    return {seat_id: revisions.get(str(seat_id), "") for seat_id in sorted(ticked)}


def _told(said: bulk.Result):
    """What became of them: a sentence for each way it went."""
    if said.approved:
        yield ngettext("%(num)d approved.", "%(num)d approved.", said.approved), "message"
    for found in said.decided.values():
        why = checks.in_words(max(found, key=lambda each: each.at))
        text = ngettext(
            "%(num)d was decided already: %(why)s",
            "%(num)d were decided already, the last one: %(why)s",
            len(found),
            why=why,
        )
        yield text, "info"
    if said.changed:
        count = said.changed
        text = ngettext(
            "%(num)d had changed meanwhile: look at it.", "%(num)d had changed meanwhile: look at them.", count
        )
        yield text, "warning"
    for sentence, count in said.refused.items():
        yield _("%(count)d not approved: %(why)s", count=count, why=sentence), "warning"
    if not (said.approved or said.decided or said.changed or said.refused):
        yield _("Nothing was selected."), "info"
