"""Real workers and a real Redis, killed."""

from __future__ import annotations

import random
import subprocess
import time
from datetime import timedelta

import pytest
from redis import Redis
from sqlalchemy import func, select

from app.core import clock
from app.extensions import db
from app.outbox.models import OutgoingMail
from app.tasks import bell, sweep
from app.tasks.jobs import commit
from app.tasks.models import State, Task
from tests.live import wait_for
from tests.tasks.conftest import kill

pytestmark = pytest.mark.alone


def make_tasks(count: int) -> list[int]:
    """Deliveries while no mail waits: the shortest real job."""
    from app.outbox.delivery import deliver

    ids = [deliver.later() for _number in range(count)]
    commit()
    return ids


def done() -> int:
    """How many tasks are done; lets go of the database at once, since outside a GET even a look locks SQLite."""
    count = db.session.scalar(select(func.count()).where(Task.state == State.DONE))
    db.session.rollback()
    return count


def fence_of(task_id: int) -> int:
    """How often the task was claimed."""
    fence = db.session.scalar(select(Task.fence).filter_by(id=task_id))
    db.session.rollback()
    return fence


def all_done(count: int, seconds: float = 60) -> None:
    """Ring as the sweep does, every second instead of thirty, until all is done."""
    rung = 0.0

    def is_so() -> bool:
        nonlocal rung
        if time.monotonic() > rung + 1:
            db.session.execute(db.update(Task).values(rung_at=None))
            db.session.commit()
            sweep.ring_what_waits()
            rung = time.monotonic()
        return done() == count

    wait_for(is_so, seconds=seconds)


def test_a_worker_killed_at_its_task_loses_nothing(installation):
    """S35: as if it had not started, once its lease is over."""
    with installation.app_context():
        task_id, other = make_tasks(2)
        dying = installation.start_worker("mail", FACTEUR_DIE_AT="task.after_claim")
        wait_for(lambda: fence_of(task_id), seconds=30)
        kill(dying)
        db.session.execute(db.update(Task).values(lease_until=clock.now() - timedelta(seconds=1)))
        db.session.commit()

        installation.start_worker("mail")
        all_done(2)
        assert db.session.get_one(Task, task_id).fence == 2
        assert db.session.get_one(Task, other).state is State.DONE


def test_a_worker_does_nothing_but_tasks(installation, tmp_path):
    """R3: whoever reaches Redis can ring, and no more: nothing is run by its name."""
    harm = tmp_path / "harm"
    with installation.app_context():
        bell.queue("mail").enqueue("os.mkdir", str(harm))
        make_tasks(1)
        installation.start_worker("mail")
        all_done(1)
        wait_for(lambda: bell.queue("mail").count == 0, seconds=10)

    assert not harm.exists()


def test_redis_killed_and_emptied_delays_and_no_more(installation, redis_server):
    """S36: all work resumes; saved rows stand."""
    with installation.app_context():
        redis_server.kill()
        bell.connection.cache_clear()
        make_tasks(5)
        redis_server.start()
        Redis.from_url(redis_server.url).flushall()
        installation.start_worker("mail")
        all_done(5)


def test_a_full_redis_delays_and_no_more(installation, redis_server):
    """S36: the bell is refused, the row stands."""
    with installation.app_context():
        redis = Redis.from_url(redis_server.url)
        redis.config_set("maxmemory", "1")
        make_tasks(3)
        assert db.session.scalar(select(func.count()).where(Task.state == State.READY)) == 3
        db.session.rollback()
        redis.config_set("maxmemory", "0")
        installation.start_worker("mail")
        all_done(3)


def test_a_long_queue_is_not_drowned_in_bells(installation):
    """S110: while much waits, the sweep does not ring faster than workers can hear; once they have, it rings again."""
    with installation.app_context():
        make_tasks(250)
        bells = bell.queue("mail")
        for _sweep in range(5):
            db.session.execute(db.update(Task).values(rung_at=None, run_after=clock.now() - timedelta(minutes=1)))
            db.session.commit()
            sweep.ring_what_waits()
        assert bells.count == 250
        bells.empty()
        assert sweep.ring_what_waits() == 200


def test_workers_under_a_kill_loop_end_every_task_once(installation):
    """S35: killed again and again, each task reaches its end."""
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    dice = random.Random(seed)
    with installation.app_context():
        make_tasks(30)
        for _round in range(5):
            worker = installation.start_worker("mail")
            sweep.ring_what_waits()
            with_pause = dice.uniform(0.8, 2.0)
            try:
                worker.wait(with_pause)
            except subprocess.TimeoutExpired:
                kill(worker)
            db.session.execute(db.update(Task).values(lease_until=clock.now() - timedelta(seconds=1), rung_at=None))
            db.session.commit()
        installation.start_worker("mail")
        all_done(30)
        assert db.session.scalar(select(func.count(OutgoingMail.id))) == 0
        assert db.session.scalar(select(func.max(Task.attempts))) <= 6
