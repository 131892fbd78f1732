"""Rows of mails, written by one thread: whatever waits when a transaction ends goes into the next one together."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolIsEmpty

from app.core.faultpoint import faultpoint
from app.extensions import db
from app.intake import arrival
from app.intake.arrival import Mail

NOBODYS_FAULT = (OperationalError, PoolIsEmpty, OSError)
"""A database that is locked, gone or full, and so for every mail."""
GATHERING_SECONDS = 0.004
"""For mails that are about to wait too, less than a commit takes; one that comes alone waits for nobody."""


class Committer:
    """One disk write for many mails (SAFETY R1); a mail that cannot be logged refuses none of the others."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._thread, self._bells = ThreadPoolExecutor(1), ThreadPoolExecutor(1)
        self._waiting: list[tuple[Mail, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None
        self.coming = 0
        """Mails whose bytes are being made durable, and whose rows will be next."""

    @contextmanager
    def one_more(self) -> Iterator[None]:
        """While the bytes of a mail are made durable, of which the rows are to follow."""
        self.coming += 1
        try:
            yield
        finally:
            self.coming -= 1

    async def log(self, mail: Mail) -> None:
        """Return once the rows of this mail are committed; raise what was in the way."""
        logged: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((mail, logged))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        await logged

    async def _write(self) -> None:
        while self._waiting:
            if self.coming:
                await asyncio.sleep(GATHERING_SECONDS)
            group = [(mail, logged) for mail, logged in self._waiting if not logged.done()]
            self._waiting.clear()
            mails = [mail for mail, _logged in group]
            errors = await asyncio.get_running_loop().run_in_executor(self._thread, self._commit, mails)
            for (_mail, logged), error in zip(group, errors, strict=True):
                _tell(logged, error)

    def _commit(self, mails: list[Mail]) -> list[Exception | None]:
        """Together, or each alone where one of them is at fault; what was in the way of each."""
        error = self._try(mails) if mails else None
        if error is None or isinstance(error, NOBODYS_FAULT) or len(mails) == 1:
            return [error] * len(mails)
        return [self._try([mail]) for mail in mails]

    def _try(self, mails: list[Mail]) -> Exception | None:
        with self.app.app_context():
            try:
                arrival.enter_mails(mails)
                faultpoint("receiver.before_commit")
                db.session.commit()
            except Exception as error:
                return error
            faultpoint("receiver.after_commit")
            if bells := db.session.info.pop("after_commit", []):
                self._bells.submit(self._ring, bells)
        return None

    def _ring(self, bells: Iterable[Any]) -> None:
        """Tell the workers; unheard, the sweep rings again."""
        with self.app.app_context():
            for call, args in bells:
                call(*args)

    def finish(self) -> None:
        """Let the last bells ring."""
        self._bells.shutdown(wait=True)


def _tell(logged: asyncio.Future[None], error: Exception | None) -> None:
    """The sender may be gone, or was told to come later when it took too long."""
    if logged.done():
        return
    logged.set_exception(error) if error else logged.set_result(None)
