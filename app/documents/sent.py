"""That a sale reached its customer, or came back: facts of the document (SPEC SE-6, SE-7)."""

from __future__ import annotations

from app.core import clock
from app.documents import status
from app.documents.models import Document, SentMeans
from app.users.models import User


def sent(document: Document, means: SentMeans, *, by: User | None, why: str = "") -> None:
    """From now on it counts: outstanding, overdue or paid, as dates and matches say. The first time stays."""
    if document.sent_at is not None:
        return
    document.sent_at, document.sent_means = clock.now(), means
    changes = {"sent_at": [None, document.sent_at], "sent_means": [None, means]}
    status.settle(document, by=by, act="sent to the customer", why=why, changes=changes)


def come_back(document: Document, *, why: str) -> None:
    """It did not arrive: it is *to send* again."""
    if document.sent_at is None:
        return
    changes = {"sent_at": [document.sent_at, None], "sent_means": [document.sent_means, None]}
    document.to_send_at = document.to_send_at or clock.now()
    document.sent_at, document.sent_means = None, None
    status.settle(document, by=None, act="came back", why=why, changes=changes)
