"""The bank books a batch as one sum: its line proposes all documents of it, and settles them by one click."""

from __future__ import annotations

import re

from app.documents.models import Kind, Status
from app.extensions import db
from app.payments import releasing
from app.payments.models import BatchState
from app.web.access import Role
from tests.bank.lines import make_line, make_statement
from tests.factories import make_user, reload, the_company
from tests.payments.making import OTHER, make_batch, make_payable, make_payee, soon


def test_a_batch_booked_as_one_sum_is_proposed_and_executed(app, browser):
    """PY-3: BK-2: all its documents, a credit note taken off, whoever they are of; then the batch is done."""
    admin = make_user(Role.ADMIN)
    party = make_payee()
    documents = [make_payable(make_payee("Encre", None, OTHER), gross_minor=5050), make_payable(party)]
    documents.append(make_payable(party, kind=Kind.CREDIT_NOTE, gross_minor=2000))
    batch = make_batch(admin, *documents)
    releasing.release(batch, by=admin)
    db.session.commit()
    statement = make_statement(the_company())
    statement.account_id = batch.account_id
    line = make_line(-15050, the_company(), statement=statement, date=soon(), label="VIR SEPA EMIS 3 OPERATIONS")
    client, address = browser(admin), f"/bank/lines/{line.id}"

    page = client.get(address).text
    assert "3 documents paid by one order" in page
    form = re.search(r'action="([^"]*/matches)".*?</form>', page, re.DOTALL)
    ids = re.findall(r'name="ids" value="(\d+)"', form[0])
    client.post(form[1], data={"proposed": "yes", "ids": ids})

    assert [reload(each).status for each in documents] == [Status.VALIDATED] * 3
    assert reload(batch).state is BatchState.EXECUTED and reload(line).open_minor == 0


def test_of_a_batch_somebody_may_not_see_nothing_is_proposed(app, browser):
    """US-2: S72: neither its documents nor that there is one."""
    company = the_company()
    company.restrict_non_admins = True
    admin, member, party = make_user(Role.ADMIN), make_user(), make_payee()
    batch = make_batch(admin, make_payable(party, number="F-SECRET"), make_payable(party))
    releasing.release(batch, by=admin)
    db.session.commit()
    statement = make_statement(company)
    statement.account_id = batch.account_id
    seen = make_payee("Encre", None, OTHER)
    seen.assigned_users = [member]
    line = make_line(-24000, company, statement=statement, date=soon(), counterparty_id=seen.id)

    page = browser(member).get(f"/bank/lines/{line.id}").text

    assert "F-SECRET" not in page and "one order" not in page
