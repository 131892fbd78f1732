"""What the sweep and the workers would do."""

from __future__ import annotations

from sqlalchemy import select, update

from app.core import clock
from app.documents.models import Document
from app.dunning import jobs
from app.dunning.action_models import Action
from app.extensions import db
from app.outbox.models import OutgoingMail, Outlet
from app.tasks import runner
from app.tasks.jobs import commit
from app.tasks.models import State, Task


def sweep(*kinds: str) -> None:
    """Ask for what is due, then run what waits of these kinds, all of what sends where none is named."""
    jobs.ask_what_is_due()
    commit()
    db.session.execute(update(Outlet).values(try_after=None))
    db.session.execute(update(Task).where(Task.state == State.READY).values(run_after=clock.now()))
    commit()
    for kind in kinds or ("perform_action", "deliver"):
        ready = select(Task.id).where(Task.kind == kind, Task.state == State.READY)
        for task_id in db.session.scalars(ready.order_by(Task.id)).all():
            runner.run(task_id)
    db.session.expire_all()


def actions_of(document: Document) -> list[Action]:
    db.session.commit()
    return list(db.session.scalars(select(Action).filter_by(document_id=document.id).order_by(Action.id)))


def last(document: Document) -> Action:
    return actions_of(document)[-1]


def mails() -> list[OutgoingMail]:
    db.session.expire_all()
    return list(db.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)))
