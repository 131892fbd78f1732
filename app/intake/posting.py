"""`POST /intake/mime`: a mail that a provider hands over."""

from __future__ import annotations

from typing import Any

import structlog
from flask import request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import RequestEntityTooLarge

from app.core.faultpoint import faultpoint
from app.extensions import csrf, db
from app.intake import hook
from app.intake.blueprint import bp
from app.intake.models import MessageState
from app.tasks.jobs import commit
from app.web.access import public
from app.web.bodies import streamed

log = structlog.get_logger()
AGAIN_SECONDS = 60


@bp.post("/intake/mime")
@csrf.exempt
@public
@streamed
def mime():
    """Take it, for the one address that `to` names; 201 once its bytes and its row are durable."""
    try:
        message = hook.take(
            request.stream.read,
            size=request.content_length or 0,
            to=request.args.get("to", ""),
            timestamp=request.headers.get("X-Facteur-Timestamp", ""),
            signature=request.headers.get("X-Facteur-Signature", ""),
        )
        told = {"id": message.id, "outcome": _outcome(message.state)}
        commit()
    except hook.NotTaken as refused:
        return _error(refused.code, refused.text)
    except RequestEntityTooLarge:
        return _error(*hook.TOO_LARGE)
    except (OSError, SQLAlchemyError) as error:
        log.error("hook.trouble", error=type(error).__name__, exc_info=error)
        return _error(*hook.LATER)
    faultpoint("hook.after_commit")
    return told, 201


def _outcome(state: MessageState) -> str:
    return "duplicate" if state is MessageState.REPEATED else "imported"


def _error(code: int, text: str) -> tuple[dict[str, Any], int, dict[str, str]]:
    db.session.rollback()
    return {"error": text}, code, {"Retry-After": str(AGAIN_SECONDS)} if code == hook.LATER[0] else {}
