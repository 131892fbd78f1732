"""Pages: one action, and what a person does with it; after it, the next one of the list opens."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.core.errors import Refused
from app.documents.kinds import Kind, SentMeans
from app.dunning import actions, drafting, giving, one_action, promises
from app.dunning.action_models import Action
from app.dunning.blueprint import bp, seen
from app.dunning.forms import CallForm, DraftForm
from app.dunning.models import Channel
from app.dunning.rights import right_for
from app.extensions import db
from app.tasks.jobs import commit
from app.web.access import Permission, demand, requires
from app.web.pages import page


@bp.get("/actions/<int:action_id>")
@requires(Permission.EDIT)
def show(action_id: int):
    """What is to be sent or said, to whom and why; or what became of it."""
    return shown(seen(action_id))


def shown(action: Action, status: int = 200, **more: Any) -> Response:
    """The page of one action, with its form as it is or as it was typed."""
    draft = drafting.of(action)
    form: Any = DraftForm(action, draft, formdata=None)
    forms = {"form": form, "call_form": CallForm(formdata=None), "problem": ""}
    context = one_action.action_page(current_user, action, draft)
    context |= {"preview": draft} | forms | more
    return page("dunning/show.html", status, **context)


@bp.post("/actions/<int:action_id>/preview")
@requires(Permission.EDIT)
def preview(action_id: int):
    """The page again with what is typed, as it will look; nothing is kept."""
    action = seen(action_id)
    form = DraftForm(action, now := drafting.of(action))
    status = 200 if form.validate() else 422
    return shown(action, status, form=form, preview=form.draft(now), seal=form.seen.data)


@bp.post("/actions/<int:action_id>/draft")
@requires(Permission.EDIT)
def save(action_id: int):
    """Keep what was written for whoever sends it."""
    action = seen(action_id)
    if answer := _kept(action):
        return answer
    commit()
    flash(_("Saved. Nothing was sent."))
    return _to(action.id)


@bp.post("/actions/<int:action_id>/sending")
@requires(Permission.SEND_MAILS)
def send(action_id: int):
    """Let the mail or the text message leave as it was seen."""
    return _sent(seen(action_id), Permission.SEND_MAILS)


@bp.post("/actions/<int:action_id>/posting")
@requires(Permission.SEND_LETTERS)
def send_letter(action_id: int):
    """Write the letter as it was seen."""
    return _sent(seen(action_id), Permission.SEND_LETTERS)


def _sent(action: Action, right: Permission) -> Response:
    demand(right, action.company_id)
    if right_for(action.channel) is not right or action.channel is Channel.CALL:
        raise Refused(_("It is sent another way. Nothing was sent."))
    if answer := _kept(action):
        return answer
    following = one_action.beside(current_user, action)["following"]
    try:
        stayed = giving.send(action, by=current_user)
    except Refused as refused:  # such as paid meanwhile: what was typed stays on the page
        return _again(action.id, str(refused))
    commit()
    if stayed:
        flash(stayed, "warning")
        return _to(action.id)
    flash(_leaves(action), "message")  # type: ignore[arg-type]
    return _to(following if following != action.id else None, action)


def _kept(action: Action) -> Response | None:
    """Keep what was typed; the page to answer with where that is wrong, or where somebody was faster."""
    form = DraftForm(action, now := drafting.of(action))
    if not form.validate():
        return shown(action, 422, form=form, preview=form.draft(now), seal=form.seen.data)
    try:
        giving.keep(action, form.draft(now), version=form.version.data or 0, seen=form.seen.data or "", by=current_user)
    except Refused as refused:
        return _again(action.id, str(refused))
    return None


def _again(action_id: int, problem: str) -> Response:
    """The page with what was typed, and why nothing came of it."""
    db.session.rollback()
    action = seen(action_id)
    form = DraftForm(action, now := drafting.of(action))
    return shown(action, 409, form=form, preview=form.draft(now), problem=problem, seal=form.seen.data)


def _leaves(action: Action) -> dict[str, str]:
    text = _("To %(name)s: it leaves in a moment.", name=action.counterparty.name)
    if action.channel is Channel.LETTER:
        text = _("The letter to %(name)s is written.", name=action.counterparty.name)
    return {"text": text, "link_url": url_for(".show", action_id=action.id), "link_label": _("Look at it")}


@bp.post("/actions/<int:action_id>/skipping")
@requires(Permission.EDIT)
def skip(action_id: int):
    """Nothing is sent: an invoice counts as sent, a reminder as made (SPEC SE-6)."""
    action = _as_seen(action_id)
    following = one_action.beside(current_user, action)["following"]
    actions.skip(action, by=current_user, note=request.form.get("note", "")[:500].strip())
    commit()
    flash(_("Skipped."))
    return _to(following if following != action.id else None, action)


@bp.post("/actions/<int:action_id>/owner")
@requires(Permission.EDIT)
def take_over(action_id: int):
    """It is mine from now on."""
    action = _as_seen(action_id)
    actions.take_over(action, by=current_user)
    commit()
    flash(_("It is yours now."))
    return _to(action.id)


@bp.post("/actions/<int:action_id>/call")
@requires(Permission.EDIT)
def call(action_id: int):
    """Somebody called: what was said, and until when they promised to pay."""
    action, form = _as_seen(action_id), CallForm()
    if action.channel is not Channel.CALL:
        raise Refused(_("It is sent another way. Nothing was changed."))
    if not form.validate():
        return shown(action, 422, call_form=form)
    following = one_action.beside(current_user, action)["following"]
    try:
        actions.done(action, by=current_user, means=SentMeans.MARKED, note=form.note.data)
        _promise(action, form)
    except Refused as refused:  # such as a day that is past: what was typed stays on the page
        db.session.rollback()
        return shown(seen(action_id), 422, call_form=form, problem=str(refused))
    commit()
    flash(_("Noted."))
    return _to(following if following != action.id else None, action)


def _promise(action: Action, form: CallForm) -> None:
    """For each invoice it was about, as long as something of it is open."""
    if not form.promised_date.data:
        return
    for each in action.covers:
        if each.document.kind is Kind.INVOICE and (each.document.open_minor or 0) > 0:
            promises.promise(each.document, form.promised_date.data, by=current_user, why=form.note.data)


def _as_seen(action_id: int) -> Action:
    """The action, as long as nobody did anything with it since its page was opened."""
    action = seen(action_id)
    if action.state not in giving.OPEN or request.form.get("version", type=int) != action.version:
        raise Refused(_("Somebody else was faster: look at it again. Nothing was changed."))
    return action


def _to(action_id: int | None, after: Action | None = None) -> Response:
    """To that one; where none is left, to the list in which the last one was."""
    if action_id is None:
        tab = one_action.tab_of(after) if after else None
        return redirect(url_for(".index", tab=tab and tab.value), 303)
    return redirect(url_for(".show", action_id=action_id), 303)
