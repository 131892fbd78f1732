"""The notices of a person, and how they want to be told."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.extensions import db
from app.notices import choices, seeing, showing, subjects, words
from app.notices.choices import Choice
from app.notices.models import ByMail, Notice, NoticeKind
from app.tasks.jobs import commit
from app.users.sessions import current_company
from app.web import navigation
from app.web.access import Permission, requires
from app.web.ids import row_id
from app.web.pages import page

bp = Blueprint("notices", __name__)

navigation.COUNTS["notices.index"] = lambda: seeing.unseen_count(current_user)


@bp.get("/notices")
@requires(Permission.SEE_OWN_PAGES)
def index():
    """What one should know, the new ones first; looking at the page marks nothing as seen."""
    before = request.args.get("before", type=row_id)
    return page("notices/index.html", **showing.notices_page(current_user, current_company(), before))


@bp.post("/notices/<int:notice_id>/opening")
@requires(Permission.SEE_OWN_PAGES)
def open_one(notice_id: int):
    """Seen, and on to what it is about."""
    notice = db.one_or_404(Notice.visible_to(current_user).where(Notice.id == notice_id))
    seeing.see(notice)
    subject = subjects.of(current_user, notice)
    commit()
    return redirect(subject.path if subject else url_for(".index"), 303)


@bp.post("/notices/seen")
@requires(Permission.SEE_OWN_PAGES)
def see_all():
    """All that the page showed is seen; what came since stays new."""
    until = request.form.get("until", type=row_id)
    if until:
        seeing.see_all(current_user, until)
        commit()
    return redirect(url_for(".index"), 303)


@bp.get("/account/notices")
@requires(Permission.SEE_OWN_PAGES)
def chosen():
    """How one wants to be told of each kind of thing."""
    said = choices.all_of(current_user)
    return page("notices/choices.html", chosen=said, kinds=words.KINDS, mails=words.MAILS)


@bp.post("/account/notices")
@requires(Permission.SEE_OWN_PAGES)
def choose():
    """Keep the choices; a kind the form does not speak of stays as it is."""
    said = {kind: _said(kind) for kind in NoticeKind if request.form.get(f"mail-{kind}") in set(ByMail)}
    choices.choose(current_user, said)
    commit()
    flash(_("Saved."))
    return redirect(url_for(".chosen"), 303)


def _said(kind: NoticeKind) -> Choice:
    return Choice(request.form.get(f"app-{kind}") == "yes", ByMail(request.form[f"mail-{kind}"]))
