"""Ringing the workers through Redis. A bell nobody hears is no loss: the sweep rings again."""

from __future__ import annotations

from functools import lru_cache

import structlog
from flask import current_app
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer

log = structlog.get_logger()
QUEUES = ("ocr", "mail", "default")
ANSWER = "app.tasks.runner.answer"
"""What a worker does when it hears one."""
RINGING_SECONDS = 2
ENOUGH = 100
"""Bells waiting to be heard in one queue, beyond which ringing again only keeps the workers from working."""


@lru_cache(maxsize=4)
def connection(url: str) -> Redis:
    """The connection to ring on; one for each process and address. It gives up at once: nobody waits for a bell."""
    seconds = RINGING_SECONDS
    return Redis.from_url(url, socket_connect_timeout=seconds, socket_timeout=seconds, retry=Retry(NoBackoff(), 0))


def queue(name: str) -> Queue:
    """The queue one worker listens to."""
    return Queue(name, connection=connection(current_app.config["SETTINGS"].redis), serializer=JSONSerializer)


def ring(name: str, *task_ids: int) -> None:
    """Tell the workers of this queue that tasks are ready; a Redis that is down is logged and no more.

    A queue that no worker listens to any more since the last deployment is the default one's.
    """
    name = name if name in QUEUES else "default"
    bells = current_app.config.get("BELLS")
    if bells is not None:  # tests record what was rung
        bells.extend((name, task_id) for task_id in task_ids)
        return
    if not current_app.config["SETTINGS"].redis:  # nobody to ring yet: the sweep will, or `run-due` does it here
        return
    rung = [Queue.prepare_data(ANSWER, (task_id,), result_ttl=0, failure_ttl=60, timeout=-1) for task_id in task_ids]
    try:
        queue(name).enqueue_many(rung)
    except (RedisError, ValueError, OSError) as error:
        log.warning("bell.unheard", queue=name, tasks=task_ids, error=type(error).__name__)


def full_queues() -> list[str]:
    """Those in which enough bells wait to be heard; none where Redis does not say."""
    if current_app.config.get("BELLS") is not None or not current_app.config["SETTINGS"].redis:
        return []
    try:
        return [name for name in QUEUES if queue(name).count >= ENOUGH]
    except (RedisError, ValueError, OSError):
        return []
