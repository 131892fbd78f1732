"""Workers and what they started are killed at any instant; every document reaches its end, each effect once."""

from __future__ import annotations

import os
import random
import signal
import time
from contextlib import suppress
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from app import create_app
from app.audit.models import AuditEntry
from app.core.faultpoint import HURRY
from app.documents.models import Direction, Document, ReadState
from app.extensions import db
from app.extraction.models import DocumentReading
from app.intake.arrival import take_message
from app.intake.models import Message, MessageState, Source
from app.tasks.jobs import commit
from app.tasks.models import State, Task
from app.users.models import Company
from tests import samples
from tests.installation import Installation, installed
from tests.soak.told import Told

QUEUES = ("ocr", "default")
VICTIMS = ("worker", "child", "worker and child", "reader")
FASTER = 20
"""A lease of three seconds instead of sixty, and all other waits in proportion."""
LONGEST_SECONDS = 15 * 60
PICTURE_EACH = 25


def kill_loop(folder: Path, seed: int, kills: int = 300) -> Told:
    """Let as many documents come in as there are kills, and kill while they are read (SAFETY S35)."""
    chance, told = random.Random(seed), Told()
    running = ("redis", "default", "ocr", "sweep")
    with installed(folder, start=running, told={HURRY: str(FASTER)}) as there:
        app = create_app(there.settings)
        with app.app_context():
            take_all(kills)
            told.figures["documents"] = kills
            began = time.monotonic()
            told.figures |= kill_until_done(there, chance, kills)
            told.figures["until all were read, s"] = round(time.monotonic() - began)
            compare(kills, told)
        _let_go_of(app)
    return told


def take_all(count: int) -> None:
    """Small digital invoices, and a few pictures of some."""
    company = db.session.scalars(select(Company)).first()
    facts = {"company": company, "direction": Direction.PURCHASE, "source": Source.UPLOAD, "is_mail": False}
    for number in range(count):
        is_picture = number % PICTURE_EACH == PICTURE_EACH - 1
        name = f"SOAK-{number}"
        data = samples.picture(name, dpi=120) if is_picture else samples.invoice_pdf(name)
        take_message(data, name=name, **facts)
        commit()


def kill_until_done(there: Installation, chance: random.Random, kills: int) -> dict[str, int]:
    """Kill one after the other, start again what the supervisor would, and return once nothing waits any more."""
    killed = dict.fromkeys(VICTIMS, 0)
    last = time.monotonic() + LONGEST_SECONDS
    while count_waiting() and time.monotonic() < last:
        if sum(killed.values()) == kills:
            time.sleep(0.2)
        elif kill(there, chance, victim := chance.choice(VICTIMS)):
            killed[victim] += 1
            last = time.monotonic() + LONGEST_SECONDS
    return {f"kills of the {victim}": count for victim, count in killed.items()}


def kill(there: Installation, chance: random.Random, victim: str) -> bool:
    """SIGKILL to a worker, to what it forked for its task, or to that one's reader; False where none was at work."""
    queue = "ocr" if victim == "reader" else chance.choice(QUEUES)
    worker = there.running[queue]
    waited = time.monotonic() + 1
    while not (pids := found(worker.pid, victim)) and time.monotonic() < waited:
        time.sleep(0.005)
    time.sleep(chance.uniform(0, 0.3))
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    if worker.pid in pids:
        worker.wait()
        there.start(queue)
    return bool(pids)


def found(worker: int, victim: str) -> list[int]:
    """What is to be killed, while the worker is at a task; nothing where it is not."""
    for child in children_of(worker):
        for_it = {"worker": [worker], "child": [child], "worker and child": [child, worker]}
        return for_it.get(victim) or children_of(child)
    return []


def children_of(pid: int) -> list[int]:
    """The processes it started, in all its threads."""
    with suppress(OSError):
        return [
            int(child) for told in Path(f"/proc/{pid}/task").glob("*/children") for child in told.read_text().split()
        ]
    return []


def count_waiting() -> int:
    """Messages not opened, documents not read, tasks not ended."""
    reading = select(func.count()).where(Document.read_state == ReadState.READING).scalar_subquery()
    received = select(func.count()).where(Message.state == MessageState.RECEIVED).scalar_subquery()
    ours = Task.kind.in_(["open_message", "read_document"])  # nobody works for the mail queue here
    tasks = select(func.count()).where(ours, Task.state.in_([State.READY, State.RUNNING])).scalar_subquery()
    waiting = db.session.scalar(select(reading + received + tasks))
    db.session.rollback()
    return waiting


def compare(count: int, told: Told) -> None:
    """Each message has one document, each document one reading or a reason, and the trail says each thing once."""
    states = dict(db.session.execute(select(Document.read_state, func.count()).group_by(Document.read_state)).all())
    readings = select(func.count()).where(DocumentReading.document_id == Document.id).scalar_subquery()
    twice = select(func.count()).select_from(Document).where(readings > 1)
    bare = select(func.count()).where(Document.read_state == ReadState.READ, readings == 0)
    reasonless = select(func.count()).where(
        Document.read_state == ReadState.UNREADABLE, Document.unreadable_reason == ""
    )
    told.figures |= {
        "read": states.get(ReadState.READ, 0),
        "unreadable, with the reason": states.get(ReadState.UNREADABLE, 0),
        "tasks given up, visible": db.session.scalar(select(func.count()).where(Task.state == State.FAILED)),
        "still waiting": count_waiting(),
        "documents made twice": db.session.scalar(select(func.count(Document.id))) - count,
        "read twice": db.session.scalar(twice),
        "said twice in the trail": len(said_twice()),
        "most attempts at one task": db.session.scalar(select(func.max(Task.attempts))),
        "longest from asked to done, s": round(longest_wait()),
    }
    found = told.figures
    told.check(not found["still waiting"], "something came to no end")
    told.check(found["documents made twice"] == 0, "a document is there twice, or not at all")
    told.check(not found["read twice"] and not said_twice(), "an effect happened twice")
    told.check(not db.session.scalar(bare), "a document counts as read and nothing was read")
    told.check(not db.session.scalar(reasonless), "a document is unreadable without a reason")


def said_twice() -> list[int]:
    """Documents of which the trail says twice that they arrived, or were read or not."""
    ends = select(AuditEntry.object_id).where(AuditEntry.object_type == "document")
    once = (["arrived"], ["read", "not read"])
    return [
        document_id
        for acts in once
        for document_id in db.session.scalars(
            ends.where(AuditEntry.act.in_(acts)).group_by(AuditEntry.object_id).having(func.count() > 1)
        )
    ]


def longest_wait() -> float:
    """Seconds from a task's row to its end; most of it is waiting for its turn."""
    tasks = db.session.execute(select(Task.created_at, Task.finished_at).where(Task.finished_at.is_not(None))).all()
    return max((ended - asked).total_seconds() for asked, ended in tasks)


def _let_go_of(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
