"""`python -m tests.bench.crowd`: the receiver's memory while 500 senders say nothing and one would never end."""

from __future__ import annotations

import re
import smtplib
import socket
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests.bench import table
from tests.installation import Installation, installed

IDLE = 500
MEGABYTE = 1_000_000
ENDLESS = 500 * MEGABYTE
PIECE = (b"x" * 76 + b"\r\n") * 1000
MOST = 20
ROW = "{:<44} {:>10} {:>10}"


def main() -> None:
    """From this machine, whose connections are not counted: all 500 are let in and stay."""
    told = {"intake_domain": "in.example"}
    with (
        tempfile.TemporaryDirectory(prefix="facteur-bench-") as folder,
        installed(Path(folder), start=("redis", "receiver"), **told) as there,
        ExitStack() as crowd,
    ):
        pid = there.running["receiver"].pid
        there.mail(there.address())
        print("memory of the receiver", flush=True)
        print(ROW.format("", "RSS MB", "peak MB"))
        begun = tell("after one mail", pid)
        for _each in range(IDLE):
            crowd.enter_context(idle(there))
        tell(f"{IDLE} idle senders wait", pid)
        code, seconds = endless(there)
        grown = max(figure(pid, "VmHWM"), figure(pid, "VmRSS")) - begun
        tell(f"{ENDLESS // MEGABYTE} MB refused with {code} in {seconds:.1f} s", pid)
        there.mail(there.address())
        tell("a normal sender got through meanwhile", pid)
    table.target(f"grown by {grown:.1f} MB, at most {MOST}, and 552", grown <= MOST and code == 552)


def idle(there: Installation) -> socket.socket:
    """Says nothing but its greeting."""
    line = socket.create_connection(("127.0.0.1", there.settings.intake_smtp_port), timeout=20)
    assert line.recv(3) == b"220"
    line.sendall(b"EHLO idle.example\r\n")
    return line


def endless(there: Installation) -> tuple[int, float]:
    """500 MB whose length nobody declared; the answer, and how long it took."""
    address = there.address()
    with smtplib.SMTP("127.0.0.1", there.settings.intake_smtp_port, timeout=120) as smtp:
        smtp.ehlo("sender.example")
        smtp.docmd("MAIL FROM:<x@f.example>")
        smtp.docmd(f"RCPT TO:<{address}>")
        assert smtp.docmd("DATA")[0] == 354
        began = time.perf_counter()
        for _each in range(ENDLESS // len(PIECE)):
            smtp.send(PIECE)
        smtp.send(b".\r\n")
        return smtp.getreply()[0], time.perf_counter() - began


def tell(what: str, pid: int) -> float:
    """Print one line; the megabytes it has now."""
    now = figure(pid, "VmRSS")
    print(ROW.format(what, f"{now:.1f}", f"{figure(pid, 'VmHWM'):.1f}"), flush=True)
    return now


def figure(pid: int, what: str) -> float:
    """Megabytes of a process."""
    found = re.search(rf"^{what}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.M)
    return int(found[1]) * 1024 / MEGABYTE if found else 0.0


if __name__ == "__main__":
    main()
