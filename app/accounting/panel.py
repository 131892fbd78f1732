"""How a document stands with the accountant, as its page shows it."""

from __future__ import annotations

from typing import Any

from app.accounting import answering, exports, ledger, selecting, standing, words
from app.accounting.kinds import GOES
from app.accounting.models import Sharing
from app.documents.models import Document
from app.extensions import db
from app.users.models import User
from app.web.access import Permission, allowed


def of_document(user: User, document: Document) -> dict[str, Any] | None:
    """Where it stands and what was sent of it; None where nothing is shared, or that is not this person's to know."""
    if not allowed(user, Permission.SEE_FIGURES, document.company_id):
        return None
    sharing = db.session.get(Sharing, document.company_id)
    is_on = sharing is not None and sharing.shared_since is not None
    export = exports.of(document.id)
    if export is None and (not is_on or document.trashed_at):
        return None
    is_open = export is None or export.state in GOES
    return {
        "export": export,
        "is_on": is_on,
        "deliveries": ledger.of(document) if export else [],
        "changes": ledger.changes(document) if export and export.changed_at else [],
        "answers": answering.said_of(document) if export else [],
        "fallback": words.fallback,
        "may_decide": allowed(user, Permission.ADMINISTER, document.company_id),
        **(_before(document, sharing) if sharing and is_on and is_open else {}),
    }


def _before(document: Document, sharing: Sharing) -> dict[str, Any]:
    """What it waits for, or why the last run could not send it."""
    error = standing.reasons(sharing.company, [document]).get(document.id, "")
    if document.original is None:
        error = words.in_words({"key": "no_file"})
    wait = selecting.wait_of(document, sharing)
    leaves = selecting.leaves_on(document, sharing) if wait is selecting.Wait.DELAYED else None
    return {"wait": wait, "leaves_on": leaves, "start_date": sharing.start_date, "error": error}
