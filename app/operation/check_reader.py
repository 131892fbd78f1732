"""The doctor looks at the reader: what protects us from the files it opens, and what it can read (SAFETY R12)."""

from __future__ import annotations

import os
from collections.abc import Iterator

from sqlalchemy import select

from app.extensions import db
from app.operation import reading
from app.operation.finding import Finding, broken, ok, warning
from app.users.models import Company

MEANING = {
    "limits": "memory, time and size are limited",
    "no_network": "no network",
    "other_user": "another user",
    "no_new_rights": "no new rights",
    "files_hidden": "no other files",
}
MENDS = {
    "no_network": "Allow user namespaces (sysctl user.max_user_namespaces, or seccomp=unconfined in a container).",
    "other_user": "Start the worker as root, or leave it: the other protections hold.",
    "files_hidden": "Take a kernel with Landlock (5.13 or newer, lsm=landlock).",
}


def check_reader() -> Iterator[Finding]:
    """Which protections hold on this machine?"""
    held = reading.protections()
    if not held:
        yield broken("reader", "cannot be started", "Run ./facteur setup, and see the log of the reading worker.")
        return
    expected = {name for name in MEANING if name != "other_user" or os.geteuid() == 0}
    missing = [name for name in MEANING if name in expected and not held.get(name)]
    said = "; ".join(MEANING[name] for name in MEANING if held.get(name))
    if missing:
        do = " ".join(MENDS.get(name, "Take a newer kernel.") for name in missing)
        yield warning("reader", f"holds: {said or 'nothing'}; not: {', '.join(missing)}", do)
    else:
        yield ok("reader", said)


def check_tesseract() -> Iterator[Finding]:
    """Can it read scanned pages, in the languages of the companies?"""
    version, has = reading.tesseract(), set(reading.languages())
    if not version:
        do = "Install it (apt-get install tesseract-ocr tesseract-ocr-fra); until then scans are completed by hand."
        yield broken("tesseract", "is not there", do)
        return
    wanted = {"fra", "eng"}
    for told in db.session.scalars(select(Company.ocr_languages).distinct()):
        wanted |= set(told.split("+")) - {""}
    missing = sorted(wanted - has)
    if missing:
        do = f"Install them: apt-get install {' '.join(f'tesseract-ocr-{name}' for name in missing)}"
        yield broken("tesseract", f"{version}, without the languages {', '.join(missing)}", do)
    else:
        yield ok("tesseract", f"{version} with {', '.join(sorted(has - {'osd'}))}")
