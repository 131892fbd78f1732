"""The dry run says what the runs will do, and writes nothing."""

from datetime import date

from app.accounting import ledger, planning
from app.accounting.kinds import Journal, State
from app.accounting.run_models import Export, Run
from app.accounting.selecting import Wait
from app.core import clock
from app.extensions import db
from app.web.access import Role
from tests.accounting.making import (
    make_connection,
    make_credit_note,
    make_purchase,
    make_sale,
    make_sharing,
    send,
    without_file,
)
from tests.factories import make_file, make_user


def test_what_is_planned_is_what_happens(app, server):
    """AC-3: documents, mails and runs, as they come true one run after the other."""
    sharing = make_sharing(connection=make_connection(per_mail=2))
    file = make_file()
    for make, count in ((make_sale, 3), (make_credit_note, 2), (make_purchase, 103)):
        for _each in range(count):
            make(sharing, file=file, counterparty=None)
    plan = planning.plan(sharing)
    assert (plan.documents, plan.mails, plan.runs) == (108, 2 + 1 + 52, 2)
    assert [share.mails for share in plan.by_journal.values()] == [2, 1, 52]

    runs = []
    while planning.plan(sharing).documents:
        runs.append(send(sharing))
    assert len(runs) == plan.runs
    assert sum(len(each.envelopes) for each in runs) == plan.mails == len(server.messages)


def test_a_dry_run_names_what_cannot_go(app, server):
    """AC-3, AC-5: without a file, too large, without an address; and what waits, by reason."""
    sharing = make_sharing(
        connection=make_connection(largest_mail=1_000_000), sales_address="", start_date=date(2026, 9, 30)
    )
    without_file(make_purchase(sharing))
    make_purchase(sharing, file=make_file(b"%PDF-1.7" + b"x" * 900_000))
    make_purchase(sharing, issue_date=date(2026, 9, 30))
    make_purchase(sharing)
    make_sale(sharing)
    plan = planning.plan(sharing)
    assert plan.problems == {"no_file": 1, "too_large": 1, "no_address": 1}
    assert plan.waiting == {Wait.START_DATE: 1}
    assert (plan.documents, plan.mails, plan.runs) == (1, 1, 1)


def test_a_dry_run_writes_nothing(app, server):
    """AC-3: also of settings that are not saved yet."""
    sharing = make_sharing(shared_since=None)
    make_purchase(sharing)
    sharing.journals = [Journal.SALES.value]
    with db.session.no_autoflush:
        assert planning.plan(sharing).documents == 0
    assert planning.plan(sharing).waiting == {Wait.NOT_SHARED: 1}
    assert db.session.query(Run).count() == 0
    assert server.messages == []


def test_a_dry_run_says_what_goes_only_when_a_person_says_so(app, browser, server):
    """AC-3, AC-4: kept back, and what nobody knows of; what lies in the trash is not told of."""
    sharing = make_sharing()
    kept, doubtful, trashed = (make_purchase(sharing) for _each in range(3))
    for each in (kept, trashed):
        ledger.keep_back(each, by=make_user(company=sharing.company))
    trashed.trashed_at = clock.now()
    export = Export(document_id=doubtful.id, company_id=sharing.company_id, state=State.UNCERTAIN)
    db.session.add(export)
    db.session.commit()

    assert planning.plan(sharing).for_a_person == {State.WITHHELD: 1, State.UNCERTAIN: 1}
    admin = make_user(Role.ADMIN, sharing.company)
    text = browser(admin, sharing.company).get(f"/settings/companies/{sharing.company_id}/accountant/plan").text
    assert "Kept back" in text and "Uncertain" in text
