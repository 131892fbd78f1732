"""The SMTP receiver: a process of its own that stores what it is given and says 250 once it would survive anything."""

from __future__ import annotations

import asyncio
import errno
import signal
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import structlog
from flask import Flask
from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError

from app.core import storage
from app.core.database import read_only
from app.extensions import db
from app.files import store
from app.intake import addresses
from app.intake.addresses import Recipient
from app.intake.arrival import Mail
from app.intake.automatic import is_loop
from app.intake.committer import Committer
from app.intake.content import Content
from app.intake.guesses import Guesses
from app.intake.letter import text_of
from app.intake.lmtp import HERE, LocalSession
from app.intake.smtp import Envelope, Session

log = structlog.get_logger()
T = TypeVar("T")
PATIENCE_SECONDS = 20
"""For the database: a sender is told to come again well before it gives up."""
LONGEST_SECONDS = 28
STOPPING_SECONDS = 8
MOST_RECIPIENTS = 100
LOOKUPS = 4
LOOPBACK = {"127.0.0.1", "::1", "::ffff:127.0.0.1"}

TAKEN = "250 2.0.0 Taken"
UNKNOWN = "550 5.1.1 No such address here"
RELAY = "554 5.7.1 No relaying here"
LOOP = "554 5.4.6 This mail goes round in circles"
TOO_LARGE = "552 5.3.4 Larger than what is taken here"
TOO_MANY = "452 4.5.3 Too many recipients in one mail"
LATER = "451 4.3.0 Not now, please try again later"
FULL = "452 4.3.1 Not enough room just now, please try again later"
SHUT_OUT = "421 4.7.0 Too many unknown addresses, please come again later"


class Receiver:
    """What happens at each step of a dialogue; asked by `Session`."""

    def __init__(self, app: Flask) -> None:
        settings = app.config["SETTINGS"]
        self.app, self.settings = app, settings
        self.domain: str = settings.intake_domain.lower()
        with app.app_context():
            self.root = store.root()
        storage.prepare(self.root)
        self.threads, self.lookups = ThreadPoolExecutor(settings.smtp_in_data), ThreadPoolExecutor(LOOKUPS)
        self.committer, self.guesses = Committer(app), Guesses(settings.smtp_guesses)
        self.in_data = asyncio.Semaphore(settings.smtp_in_data)
        self.present: Counter[str] = Counter()
        self.receiving = 0
        self.stop, self.is_listening = asyncio.Event(), asyncio.Event()
        self.is_broken = False

    async def handle_MAIL(self, session: Session, said: Any, envelope: Envelope, address: str, options: Any) -> str:
        """No mail is begun for which there may be no room; how large it is, its sender may say."""
        size = next((option for option in options if option.startswith("SIZE=")), "SIZE=0")
        if not self.has_room(int(size.removeprefix("SIZE="))):
            return FULL
        envelope.mail_from = address
        envelope.peer, envelope.helo = session.host, said.host_name or ""
        envelope.mail_options.extend(options)
        return "250 2.1.0 Go on"

    async def handle_RCPT(self, session: Session, _said: Any, envelope: Envelope, address: str, _options: Any) -> str:
        """Ours or not: one answer for all that are not, whether they never were or are no longer."""
        if len(envelope.recipients) >= MOST_RECIPIENTS:
            return TOO_MANY
        await asyncio.sleep(0 if session.is_relay else self.guesses.wait(session.host))
        if address.rpartition("@")[2].lower() != self.domain:
            return self._guessed(session, RELAY)
        found = await self._in_thread(self.lookups, self._find, text_of(address))
        if found is None:
            return self._guessed(session, UNKNOWN)
        envelope.rcpt_tos.append(address)
        envelope.recipients[found] = None
        return "250 2.1.5 Ours"

    def _guessed(self, session: Session, answer: str) -> str:
        """Note a wrong recipient; who names too many is shown the door, but for relays, which speak for many."""
        if session.is_relay or session.host in self.settings.relay_hosts:
            return answer
        self.guesses.note(session.host)
        if not self.guesses.is_shut_out(session.host):
            return answer
        session.end()
        return SHUT_OUT

    def has_room(self, size: int) -> bool:
        """Is the disk free enough for a mail of this size?"""
        return storage.free_bytes(self.root) >= max(self.settings.least_free_disk, 4 * size)

    async def take(self, envelope: Envelope, content: Content) -> str:
        """Store a whole mail and answer; nothing here reads it, asks the network or rings a bell."""
        if refusal := self._refusal(content):
            return refusal
        self.receiving += 1
        try:
            await asyncio.wait_for(self._store(envelope, content), LONGEST_SECONDS)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            return self._trouble(error)
        finally:
            self.receiving -= 1
        return LATER if self.is_broken else TAKEN

    def _refusal(self, content: Content) -> str:
        """What speaks against a mail that came whole; empty where nothing does."""
        if self.is_broken:
            return LATER
        if content.size > self.settings.largest_message:
            return TOO_LARGE
        if content.trouble:
            return self._trouble(content.trouble)
        if is_loop(content.head):
            return LOOP
        return "" if self.has_room(content.size) else FULL

    async def _store(self, envelope: Envelope, content: Content) -> None:
        """Bytes, then rows, then the commit."""
        with self.committer.one_more():
            kept = await asyncio.get_running_loop().run_in_executor(self.threads, content.settle)
        brought = envelope.mail_from or "", envelope.peer, envelope.helo
        await self.committer.log(Mail(*kept, tuple(envelope.recipients), *brought))

    async def handle_exception(self, error: Exception) -> str:
        """Whatever goes wrong here is our trouble, not the sender's (SAFETY R2)."""
        return self._trouble(error)

    def lets_in(self, host: str) -> bool:
        """Is there room for one more connection, from here and in all?"""
        if host in self.settings.relay_hosts:
            return True
        if self.guesses.is_shut_out(host):
            return False
        settings = self.settings
        is_few = self.present.total() < settings.smtp_connections and self.present[host] < settings.smtp_per_address
        return is_few or self.is_uncounted(host)

    def is_uncounted(self, host: str) -> bool:
        """Loopback and named relays speak for many."""
        return host in LOOPBACK or host in self.settings.relay_hosts

    async def _in_thread(self, threads: ThreadPoolExecutor, call: Callable[..., T], *args: Any) -> T:
        """Run in a thread with an application context; give up before the sender does."""

        def here() -> T:
            with self.app.app_context():
                return call(*args)

        return await asyncio.wait_for(asyncio.get_running_loop().run_in_executor(threads, here), LONGEST_SECONDS)

    def _find(self, recipient: str) -> Recipient | None:
        read_only(db.session())
        return addresses.whose(recipient)

    def _trouble(self, error: Exception) -> str:
        """The answer to trouble of ours; a disk that fails to keep what it was given stops us (SAFETY R19)."""
        log.error("receiver.trouble", error=type(error).__name__, exc_info=error)
        code = getattr(error, "errno", None)
        if code == errno.EIO or "disk I/O error" in str(error):
            self.is_broken = True
            self.stop.set()
        return FULL if code in (errno.ENOSPC, errno.EDQUOT) or "disk is full" in str(error) else LATER


