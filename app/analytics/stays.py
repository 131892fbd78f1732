"""How long documents stay in each status, from the trail of their changes."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import Subquery, case, func, select

from app.analytics.figure import Column, Figure, Line, Look
from app.analytics.scope import Scope
from app.audit.models import AuditEntry
from app.documents.days import seconds_between
from app.documents.models import Document, Status
from app.extensions import db

SHOWN = (Status.TO_PROCESS, Status.UNREADABLE, Status.TO_APPROVE, Status.TO_MATCH, Status.TO_PAY)
"""Where somebody has something to do."""


def in_each_status(scope: Scope) -> Figure:
    """Median and mean of all stays that are over; what is still there is not counted."""
    ended = _numbered(_ended(_moves(scope)))
    is_middle = ended.c.place.in_([(ended.c.count + 1) // 2, (ended.c.count + 2) // 2])
    middle = func.avg(case((is_middle, ended.c.seconds)))
    query = select(ended.c.status, middle, func.avg(ended.c.seconds), func.count()).group_by(ended.c.status)
    found = {row[0]: row[1:] for row in db.session.execute(query)}
    lines = []
    for status in SHOWN:
        if told := found.get(status.value):
            url = url_for("documents.index", tab=status.value)
            lines.append(Line(str(status.label), [round(told[0]), round(told[1]), told[2]], url))
    return Figure(
        "stays",
        _("Time in each status"),
        _("Of stays that are over: half of them were shorter than the median."),
        [
            Column(_("Status")),
            Column(_("Median"), Look.SPAN),
            Column(_("Mean"), Look.SPAN),
            Column(_("Stays"), Look.COUNT),
        ],
        lines,
        scope.currency,
        bar=0,
    )


def _moves(scope: Scope) -> Subquery:
    """When each document came into which status, and when it next came into another."""
    ids = scope.documents().order_by(None).with_only_columns(Document.id, maintain_column_froms=True)
    status = AuditEntry.changes[("status", 1)].as_string()
    after = func.lead(AuditEntry.at).over(partition_by=AuditEntry.object_id, order_by=AuditEntry.id)
    query = select(status.label("status"), AuditEntry.at.label("came"), after.label("left"))
    of_these = (AuditEntry.object_type == "document", AuditEntry.object_id.in_(ids), status.is_not(None))
    return query.where(*of_these).subquery()


def _ended(moves: Subquery) -> Subquery:
    """Stays that are over."""
    seconds = seconds_between(moves.c.came, moves.c.left).label("seconds")
    query = select(moves.c.status, seconds).where(moves.c.left.is_not(None))
    return query.where(moves.c.status.in_([status.value for status in SHOWN])).subquery()


def _numbered(stays: Subquery) -> Subquery:
    """The same with the place of each among its status' stays, and how many these are."""
    place = func.row_number().over(partition_by=stays.c.status, order_by=stays.c.seconds).label("place")
    count = func.count().over(partition_by=stays.c.status).label("count")
    return select(stays.c.status, stays.c.seconds, place, count).subquery()
