"""What becomes due by itself."""

from __future__ import annotations

from sqlalchemy import Select, String, cast, exists, literal, select, update

from app.core import clock
from app.core.database import insert_unless_there, looking
from app.dunning import performing
from app.dunning.action_models import Action, ActionState
from app.extensions import db
from app.tasks.jobs import job, short_transaction
from app.tasks.models import State, Task
from app.users.models import Company

KEY = "perform:"
AT_ONCE = 2000


@job("default")
def perform_action(action_id: int) -> None:
    """Let one action leave that has come due."""
    action = db.session.get(Action, action_id)
    if action:
        performing.perform_due(action)


def ask_what_is_due() -> int:
    """Ask for what is due and not done, however long ago; how many. Nothing while a company's master switch is off."""
    return sum(iter(_ask_for_some, 0))


def _ask_for_some() -> int:
    """A portion, in a transaction of its own: nobody waits long for the database."""
    with looking(db.session()):
        due = list(db.session.scalars(_due().limit(AT_ONCE)))
    if not due:
        return 0
    with short_transaction():
        ask(due)
        _ask_again([f"{KEY}{action_id}" for action_id in due])
    return len(due)


def ask(action_ids: list[int]) -> None:
    """A task for each of these, where there is none yet: one statement, however many."""
    task = {"kind": perform_action.name, "queue": perform_action.queue, "state": State.READY, "run_after": clock.now()}
    rows = [task | {"key": f"{KEY}{action_id}", "ids": [action_id]} for action_id in action_ids]
    if rows:
        db.session.execute(insert_unless_there(db.session(), Task), rows)


def _due() -> Select[tuple[int]]:
    """Those that no task works on yet."""
    asked = exists().where(Task.key == literal(KEY).concat(cast(Action.id, String)), Task.state != State.DONE)
    waits = (Action.state == ActionState.WAITING, Action.due_at <= clock.now(), ~asked)
    query = select(Action.id).join(Company, Company.id == Action.company_id)
    return query.where(*waits, Company.sends_automatically).order_by(Action.due_at, Action.id)


def _ask_again(keys: list[str]) -> None:
    """Those that were put off, or switched off, when their task ran."""
    values = {"state": State.READY, "attempts": 0, "run_after": clock.now(), "rung_at": None, "finished_at": None}
    ended = update(Task).where(Task.key.in_(keys), Task.state == State.DONE).values(**values)
    db.session.execute(ended.execution_options(synchronize_session=False))
