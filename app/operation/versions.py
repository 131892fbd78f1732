"""Which Facteur runs here, and on what; nothing is imported or started to find out."""

from __future__ import annotations

import platform
import tomllib
from functools import cache
from importlib import metadata

from app.config import ROOT
from app.extensions import db

LIBRARIES = ("Flask", "SQLAlchemy", "pysqlite3", "PyMuPDF", "redis", "rq", "aiosmtpd")


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
    dialect = db.engine.dialect
    name = "SQLite" if dialect.name == "sqlite" else "PostgreSQL"
    with db.engine.connect():  # the version is known after the first connection only
        return f"{name} {'.'.join(map(str, dialect.server_version_info or ()))}"
