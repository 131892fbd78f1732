"""`POST /api/v1/documents`, and the page of one's tokens."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.api import bringing, tokens
from app.api.models import ApiToken
from app.core.errors import Refused
from app.documents.models import Direction
from app.extensions import csrf, db, limiter
from app.intake import uploads
from app.tasks.jobs import commit
from app.users.sessions import company_where, current_company, digest
from app.web.access import Permission, public, requires
from app.web.pages import page

bp = Blueprint("api", __name__)
LONGEST_KEY = 200


def _asker() -> str:
    """Whose requests are counted: those of a token, else of an address."""
    return digest(request.headers.get("Authorization", "")) if "Authorization" in request.headers else _address()


def _address() -> str:
    return request.remote_addr or ""


@bp.post("/api/v1/documents")
@csrf.exempt
@public
@limiter.limit("600 per minute", key_func=_address)
@limiter.limit("120 per minute", key_func=_asker)
def documents():
    """A document for the token's company; with an Idempotency-Key it comes in once, however often it is sent."""
    token = tokens.of(request.headers.get("Authorization", ""))
    if token is None:
        said = "The token is missing, unknown or revoked: make one under My account."
        return *_error(401, said), {"WWW-Authenticate": "Bearer"}
    if request.form.get("company", str(token.company_id)) not in {str(token.company_id), token.company.slug}:
        return _error(404, "This token is not for that company.")
    file, direction = request.files.get("file"), request.form.get("direction", Direction.PURCHASE)
    key = request.headers.get("Idempotency-Key", "")
    if file is None or direction not in set(Direction) or len(key) > LONGEST_KEY:
        return _error(
            422, "Send `file`, `direction` (purchase or sale) and an Idempotency-Key of 200 characters at most."
        )
    if refusal := uploads.refused(file):
        return _error(refusal.code, refusal.text)
    try:
        return bringing.bring(token, file, Direction(direction), key), 201
    except bringing.Another as other:
        db.session.rollback()
        return _error(422, str(other))


def _error(code: int, text: str) -> tuple[dict[str, Any], int]:
    return {"error": text}, code


@bp.get("/account/tokens")
@requires(Permission.EDIT)
def index():
    """One's tokens, and how to use them."""
    return _page()


def _page(status: int = 200, **context: Any) -> Any:
    company = current_company() or abort(404)
    mine = list(db.session.scalars(ApiToken.visible_to(current_user)))
    return page("api/tokens.html", status, tokens=mine, here=company, **context)


@bp.post("/account/tokens")
@requires(Permission.EDIT)
def make():
    """A new one for the company looked at; its text is on this answer and nowhere else."""
    company = company_where(Permission.EDIT)
    name = request.form.get("name", "")
    try:
        _token, text = tokens.make(current_user, company, name)
    except Refused as refused:
        db.session.rollback()
        return _page(422, typed=name, wrong=str(refused))
    commit()
    return _page(201, text=text)


@bp.post("/account/tokens/<int:token_id>/revocation")
@requires(Permission.EDIT)
def revoke(token_id: int):
    """Dead at once."""
    token = db.one_or_404(ApiToken.visible_to(current_user).filter_by(id=token_id))
    tokens.revoke(token, by=current_user)
    commit()
    flash(_("Revoked: whoever has it is refused from now on."))
    return redirect(url_for(".index"), 303)
