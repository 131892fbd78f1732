"""A credit note is used once: in a batch, or on another document."""

from __future__ import annotations

import pytest

from app.bank import allocating
from app.bank.allocating import Share
from app.core.errors import Refused
from app.documents.models import Document, Kind
from app.extensions import db
from app.payments import batches, releasing
from app.web.access import Role
from tests.factories import make_user, reload
from tests.payments.making import make_batch, make_payable, make_payee


@pytest.fixture
def admin(app):
    return make_user(Role.ADMIN)


@pytest.fixture
def three(admin):
    """An invoice and a credit note in one transfer, and an invoice beside it."""
    party = make_payee()
    credit = make_payable(party, kind=Kind.CREDIT_NOTE, gross_minor=2000)
    return make_payable(party), credit, make_payable(party)


def _net(credit: Document, invoice: Document) -> None:
    allocating.net(credit, [Share(invoice, 2000)], by=None)


@pytest.mark.parametrize("is_made", [False, True])
def test_what_a_batch_deducts_is_not_netted_elsewhere(admin, three, is_made):
    """S94: PY-2: nor is another credit note used on what the batch pays; freed, both may be."""
    paid, credit, beside = three
    other = make_payable(paid.counterparty, kind=Kind.CREDIT_NOTE, gross_minor=2000)
    batch = make_batch(admin, paid, credit)
    if is_made:
        releasing.release(batch, by=admin)
        db.session.commit()
    for pair in ((credit, beside), (other, paid)):
        with pytest.raises(Refused, match="the batch"):
            _net(*pair)
    assert [reload(each).settled_minor for each in three] == [0, 0, 0]
    batches.cancel(batch, by=admin)
    _net(credit, beside)
    assert beside.settled_minor == 2000


def test_a_transfer_is_netted_as_its_file_has_it(admin, three):
    """S94: PY-3: the bank line of what is left settles both."""
    paid, credit, _beside = three
    releasing.release(make_batch(admin, paid, credit), by=admin)
    _net(credit, paid)
    assert (credit.open_minor, paid.open_minor) == (0, 10000)
