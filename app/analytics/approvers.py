"""Whose approval is waited for, and since when."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import func

from app.analytics.figure import Column, Figure, Line, Look
from app.analytics.scope import Scope
from app.approval import waiting
from app.approval.models import ApprovalStep, Seat
from app.core import clock
from app.documents.counted import counted
from app.extensions import db
from app.users.models import User
from app.web.access import Permission, allowed


def approvals_waiting(scope: Scope) -> Figure:
    """Now, in every currency, whenever the documents were issued."""
    since = func.min(func.coalesce(Seat.asked_at, ApprovalStep.opened_at))
    query = waiting.at(scope.user, scope.company).where(counted()).join(User, User.id == Seat.user_id).order_by(None)
    columns = (User.name, User.email, func.count(), since)
    query = query.with_only_columns(*columns, maintain_column_froms=True).group_by(User.id, User.name, User.email)
    rows = sorted(db.session.execute(query), key=lambda row: (-row[2], row[0]))
    zone, today = ZoneInfo(scope.company.time_zone), clock.today(scope.company)
    is_admin = allowed(scope.user, Permission.ADMINISTER, scope.company.id)
    url = url_for("approval.index", tab="all") if is_admin else url_for("documents.index", tab="to_approve")
    lines = []
    for name, email, count, asked_at in rows:
        day = asked_at.astimezone(zone).date()
        lines.append(Line(name or email, [count, day, (today - day).days], url))
    return Figure(
        "approvals",
        _("Approvals waited for"),
        _("Who is asked now, and since when; whatever the period and the currency."),
        [
            Column(_("Approver")),
            Column(_("Documents"), Look.COUNT),
            Column(_("Asked since"), Look.DAY),
            Column(_("Days"), Look.COUNT),
        ],
        lines,
        scope.currency,
        bar=0,
    )
