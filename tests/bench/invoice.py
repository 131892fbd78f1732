"""A digital invoice from SMTP 250 to *ready to review*, beside reading its bare text."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path

import pymupdf

from tests import samples
from tests.bench import table
from tests.installation import Installation, installed, wait_for

TIMES = 20


def main() -> None:
    """Measure and print one table; ratios hold within one run only."""
    bare = statistics.median(seconds_of_bare_text() for _each in range(TIMES))
    with tempfile.TemporaryDirectory(prefix="facteur-bench-") as folder, installed(Path(folder)) as there:
        print(f"digital invoices by mail, one reading worker, {TIMES} times")
        recipient = there.address()
        taken = [ready_after(there, recipient, 0)]
        before = cpu_seconds(there)
        taken += [ready_after(there, recipient, number) for number in range(1, TIMES)]
        computing = (cpu_seconds(there) - before) / (TIMES - 1)
        opening, reading = (task_seconds(there, kind) for kind in ("open_message", "read_document"))
    working = [sum(both) for both in zip(opening, reading, strict=True)]
    table.head()
    table.row("page.get_text alone", [bare], bare, digits=4)
    median = table.row("SMTP 250 → ready to review", taken, bare)
    table.row("worker time, opening the mail", opening, bare)
    table.row("worker time, reading the document", reading, bare)
    work = table.row("worker time, all of it", working, bare)
    table.row("CPU time of workers and reader, after the first", [computing], bare)
    table.target("a median under 1 s", median < 1)
    table.target("worker time, all of it <= 0.15 s", work <= 0.15)


def seconds_of_bare_text() -> float:
    """What reading the text of the same file costs with nothing around it."""
    data = samples.invoice_pdf("BENCH-0")
    began = time.perf_counter()
    with pymupdf.open(stream=data) as document:
        document[0].get_text("words")
    return time.perf_counter() - began


def ready_after(there: Installation, recipient: str, number: int) -> float:
    """Seconds from a mail's 250 until its document is ready."""
    name = f"BENCH-{number}"
    there.mail(recipient, (f"{name}.pdf", samples.invoice_pdf(name), "application/pdf"))
    began = time.monotonic()
    wait_for(lambda: (name, "to_process") in there.documents(), f"{name} to be ready", every=0.01)
    return time.monotonic() - began


def cpu_seconds(there: Installation) -> float:
    """What the workers and the reader have computed so far, their children included."""
    ticks = 0
    for name in ("default", "ocr", "reader"):
        told = Path(f"/proc/{there.running[name].pid}/stat").read_text().rpartition(") ")[2].split()
        ticks += sum(map(int, told[11:15]))  # own and children's, in the program and in the kernel
    return ticks / os.sysconf("SC_CLK_TCK")


def task_seconds(there: Installation, kind: str) -> list[float]:
    """Seconds from each bell to the end of its task: Redis, RQ and whatever the worker did before it listened."""
    return [(ended - rung).total_seconds() for rung, ended in there.tasks(kind)]
