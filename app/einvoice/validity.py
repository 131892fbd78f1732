"""Whether XML keeps the schema and the rules of a profile of Factur-X."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import threading
from pathlib import Path

from app.einvoice.profiles import Profile

COMMAND = [sys.executable, "-E", "-s", "-B", "-m", "app.einvoice.rules"]
_ROOT = Path(__file__).parents[2]
PATIENCE = 60
"""Seconds an answer may take; the first one loads the rules."""


class NotChecked(Exception):
    """The process that knows the rules gave no answer: nothing is known of the XML."""


class _Asked:
    """The process that knows the rules, and whose it is: a fork starts one of its own."""

    process: subprocess.Popen | None = None
    owner = 0
    one_at_a_time = threading.Lock()


def faults(xml: bytes, profile: Profile) -> list[str]:
    """What is wrong with the XML, in the words of the schema and the rules; empty where it is valid."""
    question = json.dumps({"profile": str(profile), "xml": xml.decode()}).encode() + b"\n"
    with _Asked.one_at_a_time:
        for _try in range(2):  # it may just have ended, as nobody asked for a while
            try:
                return _answer(_running(), question)
            except (OSError, ValueError):
                end()
    raise NotChecked


def end() -> None:
    """Have the process of ours end, if there is one."""
    if _Asked.process and _Asked.owner == os.getpid():
        _Asked.process.kill()
        _Asked.process.communicate()
    _Asked.process = None


def process_id() -> int:
    """The process that knows the rules, started where there is none."""
    return _running().pid


def _running() -> subprocess.Popen:
    if _Asked.process is None or _Asked.owner != os.getpid() or _Asked.process.poll() is not None:
        _Asked.process = subprocess.Popen(
            COMMAND, cwd=_ROOT, env={}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )
        _Asked.owner = os.getpid()
    return _Asked.process


def _answer(process: subprocess.Popen, question: bytes) -> list[str]:
    process.stdin.write(question)
    process.stdin.flush()
    if not select.select([process.stdout], [], [], PATIENCE)[0]:
        raise TimeoutError
    return [str(fault) for fault in json.loads(process.stdout.readline())]
