"""What nobody told an action is told once more."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.core import clock
from app.dunning import retelling
from app.dunning.action_models import ActionState
from app.extensions import db
from app.outbox.models import Mark
from tests.dunning.returns import make_sent


@pytest.mark.parametrize("mark", [Mark.SENT, Mark.REFUSED, Mark.UNCERTAIN])
def test_an_action_does_not_leave_for_ever(app, mark):
    """S52: R6: its mail has ended, and what follows failed then: the sweep tells it, and only once."""
    action = make_sent()
    action.state, action.mail.mark = ActionState.LEAVING, mark
    action.mail.marked_at = clock.now() - timedelta(minutes=5)
    db.session.commit()

    assert (retelling.tell_again(), retelling.tell_again()) == (1, 0)
    ended = ActionState.DONE if mark is Mark.SENT else ActionState.TO_DO
    assert action.state is ended


def test_what_ended_a_moment_ago_is_left_to_its_sender(app):
    """R6: the end of a mail and what follows are one transaction, which may not be over yet."""
    action = make_sent()
    action.state, action.mail.mark, action.mail.marked_at = ActionState.LEAVING, Mark.SENT, clock.now()
    db.session.commit()

    assert (retelling.tell_again(), action.state) == (0, ActionState.LEAVING)
