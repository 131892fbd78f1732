"""Statements become lines: each once, both of two equal ones, and whatever does not fit is told."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app.bank import balances, bringing, importing, saying, withdrawing
from app.bank.models import BankAccount, BankImport, BankTransaction, ImportStage, Statement
from app.core.errors import Refused
from app.extensions import db
from app.files import store
from app.tasks.jobs import commit
from tests.bank import samples
from tests.bank.samples import move
from tests.factories import make_user, the_company
from tests.spreadsheets.sheets import as_xlsx


def make_account(**facts) -> BankAccount:
    facts = {"name": "Current account", "iban": samples.IBAN, "currency": "EUR"} | facts
    account = BankAccount(company=the_company(), **facts)
    db.session.add(account)
    db.session.commit()
    return account


def bring(data: bytes, name: str = "statement", account: BankAccount | None = None) -> BankImport:
    brought = bringing.arrive(the_company(), store.keep(data), name, by=make_user(), account=account)
    bringing.go_on(brought.id)
    commit()
    return brought


def lines() -> list[BankTransaction]:
    return list(db.session.scalars(select(BankTransaction).order_by(BankTransaction.date, BankTransaction.id)))


def test_a_statement_becomes_lines_and_the_account_says_what_it_holds(app):
    """BK-1: file, statement, lines, balance, and a hook that follows."""
    account, followed = make_account(), []
    importing.after_import.append(lambda statement: followed.append(statement.added_count))
    try:
        brought = bring(samples.camt())
    finally:
        importing.after_import.pop()

    [statement] = brought.statements
    assert (statement.line_count, statement.added_count, statement.difference_minor) == (5, 5, 0)
    assert [line.amount_minor for line in lines()] == [-4590, 120000, -350, -350, -5]
    assert lines()[1].party_name == "Mairie de Lille" and lines()[1].statement_id == statement.id
    assert account.balance_minor == 214705 and account.balance_date == samples.MOVES[-1].day
    assert followed == [5] and brought.stage is ImportStage.IMPORTED


@pytest.mark.parametrize("form", list(samples.WRITERS))
def test_the_same_file_again_adds_nothing(app, form):
    """S95, BK-1: in every format; both of two truly equal lines are kept the first time."""
    account = make_account()
    data = samples.WRITERS[form]()
    for added in (5, 0):
        brought = bring(data, account=account)
        assert brought.stage is ImportStage.IMPORTED, brought.notes
        assert brought.statements[0].added_count == added
    assert len(lines()) == 5


@pytest.mark.parametrize(
    "write", [samples.mt940, samples.cfonb, samples.csv_file, samples.camt], ids=lambda it: it.__name__
)
def test_an_overlapping_statement_adds_only_what_is_new(app, write):
    """S95: the second begins with days of the first, and has one more of the equal lines."""
    account, more = make_account(), move(20, "-7.00", "ABONNEMENT", "Journal")
    options = {"references": False} if write is samples.camt else {}
    bring(write(samples.MOVES[:4], **options), account=account)
    brought = bring(write((*samples.MOVES[1:4], samples.MOVES[3], more), **options), account=account)

    assert brought.statements[0].added_count == 2
    assert [line.amount_minor for line in lines()].count(-350) == 3


def test_statements_of_one_file_that_share_a_day_keep_their_equal_lines(app):
    """S95: page two of a day goes on counting where page one ended."""
    make_account()
    pages = samples.mt940(samples.MOVES[2:3]) + samples.mt940(samples.MOVES[3:4])
    assert [each.added_count for each in bring(pages).statements] == [1, 1]
    assert len(lines()) == 2


def test_the_same_movements_in_another_format_are_announced(app):
    """S95: their words differ, so they are asked about, and nothing is added meanwhile."""
    account = make_account()
    bring(samples.camt())
    brought = bring(samples.csv_file(), account=account)

    assert brought.stage is ImportStage.TO_CONFIRM and brought.choices["alike_count"] == 5
    assert len(lines()) == 5


@pytest.mark.parametrize(("word", "count"), [("skip", 6), ("add", 11)])
def test_what_may_be_known_is_left_out_or_added_as_somebody_says(app, word, count):
    """S95: only the others, or all of them."""
    account, more = make_account(), move(20, "-7.00", "ABONNEMENT", "Journal")
    bring(samples.camt())
    brought = bring(samples.csv_file((*samples.MOVES, more)), account=account)
    saying.say_alike(brought, word)
    bringing.go_on(brought.id)
    commit()

    assert brought.stage is ImportStage.IMPORTED and len(lines()) == count


def test_a_line_in_another_currency_leaves_nothing_of_its_file(app):
    """S34: one wrong line among good ones, and the reason names it."""
    make_account()
    data = samples.camt().replace(b"<Amt Ccy='EUR'>0.05</Amt>", b"<Amt Ccy='USD'>0.05</Amt>")
    brought = bring(data)

    assert brought.stage is ImportStage.REFUSED
    assert brought.notes[0]["key"] == "other_currency" and brought.notes[0]["line"] == 7
    assert not lines() and db.session.scalar(select(func.count(Statement.id))) == 0


def test_balances_that_do_not_hold_are_kept_with_what_is_missing(app):
    """BK-1: opening, lines and closing."""
    make_account()
    data = samples.camt().replace(b"<Ntry><Amt Ccy='EUR'>0.05</Amt>", b"<Ntry><Amt Ccy='EUR'>0.25</Amt>")
    assert bring(data).statements[0].difference_minor == 20


def test_a_gap_between_two_statements_is_told(app):
    """BK-1: the second begins with another balance than the first ended with."""
    make_account()
    bring(samples.camt(samples.MOVES[:2]))
    follows, jumps = Decimal("2154.10"), Decimal("2000.00")
    good = bring(samples.camt((move(5, "-1.00", "A"),), opening=follows)).statements[0]
    bad = bring(samples.camt((move(9, "-1.00", "B"),), opening=jumps)).statements[0]
    assert balances.gaps([good, bad]) == {bad.id: 200000 - 215310}


def test_what_is_not_booked_yet_is_left_out(app):
    """BK-1: it may change or never come."""
    make_account()
    data = samples.camt().replace(b"<Sts>BOOK</Sts>", b"<Sts>PDNG</Sts>", 1)
    brought = bring(data)
    assert len(lines()) == 4 and {"key": "pending", "count": 1} in brought.notes


def test_an_unknown_account_is_asked_for_and_found_the_next_time(app):
    """BK-1: chosen by the person, remembered with the account."""
    account = make_account(iban=None)
    brought = bring(samples.ofx(iban="00012345678"))
    assert brought.stage is ImportStage.TO_CHOOSE

    saying.say_account(brought, {"00012345678": account.id}, by=brought.by)
    bringing.go_on(brought.id)
    commit()
    assert brought.stage is ImportStage.IMPORTED and account.number == "00012345678"
    assert bring(samples.ofx((move(28, "1.00", "A"),), iban="00012345678")).stage is ImportStage.IMPORTED


def test_an_unknown_account_can_be_made_from_the_file(app):
    """BK-1: with its IBAN and currency."""
    brought = bring(samples.camt())
    saying.say_account(brought, {samples.IBAN: None}, by=brought.by)
    bringing.go_on(brought.id)
    commit()
    [account] = db.session.scalars(select(BankAccount))
    assert (account.iban, account.currency, len(lines())) == (samples.IBAN, "EUR", 5)


def test_a_statement_of_another_iban_never_joins_the_chosen_account(app):
    """BK-1: the account chosen beside the file is for files that say none; one that says another asks."""
    account = make_account(iban="FR1420041010050500013M02606")
    brought = bring(samples.camt(), account=account)
    assert brought.stage is ImportStage.TO_CHOOSE and not lines()
    assert [each["iban"] for each in brought.choices["unknown"]] == [samples.IBAN]
    assert bring(samples.csv_file(), account=account).stage is ImportStage.IMPORTED


def test_a_remembered_table_is_read_as_its_next_file_is_written(app):
    """BK-1: a first file of whole amounts and days below 13 says nothing of decimal marks and of the order of days."""
    account, head = make_account(), b"Date;Label;Amount\n"
    bring(head + b"01/02/2026;A;-100\n", account=account)
    later = bring(head + b"03/25/2026;B;-12.50\n03/04/2026;C;7.00\n", account=account)
    assert later.stage is ImportStage.IMPORTED, later.notes
    assert [(line.date, line.amount_minor) for line in lines()] == [
        (date(2026, 2, 1), -10000), (date(2026, 3, 4), 700), (date(2026, 3, 25), -1250),
    ]  # fmt: skip


def test_a_debit_that_was_taken_back_turns_no_other_around(app):
    """BK-1: of a column of debits most of which have a minus, the one without comes back."""
    account = make_account()
    data = b"Date;Libell\xe9;D\xe9bit;Cr\xe9dit\n"
    rows = b"01/10/2026;A;-10,00;\n02/10/2026;B;-20,00;\n03/10/2026;C;10,00;\n04/10/2026;D;;5,00\n"
    bring(data + rows, account=account)
    assert [line.amount_minor for line in lines()] == [-1000, -2000, 1000, 500]


def test_the_columns_of_an_unknown_table_are_asked_for_once(app):
    """BK-1: the mapping is remembered on the account."""
    account = make_account()
    data = b"Tag;Was;Wieviel\n01.10.2026;A;-1,00\n02.10.2026;B;2,00\n"
    brought = bring(data, account=account)
    assert brought.stage is ImportStage.TO_MAP and brought.choices["sample"][1] == ["01.10.2026", "A", "-1,00"]

    layout = bringing.table.Layout({"date": 0, "label": 1, "amount": 2}, 1)
    layout.fingerprint = bringing.table.guess(brought.choices["sample"], 1).fingerprint
    saying.say_columns(brought, layout)
    bringing.go_on(brought.id)
    commit()
    assert [line.amount_minor for line in lines()] == [-100, 200]
    again = bring(data.replace(b"01.10", b"11.10").replace(b"02.10", b"12.10"))
    assert again.stage is ImportStage.IMPORTED and again.statements[0].account is account


def test_an_import_can_be_taken_back_whole(app):
    """BK-1: its statement and lines go, the account holds what it held before."""
    account = make_account()
    bring(samples.camt(samples.MOVES[:2]))
    brought = bring(samples.camt((move(9, "-1.00", "B"),), opening=Decimal("2154.10")))
    withdrawing.undo(brought, by=brought.by)
    commit()
    assert len(lines()) == 2 and account.balance_minor == 215410
    assert brought.stage is ImportStage.UNDONE
    with pytest.raises(Refused):
        withdrawing.undo(brought, by=brought.by)


def test_the_balance_of_an_ofx_file_stays_when_another_import_is_taken_back(app):
    """BK-1: TR-1: it says no closing balance, only what the account held on a day."""
    account = make_account()
    bring(samples.ofx(samples.MOVES[:4]))
    held = account.balance_minor, account.balance_date
    brought = bring(samples.camt((move(20, "-1.00", "B"),), opening=Decimal("2147.10")))
    assert account.balance_date == date(2026, 10, 20)
    withdrawing.undo(brought, by=brought.by)
    commit()
    assert held == (account.balance_minor, account.balance_date) == (214710, date(2026, 10, 2))


def test_what_is_matched_is_not_taken_back(app):
    """BK-1: first its matches."""
    make_account()
    brought = bring(samples.camt())
    lines()[0].matched_minor = 1
    db.session.commit()
    with pytest.raises(Refused):
        withdrawing.undo(brought, by=brought.by)
    assert len(lines()) == 5


def test_what_a_later_import_left_out_is_not_taken_back_under_it(app):
    """S95: its lines would be nowhere."""
    make_account()
    first = bring(samples.camt())
    second = bring(samples.camt())
    with pytest.raises(Refused):
        withdrawing.undo(first, by=first.by)
    withdrawing.undo(second, by=second.by)
    withdrawing.undo(first, by=first.by)
    assert not lines()


def test_a_workbook_is_read_by_the_reader_s_child_and_imported(app):
    """S34, R12: XLSX through the cage, days and numbers as their cells hold them."""
    account = make_account()
    rows = [(date(2026, 10, 1), "LOYER", -1200), (date(2026, 10, 2), "VIR CLIENT", 99.9)]
    brought = bring(as_xlsx(*rows, head=("Date", "Libellé", "Montant")), "statement.xlsx", account)
    assert brought.stage is ImportStage.IMPORTED, brought.notes
    assert [line.amount_minor for line in lines()] == [-120000, 9990]


def test_a_broken_workbook_is_refused_in_words(app):
    """S34: and nothing of it is here."""
    brought = bring(b"PK\x03\x04 no workbook", "statement.xlsx", make_account())
    assert brought.stage is ImportStage.REFUSED and brought.notes[0]["key"] == "no_table"
