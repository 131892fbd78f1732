"""What is said to a gateway over HTTP: to the configured host alone, in limited time, nothing followed (SAFETY R20)."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from flask import current_app

from app.channels import sealed
from app.channels.models import GatewayKind, GatewayMessage
from app.files import store

CONNECT_SECONDS = 10
ANSWER_SECONDS = 60
"""How long to wait for the gateway's answer, once the request is out."""
LONGEST_ANSWER = 2000
_GAP = re.compile(r"\{(to|text|reference)\}")


@dataclass(frozen=True)
class Request:
    """One request, ready to leave."""

    url: str = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Answer:
    """What the gateway said."""

    status: int
    text: str


def address_of(carries: GatewayKind) -> str:
    """Where such messages are handed over; empty: nowhere yet."""
    settings = current_app.config["SETTINGS"]
    return settings.sms_url if carries is GatewayKind.SMS else settings.letter_url


def request_for(message: GatewayMessage) -> Request:
    """The request for this message, the same in every attempt; raises `storage.Damaged` where its file is not whole.

    Raises `sealing.Unreadable` where its text was sealed with another secret.
    """
    settings, reference = current_app.config["SETTINGS"], reference_of(message)
    if message.carries is GatewayKind.SMS:
        said = {"to": message.to, "text": sealed.whole(message), "reference": reference}
        body, kind, token = _filled(settings.sms_body, said), "application/json", settings.sms_token
    else:
        assert message.file
        body, kind = _form({"address": message.to, "reference": reference}, store.read(message.file), reference)
        token = settings.letter_token
    headers = {"Content-Type": kind, "Accept": "application/json", "Idempotency-Key": reference}
    headers |= {"Authorization": f"Bearer {token}"} if token else {}
    return Request(address_of(message.carries), headers, body)


def reference_of(message: GatewayMessage) -> str:
    """What the gateway may know the message by: the same in every attempt, no other installation's."""
    return hashlib.sha256(f"{message.key} {message.created_at.isoformat()}".encode()).hexdigest()[:32]


def _filled(template: str, said: dict[str, str]) -> bytes:
    """The JSON template with its gaps filled: whatever the text holds, it stays inside its string."""
    return json.dumps(_fill(json.loads(template), said)).encode()


def _fill(part: Any, said: dict[str, str]) -> Any:
    if isinstance(part, dict):
        return {name: _fill(value, said) for name, value in part.items()}
    if isinstance(part, list):
        return [_fill(value, said) for value in part]
    return _GAP.sub(lambda gap: said[gap[1]], part) if isinstance(part, str) else part


def _form(fields: dict[str, str], pdf: bytes, reference: str) -> tuple[bytes, str]:
    """The fields and the letter as a form with a file."""
    mark = f"facteur-{secrets.token_hex(16)}"
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n'
        f"Content-Type: text/plain; charset=utf-8\r\n\r\n{value}\r\n".encode()
        for name, value in fields.items()
    ]
    head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{reference}.pdf"\r\n'
    parts += [f"{head}Content-Type: application/pdf\r\n\r\n".encode(), pdf, f"\r\n--{mark}--\r\n".encode()]
    return b"".join(parts), f"multipart/form-data; boundary={mark}"


@contextmanager
def line_to(url: str) -> Iterator[HTTPConnection]:
    """An open connection to the host of `url`, its certificate verified; nothing of a message has left on it."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port
    if parts.scheme == "https":
        tls = ssl.create_default_context()
        connection: HTTPConnection = HTTPSConnection(host, port, timeout=CONNECT_SECONDS, context=tls)
    else:
        connection = HTTPConnection(host, port, timeout=CONNECT_SECONDS)
    with closing(connection):
        connection.connect()
        connection.sock.settimeout(ANSWER_SECONDS)
        yield connection


def ask(line: HTTPConnection, request: Request) -> Answer:
    """Send the request and hear the answer; a redirect is an answer like others and leads nowhere."""
    parts = urlsplit(request.url)
    target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    line.request("POST", target, request.body, request.headers)
    response = line.getresponse()
    try:
        text = response.read(LONGEST_ANSWER).decode("utf-8", "replace")
    except (OSError, HTTPException):  # the status alone decides
        text = ""
    return Answer(response.status, without_secrets(f"{response.status} {text}".strip()))


def without_secrets(said: str) -> str:
    """What a gateway or the network said, without what opens the gateway (SAFETY S88)."""
    settings = current_app.config["SETTINGS"]
    urls = (settings.sms_url, settings.letter_url)
    for secret in (settings.sms_token, settings.letter_token, *urls, *(urlsplit(url).query for url in urls)):
        said = said.replace(secret, "…") if secret else said
    return said[:LONGEST_ANSWER]
