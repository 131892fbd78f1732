"""Facteur dies between any two durable steps of handing a message over: sent once in the end, or uncertain."""

from __future__ import annotations

import os
import signal

import pytest

from app.channels.handing import hand_to_gateway
from app.channels.models import GatewayMessage
from app.core.faultpoint import DIE_AT
from app.extensions import db
from app.outbox.models import Mark
from tests.channels.making import make_message
from tests.soak.outbox import FORK
from tests.soak.told import be_quiet

pytestmark = pytest.mark.alone
POINTS = ["gateway.claimed", "gateway.transmitting", "gateway.transmitted", "gateway.before_settle"]


def work(app, message_id: int, die_at: str) -> None:
    """A process that hands the message over, and dies in the middle."""
    be_quiet()
    os.environ[DIE_AT] = die_at
    db.engine.dispose(close=False)
    db.session.remove()
    hand_to_gateway(message_id)


@pytest.mark.parametrize("point", POINTS)
def test_a_message_whose_sender_dies_is_never_sent_twice(live_app, gateway, point):
    """S42: S43: before the request it is sent later, once; from then on nobody can know."""
    live_app.config["SETTINGS"].__dict__["sms_url"] = gateway.url
    with live_app.app_context():
        message_id = make_message().id
        db.session.commit()
        process = FORK.Process(target=work, args=(live_app, message_id, point), daemon=True)
        process.start()
        process.join(60)
        assert process.exitcode == -signal.SIGKILL

        for _each in range(2):
            hand_to_gateway(message_id)
            db.session.commit()
        mark = db.session.get_one(GatewayMessage, message_id, populate_existing=True).mark
        expected = {"gateway.claimed": (Mark.SENT, 1), "gateway.transmitting": (Mark.UNCERTAIN, 0)}
        assert (mark, len(gateway.taken)) == expected.get(point, (Mark.UNCERTAIN, 1))
