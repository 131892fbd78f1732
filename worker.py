"""A worker of one queue: `python worker.py QUEUE [--own-reader]`, QUEUE being ocr, mail or default.

`--own-reader` is for a worker that runs where the installation's reader can't be reached: in a container of its own.
"""

import ctypes
import os
import signal
import sys
import threading
from typing import Any

from redis import Redis
from rq import Queue, Worker
from rq.serializers import JSONSerializer

from app import create_app
from app.config import BadSettings
from app.extensions import db
from app.tasks import bell

PR_SET_PDEATHSIG = 1
GRACE_SECONDS = 6
"""What a task may still take when we are told to stop; four seconds later the supervisor kills."""


class PatientWorker(Worker):
    """Told to stop, it lets a task end that soon will; any other is broken off and given back."""

    def handle_warm_shutdown_request(self) -> None:
        timer = threading.Timer(GRACE_SECONDS, self._break_off)
        timer.daemon = True
        timer.start()

    def _break_off(self) -> None:
        if self.horse_pid:
            self.kill_horse(signal.SIGTERM)


def main(queue: str, *, own_reader: bool = False) -> None:
    """Work until told to stop; each task runs in a fork with a database connection of its own."""
    app = create_app()
    redis = Redis.from_url(app.config["SETTINGS"].redis)
    os.register_at_fork(after_in_child=_die_with_parent)
    calling.use(address.of(app.config["SETTINGS"].data_dir))
    if own_reader:
        calling.start()  # once, for all tasks to come
    with app.app_context():
        db.engine.dispose()
        worker = PatientWorker(
            [Queue(queue, connection=redis, serializer=JSONSerializer)],
            connection=redis,
            serializer=JSONSerializer,
            worker_ttl=45,
            maintenance_interval=20,
            job_monitoring_interval=5,
        )
        _leave_signs_of_life(worker, queue)
        worker.work(logging_level="WARNING")


def _leave_signs_of_life(worker: Any, queue: str) -> None:
    """Whenever the worker tells Redis that it lives, tell the database too.

    In its own thread of work and without a connection left behind, since each task is a fork of this process.
    """
    from app.operation import reading
    from app.operation.presence import Presence

    presence, to_redis = Presence(queue, reading.facts() if queue == "ocr" else {}), worker.heartbeat

    def heartbeat(*args: Any, **kwargs: Any) -> None:
        to_redis(*args, **kwargs)
        if presence.beat_if_due():
            db.engine.dispose()

    worker.heartbeat = heartbeat
    presence.beat()
    db.engine.dispose()


def _die_with_parent() -> None:
    """A task whose worker was killed must not go on beside the one that takes it over."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    if sys.argv[1:2] not in [[queue] for queue in bell.QUEUES] or sys.argv[2:] not in ([], ["--own-reader"]):
        sys.exit(f"usage: python worker.py {'|'.join(bell.QUEUES)} [--own-reader]")
    try:
        main(sys.argv[1], own_reader=bool(sys.argv[2:]))
    except BadSettings as error:
        sys.exit(str(error))
