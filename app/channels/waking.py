"""Messages that nobody works on: those that wait are asked for, those whose worker never came back are shown."""

from __future__ import annotations

from sqlalchemy import select

from app.channels import calling, handing
from app.channels.models import GatewayKind, GatewayMessage
from app.core import clock
from app.core.database import looking
from app.extensions import db
from app.outbox import outlets
from app.outbox.models import Mark
from app.outbox.waking import STUCK_AFTER
from app.tasks.models import State, Task

AT_ONCE = 100


def wake_messages() -> int:
    """Ask for messages that wait though their gateway is set and open, such as after it was; how many."""
    ways = [each for each in GatewayKind if calling.address_of(each) and outlets.is_open(each.value)]
    if not ways:
        return 0
    waiting = select(GatewayMessage.id).where(GatewayMessage.mark == Mark.QUEUED, GatewayMessage.carries.in_(ways))
    waiting = waiting.where(GatewayMessage.due(clock.now())).order_by(GatewayMessage.id).limit(AT_ONCE)
    with looking(db.session()):
        found = list(db.session.scalars(waiting))
    messages = [db.session.get_one(GatewayMessage, message_id) for message_id in found]
    for message in messages:
        handing.hand_to_gateway.again(message.id, key=handing.task_key(message))
    return len(messages)


def end_stuck_messages() -> int:
    """Put messages that were given up half-way before a person; how many."""
    with looking(db.session()):
        stuck = _stuck()
    for message_id in stuck:
        handing.give_up(db.session.get_one(GatewayMessage, message_id))
    return len(stuck)


def _stuck() -> list[int]:
    """Half-way for long, and no task will go on with them."""
    half_way = GatewayMessage.mark.in_([Mark.CLAIMED, Mark.TRANSMITTING])
    old = select(GatewayMessage.id).where(half_way, GatewayMessage.marked_at < clock.now() - STUCK_AFTER)
    messages = set(db.session.scalars(old))
    if not messages:
        return []
    mine = (Task.kind == handing.hand_to_gateway.name, Task.state.in_([State.READY, State.RUNNING]))
    return sorted(messages - {ids[0] for ids in db.session.scalars(select(Task.ids).where(*mine))})
