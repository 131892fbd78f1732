"""Who polls a mailbox dies between any two durable steps, and many poll at once: each mail once (IN-3)."""

from __future__ import annotations

import os
import random
import signal
from datetime import timedelta

import pytest

from app import create_app
from app.core.faultpoint import DIE_AT
from app.extensions import db
from app.intake.models import MessageState
from app.mailboxes import polling
from app.mailboxes.models import AfterAction
from tests.factories import make_company
from tests.intake import mails
from tests.live import make_live_app
from tests.mailboxes.making import found, in_context, log, make_mailbox
from tests.soak import imap, replies
from tests.soak.outbox import FORK
from tests.soak.told import be_quiet

pytestmark = [pytest.mark.alone, pytest.mark.timeout(300)]
SEED = int(os.environ.get("FACTEUR_SEED", random.randrange(2**32)))
KILLS = int(os.environ.get("FACTEUR_KILLS", "16"))
POINTS = ["mailbox.stored", "mailbox.before_commit", "mailbox.after_commit", "mailbox.marked"]


def poll(settings, mailbox_id: int, die_at: str) -> None:
    """A worker that dies at this step."""
    be_quiet()
    os.environ[DIE_AT] = die_at
    in_context(create_app(settings, BELLS=[]), polling.poll, mailbox_id)


@pytest.mark.parametrize(
    ("point", "after"), [*((point, AfterAction.SEEN) for point in POINTS), ("mailbox.marked", AfterAction.MOVE)]
)
def test_a_worker_that_dies_between_two_durable_steps_is_survived(tmp_path, server, point, after, monkeypatch):
    """S18: IN-3: dead between commit and mark: marked by the next poll, neither fetched nor imported again."""
    monkeypatch.setattr(polling, "LEASE", timedelta(seconds=-1))
    app = make_live_app(tmp_path)
    server.put(mails.invoice_mail())
    with app.app_context():
        mailbox_id = make_mailbox(server, make_company(), after=after, target_folder="Done").id
        db.session.remove()
        db.engine.dispose()
    ends = []
    for die_at in (point, "", ""):
        process = FORK.Process(target=poll, args=(app.config["SETTINGS"], mailbox_id, die_at))
        process.start()
        process.join(60)
        ends.append(process.exitcode)

    assert ends == [-signal.SIGKILL, 0, 0]
    with app.app_context():
        assert [each.state for each in log()] == [MessageState.RECEIVED]
        assert found()[0].settled_at
    is_committed = point in {"mailbox.after_commit", "mailbox.marked"}
    assert server.asked["body"] == (1 if is_committed else 2)
    moved = server.folders["Done"] if after is AfterAction.MOVE else server.folders["INBOX"]
    assert len(moved) == 1 and (after is AfterAction.MOVE or "\\Seen" in moved[0].flags)


def test_overlapping_polls_some_of_which_are_killed_import_each_mail_once(tmp_path):
    """S18: IN-3: 0 lost, 0 twice, each marked; `./facteur soak imap` has the long form."""
    print(f"seed {SEED}")
    told = imap.poll_loop(tmp_path, SEED, 12)
    print(told.table("imap"))
    assert not told.broken
    assert told.figures["polls"] >= 12 and told.figures["connections"]


def test_replies_that_never_reach_the_sender_import_nothing_twice(tmp_path):
    """S7: IN-3: cut after the final dot, sent again: imported once; `./facteur soak replies` has the long form."""
    print(f"seed {SEED}")
    told = replies.reply_loop(tmp_path, SEED, KILLS)
    print(told.table("replies"))
    assert not told.broken and told.figures["sent again and known"] >= KILLS
