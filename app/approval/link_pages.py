"""The pages of a mailed link: what is to be decided, and one form; no session, no script (SAFETY S57 to S68)."""

from __future__ import annotations

from typing import Any

import structlog
from flask import Response, abort, redirect, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_login import current_user

from app.approval import answering, asking, brief, kindly, links, undoing
from app.approval.answering import Void
from app.approval.blueprint import bp
from app.approval.links import LinkState
from app.approval.models import DecisionLink
from app.core.errors import Refused
from app.core.storage import Damaged
from app.documents.comparing import page_numbers
from app.extensions import csrf, db, limiter
from app.files import pictures
from app.files.leaving import as_download, damaged
from app.tasks.jobs import commit
from app.users import machines, served
from app.users.machines import AskAgain
from app.web import by_link
from app.web.access import public

log = structlog.get_logger()
bp.add_app_template_filter(brief.called, "called")
bp.add_app_template_filter(kindly.decision_in_words, "decided")


# --- Looking ----------------------------------------------------------------------------------------


@bp.get("/approvals/links/<token>")
@by_link.opened
def link(token: str):
    """What is to be decided; opening it decides nothing, however often and by whom."""
    return _show(links.find(token), token)


@bp.get("/approvals/links/<token>/pages/<int:number>.png")
@by_link.opened
def link_page(token: str, number: int):
    """The picture of one page of that one document, while the link lives."""
    original = _open(token).seat.step.approval.document.original or abort(404)
    return pictures.shown(original.file, number)


@bp.get("/approvals/links/<token>/file")
@by_link.opened
def link_file(token: str):
    """Its file, as a download, while the link lives."""
    original = _open(token).seat.step.approval.document.original or abort(404)
    try:
        return as_download(original.file, original.name)
    except Damaged:
        return damaged(original.file)


def _open(token: str) -> DecisionLink:
    """The living link of this token; nothing of the document is given to any other."""
    found = links.find(token) or abort(404)
    is_living = links.state_of(found) is LinkState.LIVING and found.decision_id is None
    if not is_living or answering.needs_sign_in(found.seat.step.approval.document):
        abort(404)
    return found


# --- Answering --------------------------------------------------------------------------------------


@bp.post("/approvals/links/<token>")
@by_link.answers
def answer(token: str):
    """Decide, or take back, what the form says; proven by the page's own mark, as there is no session."""
    found = links.find(token)
    if found is None:
        return _dead(None, None, token)
    with force_locale(found.user.spoken):
        try:
            _do(found)
            commit()
        except AskAgain as again:
            commit()
            return _show(found, token, 422, note=again.sentence)
        except Void:
            commit()
            return _voided(found)
        except Refused as refused:
            db.session.rollback()
            return _show(links.find(token), token, 422, note=str(refused))
        pressed = request.form.get("choice", "")
        is_told = _is_taken_back(found, pressed) or kindly.unheeded(found, pressed)
    return redirect(url_for(".link", token=token, pressed=pressed if is_told else None), 303)


def _do(found: DecisionLink) -> None:
    if found.decision_id:
        answering.take_back(found, request.form)
    elif not answering.needs_sign_in(found.seat.step.approval.document):
        answering.answer(found, request.form)


@bp.post("/approvals/links/<token>/renewal")
@public
@csrf.exempt
@limiter.limit("6 per hour")
def renew(token: str):
    """Mail a new link in place of one that is dead, to the approver and nobody else."""
    found = links.find(token)
    state = links.state_of(found) if found else LinkState.LIVING
    if found and state is not LinkState.LIVING and kindly.of(found, state).can_renew:
        asking.send_anew(found)
        commit()
    return redirect(url_for(".link", token=token), 303)


# --- What is shown ----------------------------------------------------------------------------------


def _show(found: DecisionLink | None, token: str, status: int = 200, note: str = "") -> Response:
    """The page of a link, whatever it is good for, in the language of its mail."""
    state = links.state_of(found) if found else None
    if found is None or state is not LinkState.LIVING:
        return _dead(found, state, token)
    document = found.seat.step.approval.document
    context = {"note": note, "served": served.serve(found), "token": token}
    context |= {"is_suspect": machines.is_suspect(found), "trap": machines.TRAP}
    with force_locale(found.user.spoken):
        if found.decision and not undoing.may_undo(found.decision, found.user):
            return _page("approval/dead.html", found, 410, dead=kindly.standing(found.decision), token="")
        if found.decision:
            return _page("approval/take_back.html", found, status, **context)
        if answering.needs_sign_in(document):
            return _sign_in(found)
        context |= {"reason": request.form.get("reason", ""), "wanted": request.args.get("choice", "")}
        context |= {"pages": page_numbers(document)}
        return _page("approval/link.html", found, status, **context, **brief.about(found.seat))


def _sign_in(found: DecisionLink) -> Response:
    """Above the amount the company set, the link alone shows and decides nothing."""
    there = url_for("documents.show", document_id=found.seat.step.approval.document_id) + "#approval"
    if current_user.is_authenticated and current_user.id == found.user_id:
        return redirect(there, 303)
    return _page("approval/sign_in.html", found, 200, url=url_for("users.sign_in", next=there))


def _voided(found: DecisionLink) -> Response:
    title = _("Nothing was decided")
    text = _("Two different answers came from one page, as only machines give them. A new mail is on its way to you.")
    return _page("approval/dead.html", found, 409, dead=kindly.Dead(title, text), token="")


def _dead(found: DecisionLink | None, state: LinkState | None, token: str) -> Response:
    log.info("decision_link.dead", link=found.id if found else None, state=state.value if state else "unknown")
    if found is None:
        return _page("approval/dead.html", None, 404, dead=kindly.of(None), token="")
    with force_locale(found.user.spoken):
        pressed = request.args.get("pressed", "")
        if state is LinkState.USED and _is_taken_back(found, pressed):
            return _page("approval/dead.html", found, 410, dead=kindly.taken_back(), token="")
        note = kindly.unheeded(found, pressed) if state is LinkState.USED else ""
        return _page("approval/dead.html", found, 410, dead=kindly.of(found, state), note=note, token=token)


def _is_taken_back(found: DecisionLink, pressed: str) -> bool:
    """Was it this link's button, pressed a moment ago, that took the decision back; and is its holder asked again?"""
    return bool(found.decision_id and found.used_at and pressed == answering.UNDO and asking.is_waiting(found.seat))


def _page(name: str, found: DecisionLink | None, status: int, **context: Any) -> Response:
    if found:
        context |= {"language": found.user.spoken, "link": found}
    return by_link.shown(name, status, **context)
