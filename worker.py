"""A worker of one queue: `python worker.py QUEUE`, QUEUE being ocr, mail or default."""

import sys

from app import create_app
from app.config import BadSettings
from app.tasks import bell


def main(queue: str) -> None:
    """Work until told to stop; each task runs in a fork with a database connection of its own."""
    from rq import Worker
    from rq.serializers import JSONSerializer

    from app.extensions import db

    app = create_app()
    settings = app.config["SETTINGS"]
    with app.app_context():
        db.engine.dispose()
        worker = Worker(
            [bell.queue(queue)],
            connection=bell.connection(settings.redis),
            serializer=JSONSerializer,
            worker_ttl=45,
            maintenance_interval=20,
            job_monitoring_interval=5,
        )
        worker.work(logging_level="WARNING")


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in bell.QUEUES:
        sys.exit(f"usage: python worker.py {'|'.join(bell.QUEUES)}")
    try:
        main(sys.argv[1])
    except BadSettings as error:
        sys.exit(str(error))
