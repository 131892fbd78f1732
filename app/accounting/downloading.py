"""What is downloaded for the accountant, noted in the trail, and made while it is sent (SPEC AC-1)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from flask import Response
from flask_babel import gettext as _

from app.accounting import archive, codes, entries_table, manifest, taking
from app.accounting.asked import Asked
from app.accounting.kinds import ConnectionKind
from app.accounting.lacking import Lack
from app.audit import trail
from app.core.errors import Refused
from app.documents import search
from app.documents.models import Document
from app.lists import selecting
from app.lists.streaming import download
from app.lists.tables import table
from app.tasks.jobs import commit
from app.users.models import Company, User

MOST_DOCUMENTS = 10_000
"""More than that hardly anybody opens, and it would keep one place of the server busy for an hour."""


def take(user: User, company: Company, asked: Asked) -> Response:
    """The ZIP or the entries; who took what is noted first, and kept though the download may break off."""
    count = _checked_count(user, company, asked)
    trail.record(company, by=user, act="documents downloaded", changes=_told(asked, count))
    make = _zip if asked.kind is ConnectionKind.ZIP else _entries
    answer = make(user, company, asked)
    commit()
    return answer


def _checked_count(user: User, company: Company, asked: Asked) -> int:
    count = taking.count(taking.going(user, company, asked))
    if not count:
        raise Refused(_("No document of this period is ready, so there is nothing to download."))
    if count > MOST_DOCUMENTS:
        said = _("One download takes at most %(most)s documents: choose a shorter period.", most=MOST_DOCUMENTS)
        raise Refused(said)
    return count


def _zip(user: User, company: Company, asked: Asked) -> Response:
    query = taking.with_reason(user, company, asked)
    made = archive.pieces(query, asked.connection, taking.ids(query))
    return download(made, f"{file_name(company, asked)}.zip", "application/zip")


def _entries(user: User, company: Company, asked: Asked) -> Response:
    query, ids = taking.with_reason(user, company, asked), taking.ids(taking.going(user, company, asked))
    rows = entries_table.rows(query, ids, codes.of(asked.connection))
    return table("csv", file_name(company, asked, _("entries")), "", entries_table.HEADS, rows)


def missing_table(user: User, company: Company, asked: Asked) -> Response:
    """What of the period is in neither, and why."""
    rows = chain.from_iterable([_lacking(user, company, asked, lack) for lack in Lack])
    return table("csv", file_name(company, asked, _("missing")), "", manifest.MISSING_HEADS, rows)


def _lacking(user: User, company: Company, asked: Asked, lack: Lack) -> Iterator[list[Any]]:
    query = taking.lacking(user, company, asked, lack).options(*selecting.IN_A_TABLE)
    tell = lambda document: manifest.missing(document, lack.label)  # noqa: E731
    return selecting.told_of(query, tell, search.order_of("date")[1], Document.id)


def file_name(company: Company, asked: Asked, what: str = "") -> str:
    """The company, the days, and what of them."""
    days = (each.isoformat() for each in (asked.period.since, asked.period.until) if each)
    return "_".join(filter(None, (company.slug, *days, what)))


def _told(asked: Asked, count: int) -> dict[str, Any]:
    said = {"kind": asked.kind, "first_date": asked.period.since, "last_date": asked.period.until, "documents": count}
    return {name: [None, value] for name, value in said.items() if value is not None}
