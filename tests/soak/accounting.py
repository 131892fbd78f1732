"""Runs to the accountant under kills, double buttons and two schedulers: each document in exactly one accepted mail.

What was accepted is judged by what the mail server holds, each file being one of a kind (SPEC AC-3, AC-4; SAFETY S46).
"""

from __future__ import annotations

import email
import random
import threading
import time
from collections import Counter
from contextlib import suppress
from datetime import date
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select, update

from app import create_app
from app.accounting import daily, runs
from app.accounting.kinds import Cause, State
from app.accounting.models import Sharing
from app.accounting.run_models import MOST_MAILS, Envelope, Export, Run, RunProblem
from app.core.errors import Refused
from app.documents.models import Document, DocumentFile
from app.extensions import db
from app.files import store
from app.outbox import waking
from app.outbox.models import OutgoingMail
from app.tasks import due, runner
from app.tasks.jobs import commit
from tests.accounting.making import SALES, make_connection, make_credit_note, make_purchase, make_sale, make_sharing
from tests.factories import make_counterparty, make_file
from tests.live import make_live_app
from tests.sink import CUT, Sink
from tests.soak.outbox import FORK, end_of, let_go
from tests.soak.told import Told, be_quiet

KILLS_EACH, DOCUMENTS_EACH = 5, 50
"""In one run; 200 kills are 40 runs of 2,000 documents."""
MAKERS = (make_sale, make_purchase, make_purchase, make_credit_note)
FAULTS = ({"mail": "451 later"}, {"rcpt": "550 no such journal"}, {"dot": "451 later"}, {"data": CUT}, {"dot": CUT})
PATIENCE = 120
LARGEST = 1_000_000


