"""What Outlook wraps into `winmail.dat`, taken apart by a process of its own (SAFETY S32).

The library is Python, but what it reads can keep it busy for ever: a process can be ended, a loop cannot.
"""

from __future__ import annotations

import json
import subprocess  # nosec B404
import sys
import tempfile

from app.config import ROOT
from app.intake.archives import Entry, Room, Unopenable

SECONDS = 10
_COMMAND = (sys.executable, "-m", "app.intake.unwrapping")


def entries(data: bytes, room: Room) -> tuple[list[Entry], int]:
    """Its files, or its text where it holds none; raises `Unopenable`."""
    # It tells into a file, not a pipe: a process may only write files so large.
    with tempfile.TemporaryDirectory(prefix="facteur-unwrapping-") as work, tempfile.TemporaryFile() as told:
        try:
            subprocess.run(  # nosec B603
                [*_COMMAND, work],
                input=data,
                stdout=told,
                stderr=subprocess.DEVNULL,
                cwd=ROOT,
                env={},
                timeout=SECONDS,
                check=True,
            )
            told.seek(0)
            return _told(told.read(), room), 0
        except (subprocess.SubprocessError, OSError, ValueError, KeyError, TypeError) as error:
            raise Unopenable("winmail_broken") from error


def _told(said: bytes, room: Room) -> list[Entry]:
    """The pieces the process told; it may have been taken over by what it read, so only names and bytes are taken."""
    found, at = [], 0
    while at < len(said):
        end = said.index(b"\n", at) + 1
        about = json.loads(said[at:end])
        at = end + abs(int(about["size"]))
        room.left -= at - end
        if at > len(said) or room.left < 0:
            raise ValueError("more than fits")
        declared = str(about["declared"])[:100]
        found.append(Entry(str(about["name"])[:300], said[end:at], declared, is_body=bool(declared)))
    if not found:
        raise ValueError("nothing in it")
    return found
