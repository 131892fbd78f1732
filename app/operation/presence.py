"""Leaving a sign of life: each long-running process says every half minute that it is there."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import structlog
from flask import Flask
from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from app.core import clock
from app.extensions import db
from app.operation import versions
from app.operation.models import SignOfLife

log = structlog.get_logger()
EVERY_SECONDS = 30
LOOK_AGAIN_SECONDS = 3


class Presence:
    """The sign of life of this process as one part; `facts` are told with the first one."""

    def __init__(self, name: str, facts: dict[str, Any] | None = None) -> None:
        self.name, self.facts = name, facts or {}
        self.host, self.pid = socket.gethostname()[:100], os.getpid()
        self.started_at = clock.now()
        self.last = float("-inf")

    def beat(self) -> None:
        """Say so now, in one short transaction; a database that is away or busy is no reason to stop."""
        self.last = time.monotonic()
        try:
            with Session(db.engine, join_transaction_mode="create_savepoint") as session, session.begin():
                if not session.execute(self._again()).rowcount:
                    session.execute(self._first())
        except Exception as error:
            log.warning("presence.unheard", part=self.name, error=type(error).__name__)

    def beat_if_due(self) -> bool:
        """Say so where the last time is long enough ago, for whoever goes round in a loop; True where it was."""
        is_due = time.monotonic() - self.last >= EVERY_SECONDS - 1
        if is_due:
            self.beat()
        return is_due

    def _again(self) -> Any:
        """A number of a process may come back with another process."""
        mine = (SignOfLife.name == self.name, SignOfLife.host == self.host, SignOfLife.pid == self.pid)
        return update(SignOfLife).where(*mine).values(seen_at=clock.now(), **self._told())

    def _first(self) -> Any:
        known = {"name": self.name, "host": self.host, "pid": self.pid, "silence_count": 0}
        return insert(SignOfLife).values(seen_at=clock.now(), **known, **self._told())

    def _told(self) -> dict[str, Any]:
        return {"version": versions.facteur(), "facts": self.facts, "started_at": self.started_at}


def keep_beating(
    app: Flask,
    name: str,
    *,
    while_true: Callable[[], bool] = lambda: True,
    facts: Callable[[], dict[str, Any]] | None = None,
) -> threading.Event:
    """Leave signs of life from a thread, as long as `while_true` says so, until the returned event is set.

    Not for a process that forks: a child made in the middle of a beat would inherit its locks. `facts` are asked for
    once, after the first beat: by then the parts they are asked of have started too.
    """
    ended, presence = threading.Event(), Presence(name)

    def live() -> None:
        asked = facts
        while True:
            with app.app_context():
                if is_well := while_true():
                    presence.beat()
            if ended.wait(EVERY_SECONDS if is_well and not asked else LOOK_AGAIN_SECONDS):
                return
            if asked:
                presence.facts, asked = asked(), None

    threading.Thread(target=live, name="presence", daemon=True).start()
    return ended
