"""What is proposed from the database: few rows for a line, many for a statement; what is matched by itself."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.bank import allocating, automatic, candidates, labelling, matching_jobs, suggesting
from app.bank.allocating import Share
from app.bank.models import Match
from app.bank.scoring import suggest
from app.counterparties.models import CounterpartyIban
from app.documents import reasons
from app.documents.models import Status
from app.extensions import db
from app.tasks.models import Task
from app.web.access import Role
from tests.bank.lines import make_line, make_open, make_statement
from tests.factories import make_company, make_counterparty, make_user, reload

pytestmark = pytest.mark.usefixtures("app")


@pytest.mark.parametrize("facts", [
    {"label": "VIR F20264711"}, {"label": "VIR SEPA EMIS /MOTIF F-2026-47"}, {"label": "VIR RF18 5390 0754 7034"},
    {"label": "VIR", "party_name": "PAPETERIE DURAND"}, {"label": "VIR", "party_iban": "FR761"}, {"label": "CHEQUE 12"},
])  # fmt: skip
def test_one_line_and_a_whole_statement_find_the_same(facts):
    """BK-2: by number, its beginning, its reference, a name, an account, an amount."""
    party = make_counterparty("Papeterie Durand")
    earlier = make_open(500, counterparty=party)
    allocating.allocate(make_line(-500, party_iban="FR761"), [Share(earlier, 500)], by=None)
    document = make_open(number="F-2026-4711", payment_reference="RF18539007547034", counterparty=party)
    make_open(77700, number="Z-1")
    row = make_line(-12000, **facts)
    line = candidates.line_of(row)
    for book in (candidates.book_for(row, line), candidates.whole_book(row.company_id)):
        assert suggest(line, book)[0].documents[0].id == document.id


def test_a_cheque_finds_the_invoices_it_pays_together():
    """BK-2: US-2: one line finds what a statement finds where little is open; hidden documents stay out of it."""
    company = make_company("Restricted", restrict_non_admins=True)
    party, admin = make_counterparty("Papeterie Durand", company), make_user(Role.ADMIN, company)
    pair = [make_open(minor, company=company, counterparty=party).id for minor in (5100, 7013)]
    row = make_line(-12113, company, label="CHEQUE N° 0013920")

    (offer,) = suggesting.for_line(admin, row)
    assert [each.id for each in offer.documents] == pair and offer.why[0] == ["sum", 2] and not offer.is_sure
    assert suggesting.for_line(make_user(company=company), row) == []


def test_where_much_is_open_one_line_is_not_looked_for_among_all(monkeypatch):
    """BK-2: it would keep somebody waiting."""
    party = make_counterparty("Papeterie Durand")
    for minor in (5100, 7013):
        make_open(minor, counterparty=party)
    row = make_line(-12113, label="CHEQUE N° 0013920")
    monkeypatch.setattr(candidates, "AT_ONCE", 1)
    assert suggesting.for_line(make_user(), row) == []


def test_what_is_known_of_the_account_forbids_a_guess():
    """BK-2: an account that is somebody's own pays nobody else's invoices."""
    durand, morin = make_counterparty("Papeterie Durand"), make_counterparty("Garage Morin")
    durand.ibans.append(CounterpartyIban(iban="FR761"))
    for minor in (5100, 7013):
        make_open(minor, counterparty=morin)
    assert suggesting.for_line(make_user(), make_line(-12113, label="VIR", party_iban="FR761")) == []
    assert suggesting.for_line(make_user(), make_line(-12113, label="VIR", party_iban="FR762"))


def test_what_is_sure_is_matched_after_an_import_only_where_the_company_wants_it():
    """BK-3: by a job, once; it says so, and why, and can be undone; off by default."""
    document, statement = make_open(number="F-2026-4711"), make_statement()
    line = make_line(-12000, statement=statement, label="VIR FACTURE F-2026-4711")
    for _time in range(2):
        matching_jobs.follow_import(statement)
    assert len(db.session.scalars(select(Task).where(Task.kind == "settle_statement")).all()) == 1
    matching_jobs.settle_statement(statement.id)
    assert reload(document).settled_minor == 0
    statement.account.company.matches_automatically = True
    db.session.commit()
    for _time in range(2):
        matching_jobs.settle_statement(statement.id)
    match = db.session.scalars(select(Match)).one()
    assert match.is_automatic and ["number", "F-2026-4711"] in match.why and match.made_by is None
    assert reload(document).status is Status.VALIDATED and reload(line).open_minor == 0
    assert reasons.in_words(document.reason) == "Done: matched with the bank by itself."


def test_what_changed_between_looking_and_matching_is_left():
    """BK-3: S37: the amount is asked again when it is written."""
    company = make_company(matches_automatically=True)
    document, statement = make_open(company=company, number="F-2026-4711"), make_statement(company)
    line = make_line(-12000, company, statement=statement, label="VIR FACTURE F-2026-4711")
    sure = automatic.sure_of(statement)
    allocating.allocate(make_line(-5000, company), [Share(document, 5000)], by=None)
    assert list(sure) == [line.id] and not automatic.match(company, line.id, sure[line.id])
    assert reload(document).settled_minor == 5000


def test_a_line_that_somebody_matched_in_part_meanwhile_stands_in_no_statements_way():
    """BK-3: S37: rules speak of what nothing settled yet; the others of its statement are labelled and matched."""
    company = make_company(matches_automatically=True)
    statement, document = make_statement(company), make_open(company=company, number="F-2026-4711")
    part = make_line(-12000, company, statement=statement, label="FRAIS")
    line = make_line(-12000, company, statement=statement, label="VIR FACTURE F-2026-4711")
    labelling.add(company, "frais", by=make_user(company=company), is_ignoring=True)
    allocating.allocate(part, [Share(make_open(5000, company=company), 5000)], by=None)
    db.session.commit()
    matching_jobs.settle_statement(statement.id)
    assert (reload(part).ignored_at, reload(document).status, reload(line).open_minor) == (None, Status.VALIDATED, 0)
