"""Settings: the only place that reads the environment."""

from __future__ import annotations

import json
import re
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
SHORTEST_SECRET = 32


class BadSettings(Exception):
    """The settings do not allow Facteur to start; the text says what to change."""


class Settings(BaseSettings):
    """What an installation is told from outside, as `FACTEUR_…`. What admins change while it runs are rows."""

    model_config = SettingsConfigDict(env_prefix="FACTEUR_", extra="ignore")

    data_dir: Path = Field(ROOT / ".data", description="Where the database, the files and the secret key live.")
    database_url: str = Field("", description="SQLite in the data folder unless set, e.g. postgresql://user@host/db.")
    redis_url: str = Field("", description="Our own Redis unless set, e.g. redis://127.0.0.1:6379/0.")
    host: str = Field("127.0.0.1", description="Address the web server listens on.")
    port: int = Field(8000, description="Port the web server listens on.", ge=1, le=65535)
    base_url: str = Field("", description="Address people type; links in mails begin with it.")
    secret_key: str = Field("", description="Signs cookies; made in the data folder by ./facteur.")
    intake_domain: str = Field("localhost", description="What stands after the @ of the intake addresses.")
    intake_smtp_port: int = Field(2525, description="Port of the built-in mail receiver.", ge=1, le=65535)
    intake_smtp_host: str = Field("127.0.0.1", description="Address the mail receiver listens on.")
    intake_lmtp_port: int = Field(0, description="Port of the receiver's LMTP; 0: none.", ge=0, le=65535)
    intake_lmtp_socket: str = Field("", description="Path of a socket for LMTP; empty: none.")
    mail_url: str = Field(
        "", description="smtp://user:password@host:587 or smtps://…; empty: mails wait in the outbox."
    )
    mail_from: str = Field("Facteur <facteur@localhost>", description="Sender of all outgoing mail.")
    mails_per_hour: int = Field(1000, description="Mails that leave in an hour at most, in all; 0: any number.", ge=0)
    admin_email: str = Field("admin@localhost", description="The first admin, made at first start.")
    admin_password: str = Field("", description="The first admin's password; made and printed once if empty.")
    storage_url: str = Field("", description="Where files are kept; empty: the data folder.")
    hook_secret: str = Field("", description="Secret of the mail provider's webhook.")
    watch_dir: str = Field("", description="A folder whose files are imported.")
    watch_taken: Literal["move", "remove"] = Field("move", description="What becomes of its files once imported.")
    workers: int = Field(1, description="Reading workers.", ge=1, le=64)
    trusted_proxies: int = Field(
        0, description="Number of reverse proxies in front that set X-Forwarded-*.", ge=0, le=5
    )
    source_url: str = Field("", description="Where the source is offered; empty: packed and offered by Facteur itself.")
    relay_hosts: Annotated[list[str], NoDecode] = Field([], description="Mail relays free of per-address limits.")
    private_hosts: Annotated[list[str], NoDecode] = Field(
        [], description="Hosts in private networks that mailboxes may be fetched from."
    )
    sms_url: str = Field("", description="Where text messages are handed to a gateway; empty: they wait.")
    sms_token: str = Field("", description="Sent to it as `Authorization: Bearer …`.")
    sms_body: str = Field(
        '{"to": "{to}", "text": "{text}", "reference": "{reference}"}', description="What it is sent, as JSON."
    )
    letter_url: str = Field("", description="Where letters are handed to a postal provider; empty: they are printed.")
    letter_token: str = Field("", description="Sent to it as `Authorization: Bearer …`.")
    largest_message: int = Field(50 * 1024 * 1024, description="Bytes of a mail or an uploaded file.", ge=1024)
    smtp_connections: int = Field(50, description="Connections to the mail receiver at once.", ge=1)
    smtp_per_address: int = Field(5, description="Of these from one address; loopback and relays are free.", ge=1)
    smtp_in_data: int = Field(8, description="Mails being received at once; others wait.", ge=1)
    smtp_session_seconds: int = Field(600, description="Longest session with the mail receiver.", ge=1)
    smtp_guesses: int = Field(
        20, description="Unknown recipients from one address in 15 minutes before it is told to come later.", ge=1
    )
    name_servers: Annotated[list[str], NoDecode] = Field(
        [], description="DNS servers asked about senders; the machine's own unless set, nobody with “none”."
    )
    border_hosts: Annotated[dict[str, str], NoDecode] = Field(
        {}, description="ADDRESS=NAME of mail servers of yours whose Authentication-Results are believed."
    )
    least_free_disk: int = Field(
        500_000_000, description="Bytes of free disk below which mails are told to come later.", ge=0
    )
    legal_hold_years: int = Field(
        10, description="Years that what was exported, paid, matched or sent is kept, to the end of the last.", ge=1
    )
    metrics_token: str = Field("", description="Lets whoever sends it read /metrics from outside; empty: nobody.")
    debug: bool = Field(False, description="Only for a loopback address.")

    @field_validator("relay_hosts", "private_hosts", "name_servers", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        """Hosts come as one text, separated by commas."""
        return [host.strip() for host in value.split(",") if host.strip()] if isinstance(value, str) else value

    @field_validator("border_hosts", mode="before")
    @classmethod
    def _named(cls, value: Any) -> Any:
        """Pairs come as one text: the address a mail server connects from, and what it calls itself."""
        pairs = [each.strip().partition("=") for each in value.split(",")] if isinstance(value, str) else []
        if any(address and not name for address, _mark, name in pairs):
            raise ValueError("write ADDRESS=NAME, such as 192.0.2.25=mx.example.org")
        named = {address.strip(): name.strip() for address, _mark, name in pairs if address}
        return named if isinstance(value, str) else value

    @field_validator("sms_body")
    @classmethod
    def _is_json(cls, value: str) -> str:
        """JSON in which number and text have their place."""
        try:
            json.loads(value)
        except ValueError:
            raise ValueError("write JSON") from None
        if not {"{to}", "{text}"} <= set(re.findall(r"\{[a-z]+\}", value)):
            raise ValueError("say in it where {to} and {text} stand")
        return value

    @field_validator("sms_url", "letter_url")
    @classmethod
    def _speaks_safely(cls, url: str, told: ValidationInfo) -> str:
        """A gateway is spoken to over TLS, except on this machine and on hosts that were named as private."""
        parts = urlsplit(url)
        near = {"localhost", "127.0.0.1", "::1", *told.data.get("private_hosts", [])}
        is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in near)
        if url and not (parts.hostname and is_safe):
            raise ValueError("it begins with https://, or with http:// and a host of your own")
        return url

    @cached_property
    def database(self) -> str:
        """The address SQLAlchemy understands."""
        url = self.database_url or f"sqlite:///{self.data_dir.resolve() / 'facteur.db'}"
        for plain in ("postgres://", "postgresql://"):
            if url.startswith(plain):
                return "postgresql+psycopg://" + url.removeprefix(plain)
        return url

    @cached_property
    def redis(self) -> str:
        """The Redis to ring; our own writes its address into the data folder. Empty: none yet."""
        written = self.data_dir / "redis.url"
        return self.redis_url or (written.read_text().strip() if written.exists() else "")

    @cached_property
    def secret(self) -> str:
        """The signing key, from the environment or the data folder; refuses to go on without one."""
        written = self.data_dir / "secret_key"
        key = self.secret_key or (written.read_text().strip() if written.exists() else "")
        if len(key) < SHORTEST_SECRET:
            raise BadSettings(
                f"Facteur needs a secret key of at least {SHORTEST_SECRET} characters: run ./facteur setup, "
                "which makes one in the data folder, or set FACTEUR_SECRET_KEY."
            )
        return key

    @cached_property
    def address(self) -> str:
        """Where people find the pages, without a slash at the end."""
        return (self.base_url or f"http://{self.host}:{self.port}").rstrip("/")


def load(**overrides: Any) -> Settings:
    """The settings of this process; what is wrong is said in one line."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        told = "; ".join(f"FACTEUR_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors())
        raise BadSettings(f"Facteur cannot start with these settings: {told}") from None
