"""Acts on more documents than anybody waits for."""

from __future__ import annotations

from flask_babel import force_locale

from app.bulk import doing
from app.bulk.models import BulkAct
from app.extensions import db
from app.tasks.jobs import job


@job("default", timeout=300)
def act_on_many(bulk_id: int) -> None:
    """The next portion; it asks for itself again until all are through."""
    bulk = db.session.get(BulkAct, bulk_id)
    if bulk is None:
        return
    with force_locale(bulk.by.spoken):
        is_over = doing.go_on(bulk, doing.PORTION)
    if not is_over:
        act_on_many.later(bulk_id, key=f"bulk:{bulk_id}:{len(bulk.results)}")
