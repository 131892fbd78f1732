"""The demo has an accountant: a run that was, what could not go, and what changed since."""

from __future__ import annotations

from sqlalchemy import event, func, select

from app.accounting import ledger, standing
from app.accounting.run_models import Envelope, Export, Run
from app.accounting.standing import Counts
from app.core import clock
from app.demo import accounting
from app.extensions import db
from app.outbox.models import Mark, OutgoingMail
from tests.demo.test_bank import the_firm


def test_nobody_finds_a_run_of_the_demo_that_goes_on(app):
    """OP-1: the workers are there already: one who found it open would mail the office what the demo only tells."""
    firm, admin = the_firm()
    seen = []

    def look(_session) -> None:
        seen.append([run.ended_at is None for run in db.session.scalars(select(Run))] or None)

    event.listen(db.session, "before_commit", look)
    accounting.begin(firm, by=admin)
    event.remove(db.session, "before_commit", look)

    assert len(seen) > 3 and [each for each in seen if each] == [[False]]


def test_the_demo_has_a_run_an_error_and_a_change(app, browser):
    """OP-1: AC-4: AC-5: documents were sent ten days ago, one purchase has no file, one changed since; once."""
    firm, admin = the_firm()

    accounting.begin(firm, by=admin)
    accounting.begin(firm, by=admin)

    (run,) = db.session.scalars(select(Run))
    assert run.ended_at < clock.now() and run.is_unusual is False
    assert standing.counts(admin, firm) == Counts(errors=1, doubtful=0, changed=1)
    sent = db.session.scalar(select(func.count(Export.document_id)))
    assert sent == db.session.query(OutgoingMail).filter_by(kind="accountant", mark=Mark.SENT).count() > 3
    assert db.session.query(OutgoingMail).filter(OutgoingMail.mark != Mark.SENT).count() == 0
    (changed,) = db.session.scalars(ledger.changed(firm))
    assert [label for label, _was, _now in ledger.changes(changed)] == ["Échéance"]
    text = browser(admin, firm).get("/accounting").text
    assert "P-1182" in text and "Cabinet Delorme (e-mail)" in text
    assert all(envelope.size > 1000 for envelope in db.session.scalars(select(Envelope)))
