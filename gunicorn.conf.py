"""What gunicorn reads by itself in the folder it starts in: its log in our lines, and signs of life of the pages."""

from __future__ import annotations

from typing import Any

from gunicorn.glogging import Logger

from app.core import logs
from app.operation.presence import keep_beating

logs.configure()
accesslog = None


class logger_class(Logger):
    """Gunicorn's own events as lines of JSON; requests are told by the application, without address and query."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.handlers = [logs.FromLibraries()]

    def access(self, *_request: Any) -> None:
        pass


def post_worker_init(worker: Any) -> None:
    """Once a worker can answer."""
    keep_beating(worker.wsgi, "web")