def kill_loop(folder: Path, seed: int, kills: int = KILLS_EACH * 40, each: int = DOCUMENTS_EACH) -> Told:
    """Run after run, each with new documents; then compare what arrived with what the rows say."""
    chance, sink, told = random.Random(seed), Sink(), Told()
    app = make_live_app(folder, mail_url=f"smtp://127.0.0.1:{sink.port}", mails_per_hour=0)
    count = -(-kills // KILLS_EACH)
    with app.app_context():
        sharing_id = make_sharing(connection=make_connection(largest_mail=LARGEST)).id
        for number in range(count):
            bring(sharing_id, chance, number, each)
            play(app, sink, chance, sharing_id, number)
        finish(app, sink, sharing_id, count)
        told.figures |= {"kills": count * KILLS_EACH, "runs": db.session.scalar(select(func.count(Run.id)))}
        compare(sink, told)
    sink.close()
    return told


def bring(sharing_id: int, chance: random.Random, number: int, count: int) -> None:
    """New documents; a few without a file, a few too large for any mail."""
    sharing = db.session.get_one(Sharing, sharing_id)
    supplier = make_counterparty(f"Supplier {number}", sharing.company)
    for each in range(count):
        text, kind = f"%PDF-1.7 {number}-{each} ".encode(), chance.random()
        data = text + b"x" * LARGEST if kind < 0.01 else text
        document = chance.choice(MAKERS)(sharing, file=make_file(data), counterparty=supplier)
        if kind > 0.98:
            db.session.query(DocumentFile).filter_by(document_id=document.id).delete()
    db.session.commit()


def work(settings) -> None:
    """A scheduler and a worker in one process, for ever."""
    be_quiet()
    with create_app(settings, BELLS=[]).app_context():
        while True:
            for step in (daily.start_the_day, daily.tell_again, waking.wake, waking.end_what_is_stuck):
                step()
                commit()
            task_id = due.next_due()
            if task_id:
                with suppress(Exception):
                    runner.run(task_id)
            time.sleep(0 if task_id else 0.02)


def start(app: Flask):
    process = FORK.Process(target=work, args=(app.config["SETTINGS"],), daemon=True)
    process.start()
    return process


def press(app: Flask, sharing_id: int) -> None:
    """The button, twice at once."""

    def once() -> None:
        with app.app_context(), suppress(Refused):
            runs.start(db.session.get_one(Sharing, sharing_id).company, Cause.HAND)
            commit()

    together = [threading.Thread(target=once) for _each in range(2)]
    for each in together:
        each.start()
    for each in together:
        each.join()


def play(app: Flask, sink: Sink, chance: random.Random, sharing_id: int, number: int) -> None:
    """One run: two processes work at it, one or the other is killed at any moment, and comes again."""

    def at(moment: str) -> None:
        if moment == "mail":
            sink.answers = chance.choice(FAULTS) if chance.random() < 0.05 else {}

    sink.at = at
    press(app, sharing_id)
    processes = [start(app), start(app)]
    for _kill in range(KILLS_EACH):
        time.sleep(chance.uniform(0.05, 0.6))
        which = chance.randrange(2)
        end_of(processes[which])
        let_go()
        press(app, sharing_id)
        processes[which] = start(app)
    wait_for_end(app)
    for each in processes:
        end_of(each)
    let_go()
    another_day(number)


def another_day(number: int) -> None:
    """What was today's run is one of long ago: the next sweep begins another by itself."""
    runs_of_today = update(Run).where(Run.cause == Cause.DAILY, Run.day > date(2001, 1, 1))
    db.session.execute(runs_of_today.values(day=date.fromordinal(date(1900, 1, 1).toordinal() + number)))
    db.session.commit()


def wait_for_end(app: Flask) -> None:
    """Until no run is under way, or patience ends: the next one finds it so."""
    last = time.monotonic() + PATIENCE
    while time.monotonic() < last:
        under_way = db.session.scalar(select(func.count(Run.id)).where(Run.ended_at.is_(None)))
        db.session.rollback()
        if not under_way:
            return
        let_go()
        time.sleep(0.1)


def finish(app: Flask, sink: Sink, sharing_id: int, count: int) -> None:
    """Runs that nobody disturbs, until nothing is left but what cannot go."""
    sink.at, sink.answers = lambda moment: None, {}
    process = start(app)
    for number in range(6):
        press(app, sharing_id)
        wait_for_end(app)
        another_day(count + number)
    end_of(process)


def compare(sink: Sink, told: Told) -> None:
    """What the mail server holds, and what the rows say of each document."""
    arrived = Counter(data for message in sink.messages for data in files_in(message))
    named = set(db.session.scalars(select(RunProblem.document_id)))
    states = dict(db.session.execute(select(Export.document_id, Export.state)).all())
    broken = Counter[str]()
    counts = Counter[str]()
    for document in db.session.scalars(select(Document)):
        times = arrived[read(document)] if document.original else 0
        state = states.get(document.id, State.OPEN)
        counts[state.value if state is not State.OPEN or document.id not in named else "named as a problem"] += 1
        broken["in two accepted mails"] += times > 1
        broken["marked sent and in no mail"] += state is State.SENT and times != 1
        broken["in a mail and not marked so"] += times > 0 and state not in (State.SENT, State.UNCERTAIN)
        broken["neither sent, doubtful nor named"] += state in (State.OPEN, State.LEAVING) and document.id not in named
        broken["refused at the end"] += state is State.REFUSED
    told.figures |= {"documents": sum(counts.values()), "mails accepted": len(sink.messages), **counts, **broken}
    for what, count in broken.items():
        told.check(not count, f"a document is {what}")
    check_caps(sink, told)


def check_caps(sink: Sink, told: Told) -> None:
    """Never more than fifty and fifty in a run, by the mails that arrived and by the rows; daily runs are of a day."""
    query = select(OutgoingMail.message_id, Envelope.run_id, Envelope.journal).join(Envelope.mail)
    of_mail = {row.message_id: (row.run_id, row.journal.is_purchases) for row in db.session.execute(query)}
    accepted = Counter(of_mail[email.message_from_bytes(each)["Message-ID"]] for each in sink.messages)
    written = Counter(of_mail.values())
    told.figures["most mails of a run"] = max(written.values(), default=0)
    told.check(max(written.values(), default=0) <= MOST_MAILS, "a run wrote more than its cap")
    told.check(all(accepted[one] <= count for one, count in written.items()), "more arrived than was written")
    told.check(not accepted or SALES in {each[0] for each in sink.recipients}, "no sale arrived")


def files_in(message: bytes) -> list[bytes]:
    """What goes with a mail."""
    parts = email.message_from_bytes(message).walk()
    return [part.get_payload(decode=True) for part in parts if part.get_content_disposition() == "attachment"]


def read(document: Document) -> bytes:
    """The bytes of its original, which no other document has."""
    assert document.original is not None
    return store.read(document.original.file)
