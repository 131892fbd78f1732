"""A worker of one queue: `python worker.py QUEUE [--own-reader]`, QUEUE being ocr, mail or default.

`--own-reader` is for a worker that runs where the installation's reader can't be reached: in a container of its own.
"""

import sys
from collections.abc import Callable
from typing import Any

from app.config import BadSettings
from app.reader import address, calling
from app.tasks import bell

MOST_TASKS = 2000
"""Then the worker ends and is started again: what a library may have kept of them is gone."""


def main(queue: str, *, own_reader: bool = False) -> None:
    """Work until told to stop, one task after the other in this process: a fork would do everything for the first time.

    Whatever could bring it down is done elsewhere, files above all; if it falls all the same it is started again.
    """
    from redis import Redis
    from rq import Queue, SimpleWorker
    from rq.job import Job
    from rq.serializers import JSONSerializer

    from app.operation import reading
    from app.operation.presence import keep_beating
    from wsgi import app

    class Bell(Job):
        """The one thing a worker does: whatever else is asked for through Redis, nobody of ours asked for it."""

        @property
        def func(self) -> Callable[..., Any]:
            if self.func_name != bell.ANSWER:
                raise PermissionError("not a bell of ours")
            return super().func

    redis = Redis.from_url(app.config["SETTINGS"].redis)
    calling.use(address.of(app.config["SETTINGS"].data_dir))
    if own_reader:
        calling.start()  # once, for all tasks to come
    keep_beating(app, queue, facts=reading.facts if queue == "ocr" else None)
    with app.app_context():
        worker = SimpleWorker(
            [Queue(queue, connection=redis, serializer=JSONSerializer)],
            connection=redis,
            serializer=JSONSerializer,
            worker_ttl=45,
            maintenance_interval=20,
            job_class=Bell,
        )
        worker.work(logging_level="WARNING", max_jobs=MOST_TASKS)


if __name__ == "__main__":
    if sys.argv[1:2] not in [[queue] for queue in bell.QUEUES] or sys.argv[2:] not in ([], ["--own-reader"]):
        sys.exit(f"usage: python worker.py {'|'.join(bell.QUEUES)} [--own-reader]")
    try:
        main(sys.argv[1], own_reader=bool(sys.argv[2:]))
    except BadSettings as error:
        sys.exit(str(error))
