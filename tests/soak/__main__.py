"""`python -m tests.soak --seed N [--kills K] [LOOP|all]`: kill loops over real processes."""

from __future__ import annotations

import argparse
import random
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from tests.soak import (
    accounting,
    allocations,
    approvals,
    dunning,
    imap,
    outbox,
    payments,
    receiver,
    replies,
    statuses,
    worker,
)
from tests.soak.told import Told

LOOPS: dict[str, Callable[..., Told]] = {
    "receiver": receiver.kill_loop,
    "replies": replies.reply_loop,
    "imap": imap.poll_loop,
    "worker": worker.kill_loop,
    "outbox": outbox.kill_loop,
    "statuses": statuses.history_loop,
    "approvals": approvals.histories,
    "allocations": allocations.history_loop,
    "payments": payments.history_loop,
    "dunning": dunning.year,
    "accounting": accounting.kill_loop,
}
HOW_OFTEN = (
    "instead of 200 (receiver, five deliveries each), 1,000 (cut replies), 200 (polls), 300 (worker),"
    " 500 (outbox, twenty mails each), 10,000 histories (statuses, approvals, allocations, payments),"
    " 5,000 customers (dunning) and 200 (accounting, in 40 runs of 50 documents more each)"
)


def main() -> int:
    """Run the loops asked for and print a table of each; 1 where a guarantee was broken."""
    asked = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is stopped
    names = list(LOOPS) if asked.loop == "all" else [asked.loop]
    print(f"seed {asked.seed}", flush=True)
    broken = 0
    for name in names:
        told = one(name, asked.seed, asked.kills)
        print(told.table(name), flush=True)
        broken += bool(told.broken)
    return 1 if broken else 0


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="./facteur soak", description="Kill Facteur again and again; compare.")
    parser.add_argument("loop", nargs="?", choices=[*LOOPS, "all"], default="all")
    parser.add_argument("--seed", type=int, default=random.randrange(2**32), help="repeats a run")
    parser.add_argument("--kills", type=int, help=HOW_OFTEN)
    return parser.parse_args()


def one(name: str, seed: int, kills: int | None) -> Told:
    """Run one loop in a folder of its own; one that stumbles has broken something too."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="facteur-soak-", ignore_cleanup_errors=True) as folder:
        try:
            told = LOOPS[name](Path(folder), seed, **({"kills": kills} if kills else {}))
        except Exception as error:
            traceback.print_exc()
            told = Told(broken=[f"the loop stumbled: {type(error).__name__}: {error}"])
    told.figures["seconds"] = round(time.monotonic() - began)
    return told


if __name__ == "__main__":
    sys.exit(main())
