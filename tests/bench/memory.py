"""What a running installation needs of memory: the share of every process, what several use counted once (PSS)."""

from __future__ import annotations

import os
import re
import signal
import smtplib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from app.config import ROOT
from app.reader import descent
from tests import samples
from tests.bench import table
from tests.installation import wait_for
from tests.live import free_port

ROW = "{:<44} {:>10} {:>10}"
MIB = 1024
MOST, STRETCH = 450, 220
REST_SECONDS = 8
INVOICES = 5


@dataclass
class Running:
    """`python -m deploy run`, as a person starts it, and what it says."""

    process: subprocess.Popen[bytes]
    told: Path
    mail_port: int


def main() -> None:
    """Measure at rest after the start, and again after some work."""
    with tempfile.TemporaryDirectory(prefix="facteur-bench-") as folder, running(Path(folder)) as there:
        time.sleep(REST_SECONDS)
        print("memory of a whole installation at rest")
        print(ROW.format("", "PSS MiB", "RSS MiB"))
        total = tell(there.process.pid)
        work(there)
        time.sleep(REST_SECONDS)
        after = sum(measured(there.process.pid, "Pss").values())
        print(ROW.format(f"all, after {INVOICES} invoices", f"{after:.0f}", ""))
    table.target(f"all at rest <= {MOST} MiB", total <= MOST)
    table.target(f"stretch: all at rest <= {STRETCH} MiB", total <= STRETCH)


def tell(root: int) -> float:
    """One line a process, the largest first, and all of them."""
    shares, whole = measured(root, "Pss"), measured(root, "Rss")
    for pid, share in sorted(shares.items(), key=lambda each: -each[1]):
        print(ROW.format(name_of(pid), f"{share:.1f}", f"{whole[pid]:.1f}"))
    total = sum(shares.values())
    print(ROW.format(f"all of {len(shares)} processes", f"{total:.0f}", ""))
    return total


def measured(root: int, what: str) -> dict[int, float]:
    """The MiB of this process and of all that descend from it."""
    return {pid: figure(pid, what) for pid in (root, *below(root))}


def figure(pid: int, what: str) -> float:
    found = re.search(rf"^{what}:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M)
    return int(found[1]) / MIB if found else 0.0


def below(pid: int) -> list[int]:
    """All that descends from a process."""
    return [each for child in descent.children(pid) for each in (child, *below(child))]


def name_of(pid: int) -> str:
    """What it calls itself, or else its command without what all have in common."""
    name = Path(f"/proc/{pid}/comm").read_text().strip()
    words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    plain = [Path(word).name for word in words if word not in {"-m", "-E", "-s", "-B", "--app", ""}]
    return f"{pid} {name if name.startswith('facteur-') else ' '.join(plain[1:] or plain)}"[:44]


@contextmanager
def running(folder: Path) -> Iterator[Running]:
    """An installation in `folder`, up; stopped with the block."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("FACTEUR_")}
    port, mail_port = free_port(), free_port()
    told = {"DATA_DIR": folder / "data", "PORT": port, "INTAKE_SMTP_PORT": mail_port, "INTAKE_DOMAIN": "in.example"}
    out = folder / "told.txt"
    with out.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy", "run"],
            cwd=ROOT,
            env=plain | {f"FACTEUR_{name}": str(value) for name, value in told.items()},
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
        )
    try:
        wait_for(lambda: "Stop with Ctrl-C" in out.read_text(), "the installation", seconds=120)
        yield Running(process, out, mail_port)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def work(there: Running) -> None:
    """Mail in some invoices, one after the other."""
    recipient = re.search(r"purchases: (\S+)", there.told.read_text())[1]
    for number in range(INVOICES):
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = "compta@lumen.example", recipient, "Votre facture"
        message.set_content("Bonjour,\n")
        data = samples.invoice_pdf(f"MEMORY-{number}")
        message.add_attachment(data, maintype="application", subtype="pdf", filename="facture.pdf")
        with smtplib.SMTP("127.0.0.1", there.mail_port, timeout=30) as smtp:
            smtp.send_message(message)
