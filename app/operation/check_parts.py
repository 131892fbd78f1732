"""The doctor looks at what runs: Redis, the workers, the receiver, the sweep, the mail server, the work that waits."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Iterator
from datetime import timedelta

from flask import current_app
from redis import RedisError
from sqlalchemy import func, select

from app.core import clock, faults
from app.extensions import db
from app.operation import parts
from app.operation.finding import Finding, broken, ok, warning
from app.operation.parts import Part
from app.outbox import connection, outlets
from app.tasks import bell
from app.tasks.models import State, Task
from deploy.supervision import receives

WAITS_TOO_LONG = timedelta(minutes=15)
COMMANDS = {
    "web": "gunicorn wsgi:app",
    "receiver": "flask --app wsgi receive",
    "sweep": "flask --app wsgi sweep",
} | {queue: f"python worker.py {queue}" for queue in bell.QUEUES}


def check_redis() -> Iterator[Finding]:
    """Does it answer, and would it forget?"""
    url = current_app.config["SETTINGS"].redis
    if not url:
        yield broken("redis", "none is set", "Start with ./facteur run, which brings one, or set FACTEUR_REDIS_URL.")
        return
    redis = bell.connection(url)
    try:
        version = redis.info("server")["redis_version"]
    except (RedisError, OSError) as error:
        do = "Start Redis, or correct FACTEUR_REDIS_URL. Nothing is lost meanwhile: work waits in the database."
        yield broken("redis", f"does not answer ({faults.told(error)})", do)
        return
    try:
        told = {name: redis.config_get(name).get(name) for name in ("appendonly", "maxmemory-policy")}
    except RedisError:
        yield warning("redis", f"{version}; its settings cannot be read", "See that it keeps an append-only file.")
        return
    if told == {"appendonly": "yes", "maxmemory-policy": "noeviction"}:
        yield ok("redis", f"{version}, append-only file, noeviction")
    else:
        said = ", ".join(f"{name} is {value}" for name, value in told.items())
        yield warning("redis", f"{version}, {said}", "Set appendonly yes and maxmemory-policy noeviction.")


def check_running_parts() -> Iterator[Finding]:
    """Which parts give signs of life?"""
    known = {part.name: part for part in parts.all_parts()}
    for name in parts.EXPECTED:
        yield _life(known[name])
    yield _receiver(known["receiver"])


def _life(part: Part) -> Finding:
    name = f"worker {part.name}" if part.name in bell.QUEUES else part.name
    if part.living:
        ago = int((clock.now() - part.seen_at).total_seconds())
        return ok(name, f"alive: {len(part.living)} process{'es' if part.living[1:] else ''}, heard {ago} s ago")
    do = f"Start it: ./facteur run starts all parts, `{COMMANDS[part.name]}` this one."
    if part.is_silent:
        return broken(name, f"silent since {part.seen_at:%Y-%m-%d %H:%M} UTC", do)
    return broken(name, "never gave a sign of life", do)


def _receiver(part: Part) -> Finding:
    settings = current_app.config["SETTINGS"]
    if part.living and part.living[0].host != socket.gethostname():
        return ok("receiver port", f"on another machine: {part.living[0].host}")
    if receives(settings):
        return ok("receiver port", f"answers on {settings.intake_smtp_host}:{settings.intake_smtp_port}")
    said = f"nothing answers on {settings.intake_smtp_host}:{settings.intake_smtp_port}"
    return broken("receiver port", said, f"Start it: `{COMMANDS['receiver']}`. Senders try again for some days.")


def check_mail_server() -> Iterator[Finding]:
    """Can it be reached, encrypted and with our password? No mail is sent."""
    settings = current_app.config["SETTINGS"]
    if not settings.mail_url:
        yield warning("mail server", "none is set: mails wait in the outbox", "Set FACTEUR_MAIL_URL.")
        return
    where = f"{current_app.config['MAIL_SERVER']}:{current_app.config['MAIL_PORT']}"
    try:
        with connection.connect() as server:
            code, _answer = server.host.noop()
    except smtplib.SMTPAuthenticationError:
        do = "Correct user and password in FACTEUR_MAIL_URL; special characters are written as %40 and so on."
        yield broken("mail server", f"{where} refuses our password", do)
    except (OSError, smtplib.SMTPException) as error:
        do = "See that it runs, that its certificate is valid, and that FACTEUR_MAIL_URL is right."
        yield broken("mail server", f"{where} cannot be used ({faults.told(error)})", do)
    else:
        yield ok("mail server", f"{where} answers {code}")


def check_sending() -> Iterator[Finding]:
    """Is anything that leaves stopped, and is this database a copy of another's?"""
    for outlet in outlets.shut_ones():
        said = {"person": "a person stopped it", "copy": "this database came from another installation"}
        do = "Look at the page Outbox, and allow it again there."
        yield warning("sending", f"{outlet.name}: {said.get(outlet.why, outlet.failure)}", do)
    if not outlets.shut_ones():
        yield ok("sending", "nothing is stopped")


def check_work() -> Iterator[Finding]:
    """Does work wait too long, and was some given up?"""
    failed = db.session.scalar(select(func.count()).where(Task.state == State.FAILED)) or 0
    oldest = db.session.scalar(select(func.min(Task.run_after)).where(Task.state == State.READY))
    if oldest and clock.now() - oldest > WAITS_TOO_LONG:
        minutes = int((clock.now() - oldest).total_seconds() // 60)
        yield warning("work", f"the oldest task waits {minutes} minutes", "See that workers and sweep run; start more.")
    elif failed:
        yield warning("work", f"{failed} given up", "See the reasons on the page Operation, mend them, and try again.")
    else:
        yield ok("work", "nothing waits too long, nothing was given up")
