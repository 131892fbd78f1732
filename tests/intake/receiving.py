"""A receiver in a thread, and SMTP spoken to it line by line."""

from __future__ import annotations

import asyncio
import smtplib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import select, text

from app.documents.models import Direction
from app.extensions import db
from app.intake import addresses
from app.intake.models import Message
from app.intake.receiver import Receiver, serve
from app.tasks.jobs import commit
from app.users import people
from app.users.models import Company
from tests.live import free_port

SENDER = "compta@fournisseur.example"


@contextmanager
def receiving(app: Flask, **settings) -> Iterator[Receiver]:
    """A receiver of this installation, listening; stopped at the end."""
    for name, value in ({"intake_smtp_port": free_port()} | settings).items():
        setattr(app.config["SETTINGS"], name, value)
    receiver, ready = Receiver(app), threading.Event()

    async def until_stopped() -> None:
        receiver.loop = asyncio.get_running_loop()
        serving = asyncio.create_task(serve(receiver))
        await receiver.is_listening.wait()
        ready.set()
        await serving

    thread = threading.Thread(target=lambda: asyncio.run(until_stopped()), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield receiver
    finally:
        receiver.loop.call_soon_threadsafe(receiver.stop.set) if thread.is_alive() else None
        thread.join(15)
        assert not thread.is_alive()


def company_in(app: Flask, name: str = "Atelier Zoé") -> int:
    """A company of this installation."""
    with app.app_context():
        company = people.create_company(name)
        commit()
        return company.id


def address_of(app: Flask, company_id: int, direction: Direction = Direction.PURCHASE) -> str:
    """Where its invoices are mailed to."""
    with app.app_context():
        return addresses.full(addresses.living(db.session.get_one(Company, company_id), direction))


def logged(app: Flask) -> list[Message]:
    """All messages, with their bytes' rows."""
    with app.app_context():
        messages = list(db.session.scalars(select(Message).order_by(Message.id)))
        for message in messages:
            assert message.raw.sha256
        return messages


def send(app: Flask, raw: bytes, *recipients: str, sender: str = SENDER, source: str = "") -> tuple[int, str]:
    """Deliver a mail, from one of the loopback's addresses; the last answer, whether it was taken or not."""
    with Dialogue(app, source) as smtp:
        for line in (f"MAIL FROM:<{sender}>", *(f"RCPT TO:<{each}>" for each in recipients), "DATA"):
            answer = smtp.docmd(line)
            if answer[0] >= 400:
                return answer[0], answer[1].decode()
        code, text = dot(smtp, raw)
        return code, text


def dot(smtp: smtplib.SMTP, raw: bytes) -> tuple[int, str]:
    """The content and its end, after DATA."""
    smtp.send(raw.replace(b"\r\n.", b"\r\n..") + b".\r\n")
    code, text = smtp.getreply()
    return code, text.decode()


def ready(app: Flask, *recipients: str, size: int = 0) -> Dialogue:
    """A dialogue in which only the content is missing."""
    smtp = Dialogue(app)
    smtp.docmd(f"MAIL FROM:<{SENDER}>" + (f" SIZE={size}" if size else ""))
    for each in recipients:
        assert smtp.docmd(f"RCPT TO:<{each}>")[0] == 250
    assert smtp.docmd("DATA")[0] == 354
    return smtp


@contextmanager
def log_held(app: Flask) -> Iterator[None]:
    """Nobody else can write to the mail log."""
    with app.app_context(), db.engine.connect() as connection, connection.begin():
        if db.engine.dialect.name == "postgresql":
            connection.execute(text("LOCK TABLE message IN ACCESS EXCLUSIVE MODE"))
        yield


class Dialogue(smtplib.SMTP):
    """A connection that said EHLO."""

    def __init__(self, app: Flask, source: str = "") -> None:
        settings, where = app.config["SETTINGS"], (source, 0) if source else None
        super().__init__(settings.intake_smtp_host, settings.intake_smtp_port, timeout=60, source_address=where)
        self.ehlo("sender.example")


def connect(app: Flask, source: str = "127.0.0.1") -> socket.socket:
    """A bare connection from one of the loopback's addresses."""
    settings = app.config["SETTINGS"]
    return socket.create_connection(
        (settings.intake_smtp_host, settings.intake_smtp_port), timeout=20, source_address=(source, 0)
    )


def wait_for(line: socket.socket, code: bytes) -> None:
    """Read until the server said this."""
    heard = b""
    while code not in heard:
        heard += line.recv(4096)


def until(is_so, seconds: float = 10) -> None:
    """Wait for it; fail where it does not come."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.02)
