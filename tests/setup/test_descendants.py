"""What becomes of the processes of a process that is killed."""

from __future__ import annotations

import subprocess
import sys

from app.config import ROOT

CODE = """
import os, subprocess, sys, time
from deploy import descendants
descendants.adopt_orphans()
if not (child := os.fork()):
    if not os.fork():
        time.sleep(0.2)
    os._exit(0)
os.waitpid(child, 0)
while not (dead := descendants.let_go(set())):
    time.sleep(0.05)
assert descendants.own_children() == sorted(dead), "seen once, it may still be waited for"
descendants.let_go(dead)
assert descendants.own_children() == []
"""


def test_an_orphan_that_ended_does_not_stay_among_the_processes():
    """OP-1: each death of the application would leave eight entries until the next restart."""
    done = subprocess.run(
        [sys.executable, "-c", CODE], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")
