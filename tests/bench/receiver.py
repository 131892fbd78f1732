"""`python -m tests.bench.receiver`: mails taken in a second, beside an aiosmtpd that throws them away."""

from __future__ import annotations

import asyncio
import base64
import multiprocessing
import socket
import statistics
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import Random

from aiosmtpd.smtp import SMTP

from tests.installation import installed, wait_for
from tests.live import free_port

ROUNDS = 5
PROCESSES, CONNECTIONS = 2, 4
"""Senders, and the connections of each."""
MAILS = 25
"""Of each connection in a round."""
SIZE = 100_000
TARGET, STRETCH = 0.4, 0.6
NUMBER = b"0000000000000000"
FRESH = multiprocessing.get_context("spawn")
ROW = "{:<34} {:>10} {:>10} {:>10}"


def main() -> None:
    """Both in turn, in one run; a ratio holds within one run only."""
    with (
        tempfile.TemporaryDirectory(prefix="facteur-bench-") as folder,
        _sink() as sink,
        installed(Path(folder), start=("redis", "receiver")) as there,
        FRESH.Pool(PROCESSES) as senders,
    ):
        bare, ours = (sink, "x@in.example"), (there.settings.intake_smtp_port, there.address())
        for warming in (bare, ours):
            _round(senders, *warming)
        rounds = [(_round(senders, *bare), _round(senders, *ours)) for _each in range(ROUNDS)]
    count = PROCESSES * CONNECTIONS
    print(
        f"{SIZE // 1000} kB mails, {count} connections at once, {ROUNDS} rounds of {count * MAILS}, SQLite, real fsync"
    )
    print(ROW.format("", "mails/s", "p50 ms", "p95 ms"))
    for name, side in zip(("aiosmtpd, thrown away", "receiver"), zip(*rounds, strict=True), strict=True):
        _tell(name, side)
    ratio = statistics.median(ours[0] / bare[0] for bare, ours in rounds)
    print(f"ratio {ratio:.2f}, target {TARGET}: {_met(ratio, TARGET)}, stretch {STRETCH}: {_met(ratio, STRETCH)}")


def _met(ratio: float, target: float) -> str:
    return "met" if ratio >= target else "MISSED"


def _tell(name: str, rounds: tuple[tuple[float, list[float]], ...]) -> None:
    """Print one line; milliseconds are from the final dot to the 250."""
    speed = statistics.median(speed for speed, _waits in rounds)
    waits = statistics.quantiles([wait for _speed, waits in rounds for wait in waits], n=20)
    print(ROW.format(name, f"{speed:.0f}", f"{waits[9] * 1000:.1f}", f"{waits[18] * 1000:.1f}"))


def _round(senders, port: int, recipient: str) -> tuple[float, list[float]]:
    """Mails per second, and how long each waited for its 250."""
    began = time.perf_counter()
    waits = [wait for some in senders.map(partial(_send, port, recipient), range(PROCESSES)) for wait in some]
    return len(waits) / (time.perf_counter() - began), waits


def _send(port: int, recipient: str, _number: int) -> list[float]:
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        connections = [threads.submit(_connection, port, recipient) for _each in range(CONNECTIONS)]
        return [wait for connection in connections for wait in connection.result()]


def _connection(port: int, recipient: str) -> list[float]:
    """Send mails one after the other, each of other bytes; how long each waited."""
    raw = _mail()
    with socket.create_connection(("127.0.0.1", port)) as line, line.makefile("rb") as answers:
        _heard(answers, b"220")
        _say(line, answers, b"EHLO sender.example", b"250")
        waits = [_deliver(line, answers, recipient.encode(), raw) for _each in range(MAILS)]
        _say(line, answers, b"QUIT", b"221")
    return waits


def _mail() -> bytes:
    """As it goes over the wire: a PDF in base64; `NUMBER` stands for what differs from mail to mail."""
    head = b"From: compta@lumen.example\r\nSubject: Facture " + NUMBER + b"\r\nMIME-Version: 1.0\r\n"
    head += b"Content-Type: application/pdf; name=facture.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    body = base64.encodebytes(Random(1).randbytes(SIZE)).replace(b"\n", b"\r\n")
    return head + body[: body.index(b"\r\n", SIZE - len(head) - 80) + 2]


def _deliver(line: socket.socket, answers, recipient: bytes, raw: bytes) -> float:
    _say(line, answers, b"MAIL FROM:<compta@lumen.example>", b"250")
    _say(line, answers, b"RCPT TO:<" + recipient + b">", b"250")
    _say(line, answers, b"DATA", b"354")
    line.sendall(raw.replace(NUMBER, b"%016x" % time.time_ns(), 1))
    began = time.perf_counter()
    _say(line, answers, b".", b"250")
    return time.perf_counter() - began


def _say(line: socket.socket, answers, command: bytes, code: bytes) -> None:
    line.sendall(command + b"\r\n")
    _heard(answers, code)


def _heard(answers, code: bytes) -> None:
    while (answer := answers.readline())[3:4] == b"-":
        pass
    assert answer.startswith(code), answer


@contextmanager
def _sink() -> Iterator[int]:
    """An aiosmtpd in a process of its own; its port."""
    port = free_port()
    process = FRESH.Process(target=_take_all, args=(port,))
    process.start()
    wait_for(lambda: _listens(port), "the sink")
    try:
        yield port
    finally:
        process.kill()
        process.join()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _take_all(port: int) -> None:
    async def serve() -> None:
        make = lambda: SMTP(Nobody(), loop=asyncio.get_running_loop())  # noqa: E731
        server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", port)
        await server.serve_forever()

    asyncio.run(serve())


class Nobody:
    """Takes everything and keeps nothing."""

    async def handle_DATA(self, _server, _session, _envelope) -> str:
        return "250 OK"


if __name__ == "__main__":
    main()
