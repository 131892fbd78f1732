"""A mailbox polled by many at once, some of whom are killed; its mails and the log must agree."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import time
from collections import Counter
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from app import create_app
from app.extensions import db
from app.files import store
from app.intake.models import Message, MessageState
from app.mailboxes import polling
from app.mailboxes.models import AfterAction, FoundMail, Mailbox
from tests.factories import make_company
from tests.intake import mails
from tests.live import make_live_app
from tests.mailboxes.making import in_context, make_mailbox
from tests.mailboxes.server import CUT, Server
from tests.soak.outbox import FORK
from tests.soak.told import Told, be_quiet

TOGETHER = 4
MAILS_A_ROUND = 3
LEASE = timedelta(seconds=1)
"""So that whoever comes after a kill need not wait five minutes."""


def poll(settings, mailbox_id: int) -> None:
    """A worker's process: everything of its own but the code, which was loaded before the fork."""
    be_quiet()
    polling.LEASE = LEASE
    in_context(create_app(settings, BELLS=[]), polling.poll, mailbox_id)


def poll_loop(folder: Path, seed: int, kills: int = 200) -> Told:
    """Poll `kills` times, four at once; one of each four is killed, and now and then the server cuts or renumbers."""
    chance, server, app = random.Random(seed), Server(), make_live_app(folder)
    polling.LEASE = LEASE
    with app.app_context():
        company = make_company()
        mailbox_id = make_mailbox(server, company, after=AfterAction.SEEN, since_date=date(2000, 1, 1)).id
        db.session.remove()
        db.engine.dispose()
    told = Told({"polls": 0, "killed": 0, "mails": 0, "cut in mid-fetch": 0, "renumbered": 0})
    while told.figures["polls"] < kills:
        _round(app, server, mailbox_id, chance, told)
    server.faults.clear()
    _in_peace(app, mailbox_id)
    in_context(app, _compare, server, told)
    server.close()
    return told


def _round(app: Flask, server: Server, mailbox_id: int, chance: random.Random, told: Told) -> None:
    for _each in range(MAILS_A_ROUND):
        told.figures["mails"] += 1
        body = b"%PDF-1.7 " + b"x" * chance.randrange(90_000)
        server.put(mails.mail(("f.pdf", body, mails.PDF), subject=str(told.figures["mails"])))
    server.faults.clear()
    if chance.random() < 0.2:
        server.faults["body"] = CUT
        told.figures["cut in mid-fetch"] += 1
    elif chance.random() < 0.05:
        server.renumber()
        told.figures["renumbered"] += 1
    processes = [FORK.Process(target=poll, args=(app.config["SETTINGS"], mailbox_id)) for _each in range(TOGETHER)]
    for process in processes:
        process.start()
    time.sleep(chance.uniform(0.02, 0.4))
    with suppress(ProcessLookupError):
        os.kill(chance.choice(processes).pid, signal.SIGKILL)
    for process in processes:
        process.join(60)
        told.figures["killed"] += process.exitcode == -signal.SIGKILL
    told.figures["polls"] += len(processes)


def _in_peace(app: Flask, mailbox_id: int) -> None:
    """What the last kill left over is done by the next poll."""

    def revive() -> None:
        db.session.query(Mailbox).update({"paused_at": None, "failure_count": 0})
        db.session.commit()

    for _each in range(3):
        time.sleep(LEASE.total_seconds() * 1.1)
        in_context(app, revive)
        in_context(app, polling.poll, mailbox_id)


def _compare(server: Server, told: Told) -> None:
    """Each mail once in the log, its bytes whole, marked at the server, and remembered."""
    sent = Counter(hashlib.sha256(each.raw).hexdigest() for each in server.folders["INBOX"])
    messages = list(db.session.scalars(select(Message)))
    once = Counter(each.raw.sha256 for each in messages if each.state is not MessageState.REPEATED)
    for message in messages:
        store.read(message.raw)
    unmarked = [each.uid for each in server.folders["INBOX"] if "\\Seen" not in each.flags]
    pending = db.session.scalar(select(func.count()).where(FoundMail.settled_at.is_(None)))
    told.figures |= {
        "connections": server.asked["greeting"],
        "bodies fetched": server.asked["body"],
        "lost": len(set(sent) - set(once)),
        "imported twice": once.total() - len(once),
        "logged as come again": len(messages) - once.total(),
        "not marked": len(unmarked),
        "remembered as not marked": pending,
    }
    told.check(set(sent) == set(once), "a mail of the mailbox is not in the log, or one of the log not in the mailbox")
    told.check(once.total() == len(once), "a mail was imported twice")
    told.check(len(messages) == once.total(), "a mail was said to come again")
    told.check(not unmarked and not pending, "a mail that was taken is not marked")
    twice = f"{told.figures['lost']} lost, {told.figures['imported twice']} imported twice"
    told.summary = f"{told.figures['polls']:,} overlapping polls, {twice}"
