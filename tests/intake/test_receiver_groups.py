"""Mails that wait for each other's commit: durable in the right order, and none refused for another's fault."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from app.extensions import db
from app.files import store
from app.intake import arrival
from app.intake.smtp import Session
from tests.intake import mails
from tests.intake.receiving import address_of, company_in, dot, log_held, logged, ready, receiving, until

pytestmark = pytest.mark.alone


def sha256(raw: bytes) -> str:
    """What a mail is called."""
    return hashlib.sha256(raw).hexdigest()


def sent_together(app, receiver, dialogues: list, raws: list[bytes]) -> list[int]:
    """The answers, of a first mail and of those that came while it was being committed."""
    with ThreadPoolExecutor(len(raws)) as threads:
        with log_held(app):
            answers = [threads.submit(dot, dialogues[0], raws[0])]
            until(lambda: receiver.committer._writing is not None and not receiver.committer._waiting)
            answers += [threads.submit(dot, *each) for each in zip(dialogues[1:], raws[1:], strict=True)]
            until(lambda: len(receiver.committer._waiting) == len(raws) - 1)
        return [answer.result()[0] for answer in answers]


def test_one_mail_that_cannot_be_logged_refuses_no_other(live_app):
    """S4: S1: of four that wait together one names an address that is gone: it alone is told to come again."""
    company, gone = company_in(live_app), company_in(live_app, "Gone")
    address, bad = address_of(live_app, company), address_of(live_app, gone)
    raws = [mails.mail(subject=str(number)) for number in range(4)]
    with receiving(live_app) as receiver:
        dialogues = [ready(live_app, each) for each in (address, address, bad, address)]
        with live_app.app_context():
            db.session.execute(text("DELETE FROM intake_address WHERE company_id = :id"), {"id": gone})
            db.session.commit()

        assert sent_together(live_app, receiver, dialogues, raws) == [250, 250, 451, 250]

    assert {message.raw.sha256 for message in logged(live_app)} == {sha256(raws[at]) for at in (0, 1, 3)}


def test_the_same_mail_twice_in_one_group_is_imported_once(live_app):
    """S7: IN-3: both are acknowledged, the second is logged as come again; so is one that came before."""
    address = address_of(live_app, company_in(live_app))
    first, same = mails.mail(subject="first"), mails.mail(subject="same")
    with receiving(live_app) as receiver:
        dialogues = [ready(live_app, address) for _each in range(4)]
        assert sent_together(live_app, receiver, dialogues, [first, same, same, first]) == [250] * 4

    states = sorted((message.raw.sha256, message.state.value) for message in logged(live_app))
    assert states == sorted((sha256(raw), state) for raw in (first, same) for state in ("received", "repeated"))


def test_each_250_comes_after_bytes_folder_and_rows_are_durable(live_app, monkeypatch):
    """S2: traced: write, fsync the file, rename it, fsync its folder, commit the rows, answer; one commit for many."""
    address = address_of(live_app, company_in(live_app))
    raws = [mails.mail(subject=str(number)) for number in range(4)]
    with receiving(live_app) as receiver:
        dialogues = [ready(live_app, address) for _each in raws]
        ports = [each.sock.getsockname()[1] for each in dialogues]
        with live_app.app_context():
            root = store.root()
        with traced(monkeypatch) as seen:
            assert sent_together(live_app, receiver, dialogues, raws) == [250] * 4

    assert [len(step[1]) for step in seen if step[0] == "committed"] == [1, 3]
    for raw, port in zip(raws, ports, strict=True):
        name = sha256(raw)
        renamed = next(at for at, step in enumerate(seen) if step[0] == "renamed" and step[2] == name)
        temporary = seen[renamed][1]
        order = [
            seen.index(("synced", temporary)),
            renamed,
            seen.index(("synced", str(root / name[:2])), renamed),
            next(at for at, step in enumerate(seen) if step[0] == "committed" and name in step[1]),
            seen.index(("answered", port)),
        ]
        assert order == sorted(order)  # S2


@contextmanager
def traced(monkeypatch) -> Iterator[list[tuple]]:
    """What is made durable, and what is answered, in its order."""
    seen: list[tuple] = []
    fsync, replace, push, enter = os.fsync, Path.replace, Session.push, arrival.enter_mails
    session = db.session.session_factory.class_
    commit, group = session.commit, []

    def synced(handle):
        name = os.readlink(f"/proc/self/fd/{handle}")  # noqa: PTH115
        fsync(handle)
        seen.append(("synced", name))

    def renamed(path, target):
        replace(path, target)
        seen.append(("renamed", str(path), target.name))

    def entered(some):
        enter(some)
        group.append({mail.sha256 for mail in some})

    def committed(self):
        commit(self)
        if group:
            seen.append(("committed", group.pop()))

    async def answered(self, status):
        if status.startswith("250 2.0.0"):
            seen.append(("answered", self.session.peer[1]))
        await push(self, status)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", synced)
        patched.setattr(Path, "replace", renamed)
        patched.setattr(arrival, "enter_mails", entered)
        patched.setattr(session, "commit", committed)
        patched.setattr(Session, "push", answered)
        yield seen
