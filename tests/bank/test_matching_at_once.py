"""Two people at the same moment: on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.bank import allocating, finding, ignoring, suggesting, undoing, withdrawing
from app.bank.allocating import Share
from app.bank.models import BankImport, BankTransaction, ImportStage, Match
from app.core.errors import Refused
from app.counterparties.models import Counterparty
from app.documents.models import Document
from app.extensions import db
from app.files import store
from tests.bank.lines import make_line, make_open
from tests.documents.test_at_once import at_once, get
from tests.factories import make_company, make_counterparty, make_user

pytestmark = pytest.mark.alone


def test_of_two_who_match_at_once_one_counts(live_app):
    """BK-2: S94: the same line with two documents, one document with two lines, and one act undone twice."""  # S37 S59
    with live_app.app_context():
        company = make_company()
        lines = [make_line(-12000, company).id for _each in range(3)]
        documents = [make_open(company=company).id for _each in range(3)]
        invoice, credit = _sale(company), _sale(company, credit=True)

    def allocate(line_id: int, document_id: int) -> None:
        allocating.allocate(get(BankTransaction, line_id), [Share(get(Document, document_id), 12000)], by=None)

    waiting = documents[:2]
    assert at_once(live_app, lambda: allocate(lines[0], waiting.pop())) == ["Refused", "done"]
    others = lines[1:]
    assert at_once(live_app, lambda: allocate(others.pop(), documents[2])) == ["Refused", "done"]
    use = lambda: allocating.net(get(Document, credit), [Share(get(Document, invoice), 12000)], by=None)  # noqa: E731
    assert at_once(live_app, use) == ["Refused", "done"]
    with live_app.app_context():
        act = db.session.scalar(select(Match.act_id).where(Match.transaction_id == lines[0]))
        _agree()
    assert at_once(live_app, lambda: undoing.undo(act, by=None)) == ["Refused", "done"]
    ways = [
        lambda: allocate(lines[0], documents[0]),
        lambda: ignoring.ignore(get(BankTransaction, lines[0]), "x", by=None),
    ]
    assert at_once(live_app, lambda: ways.pop()())  # noqa: PLW0108 == ["Refused", "done"]
    with live_app.app_context():
        _agree()


def test_an_import_is_taken_back_or_its_line_is_matched(live_app):
    """S94: BK-1: of two at once one counts, the other is told; a match without its line is nowhere."""  # S59
    with live_app.app_context():
        company = make_company()
        document, line = make_open(company=company).id, make_line(-12000, company)
        brought = BankImport(company=company, file=store.keep(b"x"), stage=ImportStage.IMPORTED)
        line.statement.brought_by = brought
        db.session.commit()
        line_id, import_id = line.id, brought.id

    def settle() -> None:
        found = db.session.get(BankTransaction, line_id)
        if found is None:
            raise Refused("gone")
        allocating.allocate(found, [Share(get(Document, document), 12000)], by=None)

    def take_back() -> None:
        withdrawing.undo(get(BankImport, import_id), by=None)

    ways = [settle, take_back]
    assert at_once(live_app, lambda: ways.pop()()) == ["Refused", "done"]  # noqa: PLW0108
    with live_app.app_context():
        assert (db.session.get(BankTransaction, line_id) is None) is (db.session.scalar(select(Match.id)) is None)
        _agree()


def test_both_databases_find_the_same(live_app):
    """BK-2: by the beginning of a name and of a number that was cut, and by what somebody types."""
    with live_app.app_context():
        company = make_company()
        user, party = make_user(company=company), make_counterparty("Papeterie Durand", company)
        document = make_open(33300, company=company, number="F-2026-4711", counterparty=party)
        for minor, label in ((-500, "VIR SEPA EMIS /BEN PAPETERIE DURAND"), (-700, "VIR SEPA EMIS /MOTIF F-2026-471")):
            line = make_line(minor, company, label=label)
            assert [offer.documents for offer in suggesting.for_line(user, line)] == [(document,)], label
        assert [offer.line.amount_minor for offer in suggesting.for_document(user, document)] == [-500]
        assert finding.documents_typed(user, line, "durand 333") == [document]
        assert suggesting.sure_and_likely(user, company) == []


def _sale(company, *, credit=False) -> int:
    customer = db.session.scalar(select(Counterparty).where(Counterparty.name == "Client")) or make_counterparty(
        "Client", company
    )
    return make_open(company=company, sale=True, credit=credit, counterparty=customer).id


def _agree() -> None:
    """Both sums are those of the matches, and never more than there is."""
    for document in db.session.scalars(select(Document)):
        mine = (Match.document_id == document.id) | (Match.credit_note_id == document.id)
        assert document.settled_minor == (db.session.scalar(select(func.sum(Match.amount_minor)).where(mine)) or 0)
        assert 0 <= document.settled_minor <= document.gross_minor
    for line in db.session.scalars(select(BankTransaction)):
        total = db.session.scalar(select(func.sum(Match.line_minor)).where(Match.transaction_id == line.id)) or 0
        assert line.matched_minor == total <= abs(line.amount_minor)
