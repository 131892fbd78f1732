"""What a person decides about a mail, while somebody else was faster."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from app.core.errors import Refused
from app.extensions import db
from app.outbox import decisions
from app.outbox.models import Mark, OutgoingMail
from tests.factories import make_user, reload
from tests.outbox.test_delivery import make_mail, sample_template  # noqa: F401


@pytest.mark.parametrize(
    ("decide", "seen", "now"),
    [
        (decisions.cancel, Mark.QUEUED, Mark.TRANSMITTING),
        (decisions.send_again, Mark.UNCERTAIN, Mark.SENT),
        (decisions.has_arrived, Mark.UNCERTAIN, Mark.QUEUED),
    ],
)
def test_a_decision_about_what_is_no_longer_so_changes_nothing(app, decide, seen, now):
    """S43: a mail that began to leave is not called cancelled, and one that left is not queued by a late click."""
    mail, person = make_mail(), make_user()
    mail.mark = seen
    db.session.commit()
    assert mail.mark is seen
    faster = update(OutgoingMail).where(OutgoingMail.id == mail.id).values(mark=now)
    db.session.execute(faster.execution_options(synchronize_session=False))

    with pytest.raises(Refused):
        decide(mail, by=person)
    db.session.commit()
    assert reload(mail).mark is now
