"""Figures are the same on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from app.analytics import counterparty, showing
from app.analytics.scope import Scope
from app.audit import trail
from app.core import clock
from app.documents import period
from app.documents.models import Direction, Kind
from app.extensions import db
from app.treasury import showing as treasury
from app.web.access import Role
from tests.factories import make_counterparty, make_document, make_user, the_company
from tests.treasury.making import make_account, make_line, paid_by_bank

pytestmark = pytest.mark.alone
EXPECTED = {
    "outstanding": [[14000, 15000, 3], [12000, 0, 1]],
    "ageing": [[0, 12000], [15000, 0], [0, 0], [0, 0], [0, 0], [-1000, 0]],
    "categories": [[10000, 1]],
    "suppliers": [[10000, 1]],
}


def test_figures_are_the_same_on_both_databases(live_app: Flask):
    """TS-1: TS-2: CP-2: each figure, the forecast and a counterparty's page, with a statement both understand."""
    with live_app.app_context(), live_app.test_request_context():
        company, user, today = the_company(), make_user(Role.ADMIN), clock.today()
        customer, sale = make_counterparty("Client"), {"direction": Direction.SALE, "validated_at": clock.now()}
        sale |= {"counterparty": customer, "issue_date": today - timedelta(30)}
        paid = make_document(**sale, due_date=today - timedelta(20))
        paid_by_bank(paid, make_line(make_account(), 9000), 9000, today - timedelta(11))
        trail.record(paid, by=None, act="moved", changes={"status": ["to_match", "validated"]})
        make_document(**sale, due_date=today - timedelta(5), gross_minor=12000)
        make_document(**sale | {"kind": Kind.CREDIT_NOTE}, due_date=None, gross_minor=1000)
        make_document(validated_at=clock.now(), due_date=today, counterparty=make_counterparty("Durand"))
        paid.due_date = today - timedelta(5)
        db.session.commit()

        scope = Scope(user, company, "EUR", period.of("all", today))
        found = {name: make(scope) for name, make in showing.FIGURES.items()}
        for name, lines in EXPECTED.items():
            assert [line.values for line in found[name].lines] == lines, name
        assert [str(value) for value in found["late-payers"].lines[0].values] == ["15000", "5", "-6.0"]
        assert found["stays"].lines and found["dso"].lines
        assert treasury.front_page(user, company, {})["forecast"].late.count == 3
        (position,) = counterparty.of(user, customer)
        assert position.whole.due_minor == 14000
