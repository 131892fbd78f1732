"""The figures a monitoring system asks for: counts and ages only, nothing of what documents say."""

from __future__ import annotations

import hmac
import shutil
from collections.abc import Iterable, Iterator
from datetime import datetime
from ipaddress import ip_address
from typing import Any

from flask import Request, current_app
from sqlalchemy import func, select

from app.core import clock
from app.documents.models import Document
from app.extensions import db
from app.files.models import File
from app.intake.models import Message
from app.operation import parts, versions
from app.operation.exposition import Gauge
from app.outbox import outlets
from app.outbox.models import OUTLETS, OutgoingMail
from app.tasks.models import State, Task

FORWARDED = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")


def may_ask(request: Request) -> bool:
    """From this machine itself, or with the token; whatever a proxy passes on comes from outside (SAFETY S85)."""
    token = current_app.config["SETTINGS"].metrics_token
    said = request.authorization
    if token and said and said.type == "bearer":
        return hmac.compare_digest((said.token or "").encode(), token.encode())
    return _is_near(request) and not any(name in request.headers for name in FORWARDED)


def _is_near(request: Request) -> bool:
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def gauges() -> Iterator[Gauge]:
    """All figures, as the database has them now."""
    yield Gauge("info", "The version that runs.", [({"version": versions.facteur()}, 1)])
    yield Gauge("tasks", "Tasks by state, queue and kind.", _counts(Task, "state", "queue", "kind"))
    yield Gauge("task_oldest_waiting_seconds", "For how long the oldest task that is due waits.", _oldest())
    yield Gauge("outgoing_mails", "Outgoing mails by mark.", _counts(OutgoingMail, "mark"))
    shut = [({"name": name}, int(name in {each.name for each in outlets.shut_ones()})) for name in OUTLETS]
    yield Gauge("outlet_shut", "Ways out that are shut: 1.", shut)
    yield Gauge("messages", "Messages that arrived, by state.", _counts(Message, "state"))
    yield Gauge("documents", "Documents by status.", _counts(Document, "status"))
    last = db.session.scalar(select(func.max(Message.received_at)))
    yield Gauge("last_intake_timestamp_seconds", "When something last arrived.", [({}, last and last.timestamp())])
    failed = select(func.count()).where(Task.state == State.FAILED)
    yield Gauge("failures", "Tasks that were given up.", [({}, db.session.scalar(failed))])
    damaged = select(func.count()).where(File.damaged_at.is_not(None))
    yield Gauge("damaged_files", "Stored files found missing or changed.", [({}, db.session.scalar(damaged))])
    free = shutil.disk_usage(current_app.config["SETTINGS"].data_dir).free
    yield Gauge("disk_free_bytes", "Room left where the data is.", [({}, free)])
    yield Gauge("part_silence_seconds", "For how long each part gave no sign of life.", _silences())


def _counts(model: Any, *names: str) -> Iterable[tuple[dict[str, object], int]]:
    columns = [getattr(model, name) for name in names]
    for *values, count in db.session.execute(select(*columns, func.count()).group_by(*columns).order_by(*columns)):
        yield dict(zip(names, values, strict=True)), count


def _oldest() -> Iterable[tuple[dict[str, object], float]]:
    due = (Task.state == State.READY, Task.run_after <= clock.now())
    for queue, since in db.session.execute(
        select(Task.queue, func.min(Task.run_after)).where(*due).group_by(Task.queue)
    ):
        yield {"queue": queue}, _seconds_since(since)


def _silences() -> Iterable[tuple[dict[str, object], float]]:
    for part in parts.all_parts():
        if part.seen_at:
            yield {"part": part.name}, _seconds_since(part.seen_at)


def _seconds_since(moment: datetime) -> float:
    return round((clock.now() - moment).total_seconds(), 1)
