"""Which Facteur runs here, and on what; nothing is imported or started to find out."""

from __future__ import annotations

import platform
import tomllib
from functools import cache
from importlib import metadata

from flask import current_app
from redis import RedisError

from app.config import ROOT
from app.extensions import db
from app.tasks import bell


@cache
def facteur() -> str:
    """The version of this checkout."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)["project"]["version"]


def python() -> str:
    """The Python this process runs on."""
    return platform.python_version()


def library(name: str) -> str:
    """The installed version of a library, read from its metadata; empty where it is not there."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def database() -> str:
    """The database's name and version, such as `SQLite 3.53.4`."""
    dialect = db.session.connection().dialect  # knows the version once it is connected
    name = "SQLite" if dialect.name == "sqlite" else "PostgreSQL"
    return f"{name} {'.'.join(map(str, dialect.server_version_info or ()))}"


def redis() -> str:
    """Redis' version; empty where it does not answer."""
    url = current_app.config["SETTINGS"].redis
    try:
        return bell.connection(url).info("server")["redis_version"] if url else ""
    except (RedisError, OSError):
        return ""
