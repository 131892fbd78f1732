"""What happens to documents by itself."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from app.counterparties.models import Counterparty
from app.documents import retention, tagging, texts
from app.extensions import db
from app.tags.models import Tag
from app.tasks.jobs import job
from app.users.models import Company, User

PORTION = 200
"""So many documents are settled by one task: while it lasts, nobody else can write on SQLite."""


@job("default", timeout=300)
def purge_trash() -> None:
    """Empty the trash of the companies that want it; run again, it finds nothing more."""
    for company in db.session.scalars(select(Company).where(Company.trash_emptied).order_by(Company.id)):
        retention.empty_by_timer(company)


@job("default")
def empty_trash(company_id: int, user_id: int, until: str) -> None:
    """Remove a portion of what lay in the trash then; it asks for itself again until nothing is left."""
    company, user = db.session.get(Company, company_id), db.session.get(User, user_id)
    if company and retention.empty_now(company, by=user, until=datetime.fromisoformat(until)) == retention.PORTION:
        empty_trash.later(company_id, user_id, until)


@job("default", timeout=300)
def follow_merged_tag(tag_id: int, gone: tuple[int, str], user_id: int, ids: list[int], had_both: list[int]) -> None:
    """Let a portion of the documents whose tag was merged say so, and ask their rules; `gone` is its id and name."""
    if tag := db.session.get(Tag, tag_id):
        tagging.note_merged(tag, *gone, ids, by=db.session.get(User, user_id), had_both=had_both)


def merge_tag(gone: Tag, into: Tag, by: User) -> None:
    """Whatever has the first tag has the second at once; what follows from it comes by tasks."""
    ids, had_both = tagging.rename(gone, into)
    for start in range(0, len(ids), PORTION):
        portion = ids[start : start + PORTION]
        both = [each for each in portion if each in had_both]
        follow_merged_tag.later(into.id, (gone.id, gone.name), by.id, portion, both)


@job("default", timeout=300)
def find_by_new_name(counterparty_id: int, after: int) -> None:
    """Let a portion of a counterparty's documents be found by its name; it asks for itself again until all are."""
    counterparty = db.session.get(Counterparty, counterparty_id)
    last = texts.follow_counterparty(counterparty, after) if counterparty else None
    if last:
        find_by_new_name.later(counterparty_id, last)


def follow_names(counterparty: Counterparty) -> None:
    """Let its documents be found by its names: a portion of them at once, the rest soon."""
    find_by_new_name(counterparty.id, 0)
