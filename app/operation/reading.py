"""What the machine of the reading worker offers: Tesseract with its languages, and the reader's protections."""

from __future__ import annotations

import subprocess
from typing import Any

import structlog

from app.reader import cage

log = structlog.get_logger()
ANSWER_SECONDS = 20


def facts() -> dict[str, Any]:
    """All of it, found out here; the worker tells it with its signs of life."""
    return {"protections": protections(), "tesseract": tesseract(), "languages": languages()}


def protections() -> dict[str, bool]:
    """Which protections of the reader hold on this machine; none where it cannot even be started."""
    try:
        return cage.protections()
    except Exception:
        log.exception("protections.unknown")
        return {}


def tesseract() -> str:
    """The version of Tesseract, such as `5.3.0`; empty where there is none."""
    first = _said("--version").partition("\n")[0]
    return first.removeprefix("tesseract ").strip()


def languages() -> list[str]:
    """The languages it can read, such as `fra`."""
    return sorted(_said("--list-langs").splitlines()[1:])


def _said(option: str) -> str:
    try:
        asked = subprocess.run(
            ["tesseract", option], capture_output=True, text=True, timeout=ANSWER_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return asked.stdout or asked.stderr
