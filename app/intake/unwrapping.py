"""The process that takes one `winmail.dat` apart and nothing else: `python -m app.intake.unwrapping FOLDER`.

It reads the file from its standard input, gives up its rights, and tells each piece as a line of JSON and its bytes.
"""

from __future__ import annotations

import codecs
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tnefparse

from app.reader.confine import confine
from app.reader.limits import Limits

LIMITS = Limits(file_seconds=10, memory_bytes=1 << 30)
MOST = 100
"""Pieces told; more than a message may have parts."""
CODE_PAGES = (*range(1250, 1259), 437, 850, 852, 855, 857, 862, 866, 874, 932, 936, 949, 950, 1361)


def main(work: Path) -> None:
    """Read, confine, tell; whatever goes wrong ends this process, and its parent says that it could not be opened."""
    data = sys.stdin.buffer.read(LIMITS.file_bytes)
    for name in (*(f"cp{number}" for number in CODE_PAGES), "koi8-r", "latin-1", "utf-16-le"):
        codecs.lookup(name)  # loaded now: later nothing can be
    confine(work, LIMITS)
    wrapped = tnefparse.TNEF(data, do_checksum=False)
    told = list(_attachments(wrapped))[:MOST] or list(_body(wrapped))
    for name, declared, content in told:
        said = {"name": name, "declared": declared, "size": len(content)}
        sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + content)
    sys.stdout.buffer.flush()


def _attachments(wrapped: Any) -> Iterator[tuple[str, str, bytes]]:
    """Its files; those of a message within it too."""
    for each in wrapped.attachments:
        if hasattr(each, "embed"):
            yield from _attachments(each.embed)
        else:
            yield _name(each), "", each.data if isinstance(each.data, bytes) else b""


def _name(each: Any) -> str:
    long = next((mapi.data for mapi in each.mapi_attrs if mapi.name_str == "MAPI_ATTACH_LONG_FILENAME"), "")
    name = long or each._name
    return (name if isinstance(name, str) else bytes(name).decode("cp1252", "replace")).strip("\0")[:300]


def _body(wrapped: Any) -> Iterator[tuple[str, str, bytes]]:
    """Its text, where it holds no file."""
    for declared, text in (("text/html", wrapped.htmlbody), ("text/plain", wrapped.body)):
        if text:
            yield "", declared, (text.encode() if isinstance(text, str) else bytes(text)).rstrip(b"\0")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