async def serve(receiver: Receiver) -> None:
    """Receive until told to stop; what is being stored then is finished and acknowledged."""
    loop, settings = asyncio.get_running_loop(), receiver.settings
    with receiver.app.app_context():
        event.listen(db.engine, "connect", _impatient)
    host, port = settings.intake_smtp_host, settings.intake_smtp_port
    servers = [await loop.create_server(lambda: Session(receiver, loop), host, port), *await _local(receiver, loop)]
    log.info("receiver.listening", host=host, port=port)
    receiver.is_listening.set()
    await receiver.stop.wait()
    for server in servers:
        server.close()
    for _tenth in range(10 * STOPPING_SECONDS):
        if not receiver.receiving:
            break
        await asyncio.sleep(0.1)
    await asyncio.sleep(0.1)  # the last answers leave
    receiver.committer.finish()


async def _local(receiver: Receiver, loop: asyncio.AbstractEventLoop) -> list[asyncio.Server]:
    """LMTP, on a port or on a socket in the file system, where it is asked for; for this machine alone.

    Who speaks it may name as many unknown addresses as there are.
    """
    settings, servers = receiver.settings, []
    make = lambda: LocalSession(receiver, loop)  # noqa: E731
    if settings.intake_lmtp_port:
        servers.append(await loop.create_server(make, HERE, settings.intake_lmtp_port))
    if settings.intake_lmtp_socket:
        servers.append(await loop.create_unix_server(make, settings.intake_lmtp_socket))
        Path(settings.intake_lmtp_socket).chmod(0o660)
    return servers


def _impatient(connection: Any, _record: Any) -> None:
    """A locked database is told to the sender as "later", not waited for."""
    cursor = connection.cursor()
    if type(connection).__module__.startswith(("pysqlite3", "sqlite3")):
        cursor.execute(f"PRAGMA busy_timeout = {PATIENCE_SECONDS}000")
    else:
        cursor.execute(f"SET lock_timeout = '{PATIENCE_SECONDS}s'")
        cursor.execute(f"SET statement_timeout = '{PATIENCE_SECONDS}s'")
        connection.commit()
    cursor.close()


def run(app: Flask) -> None:
    """The receiver's process; ends with an error where its disk failed, so that the supervisor starts it afresh."""
    receiver = Receiver(app)

    async def until_told() -> None:
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, receiver.stop.set)
        await serve(receiver)

    asyncio.run(until_told())
    if receiver.is_broken:
        raise SystemExit("The disk failed to keep a mail. It was not acknowledged; the receiver starts again.")
