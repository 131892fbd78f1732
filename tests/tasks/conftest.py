"""An installation with real workers and a real Redis."""

from __future__ import annotations

import contextlib
import os
import signal
import sys

import pytest

from tests import nursery
from tests.live import make_live_app
from tests.settings import SECRET


@pytest.fixture
def installation(tmp_path, redis_server):
    """An application that really rings, and a way to start its workers."""
    app = make_live_app(tmp_path, redis_url=redis_server.url)
    app.config["BELLS"] = None
    app.processes = []

    def start_worker(queue: str, **environment: str) -> nursery.Forked:
        settings = {
            "FACTEUR_DATA_DIR": str(tmp_path),
            "FACTEUR_SECRET_KEY": SECRET,
            "FACTEUR_NAME_SERVERS": "none",
            "FACTEUR_REDIS_URL": redis_server.url,
        }
        settings |= {"FACTEUR_MAIL_URL": "smtp://127.0.0.1:9", "PATH": os.environ["PATH"]} | environment
        process = nursery.fork([sys.executable, "worker.py", queue], settings, tmp_path / f"{queue}.log")
        app.processes.append(process)
        return process

    app.start_worker = start_worker
    yield app
    for process in app.processes:
        kill(process)


def kill(process: nursery.Forked) -> None:
    """SIGKILL to the worker and all it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
