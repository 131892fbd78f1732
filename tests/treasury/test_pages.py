"""The pages of treasury."""

from __future__ import annotations

import re
from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pytest
import time_machine

from app.core import clock
from app.documents.models import Direction, Document, Kind
from app.extensions import db
from app.treasury import accounts, forecast
from app.treasury.models import CommittedOperation
from app.treasury.wanted import Curve, Wanted
from app.web.access import Role
from tests.factories import make_company, make_counterparty, make_document, make_user, the_company
from tests.treasury.making import make_account, make_line, paid_by_bank

NOON = "2026-11-26T11:00:00Z"
"""A Thursday."""


def decided(**facts) -> Document:
    return make_document(validated_at=clock.now(), **facts)


def shown(browser, user, address: str = "/treasury") -> str:
    answer = browser(user).get(address)
    assert answer.status_code == 200
    return answer.text


def told(user, **wanted) -> forecast.Forecast:
    """The forecast as the page makes it."""
    company = the_company()
    return forecast.of(user, company, Wanted(currency="EUR", **wanted), accounts.living(user, company))


def test_without_anything_the_page_says_what_will_appear(browser):
    """TS-1: zero data."""
    assert "Nothing is expected yet" in shown(browser, make_user())
    assert "Nothing is expected" in shown(browser, make_user(), "/treasury/operations")


@time_machine.travel(NOON, tick=False)
def test_thirteen_weeks_on_two_curves(browser):
    """TS-1: by contract what is due in each week; probably as late as usual, and what is late now comes this week."""
    member, customer = make_user(), make_counterparty("Client")
    account = make_account(balance_date=date(2026, 11, 25))
    sale = {"direction": Direction.SALE, "counterparty": customer}
    paid = decided(**sale, due_date=date(2026, 10, 1))
    paid_by_bank(paid, make_line(account, 12000), 12000, date(2026, 10, 9))
    decided(**sale, gross_minor=30000, due_date=date(2026, 12, 1))
    decided(gross_minor=5000, due_date=date(2026, 11, 2))
    decided(gross_minor=700, due_date=date(2027, 3, 1))
    db.session.commit()

    found = told(member)

    assert found.first == date(2026, 11, 23) and found.week(12) == (date(2027, 2, 15), date(2027, 2, 21))
    assert found.balances(Curve.CONTRACTUAL) == [100_000, *[130_000] * 12]
    assert found.balances(Curve.PROBABLE) == [95_000, 95_000, *[125_000] * 11]
    assert (found.late.goes_minor, found.late.count) == (5000, 1)
    assert found.lowest() == (95_000, date(2026, 11, 29))
    text = shown(browser, member)
    assert "€950.00" in text and "€1,300.00" in text


@time_machine.travel(NOON, tick=False)
def test_each_cell_opens_the_documents_it_is_made_of(browser):
    """TS-1: the list behind a number adds up to that number, on either curve, and so does every account."""
    member = make_user()
    first, second = make_account(name="First"), make_account(name="Second", balance_minor=5)
    for number, days in enumerate((-40, -3, 0, 2, 9, 30, 80, 200)):
        document = decided(gross_minor=100 + number, due_date=clock.today() + timedelta(days))
        operation = db.session.query(CommittedOperation).filter_by(document_id=document.id).one()
        operation.account_id = [first.id, second.id, None][number % 3]
    db.session.commit()
    client = browser(member)

    for account in (None, 0, first.id, second.id):
        found = told(member, account=account)
        for curve in Curve:
            for number, week in enumerate(found.curves[curve]):
                query = found.opens(curve, number).in_address()
                rows = client.get("/treasury/operations.csv", query_string=query).text.splitlines()[1:]
                assert len(rows) == week.count, (account, curve, number)
    everything = told(member).total(Curve.PROBABLE)
    parts = [told(member, account=account).total(Curve.PROBABLE) for account in (0, first.id, second.id)]
    assert everything.goes_minor == sum(part.goes_minor for part in parts)


def test_each_currency_stands_alone(browser):
    """TS-1: R15: nothing is added across currencies; the others are told."""
    decided(gross_minor=5000)
    decided(gross_minor=7000, currency="USD")
    decided(gross_minor=7000, currency="USD")
    member = make_user()
    assert "EUR is not added here" in shown(browser, member)
    assert told(member).total(Curve.PROBABLE).goes_minor == 5000
    assert shown(browser, member, "/treasury?currency=EUR").count("$") == 0


def test_what_waits_for_approval_stands_apart(browser):
    """TS-1: it may still come, and counts in no curve."""
    document = decided()
    make_document(validated_at=clock.now(), awaits_approval=True, gross_minor=99900)
    db.session.query(CommittedOperation).filter(CommittedOperation.document_id != document.id).delete()
    db.session.commit()
    text = shown(browser, make_user())
    assert "May still come" in text and "€999.00" in text
    assert told(make_user()).total(Curve.PROBABLE).goes_minor == 12000


def test_a_restricted_member_forecasts_their_own_without_balances(browser):
    """S72: US-2: no trace of other counterparties' money, in no total, list or table."""
    company = make_company(restrict_non_admins=True)
    member, accountant = make_user(company=company), make_user(Role.ACCOUNTANT, company)
    own, hidden = (make_counterparty(name, company) for name in ("Durand", "Hidden"))
    own.assigned_users = [member]
    make_account(company, balance_minor=77_777)
    for party, minor in ((own, 1111), (hidden, 4242)):
        make_document(company, counterparty=party, gross_minor=minor, validated_at=clock.now(), pay_date=clock.today())
    for address in ("/treasury", "/treasury/operations", "/treasury/operations.csv", "/treasury/forecast.csv", "/"):
        text = browser(member, company).get(address).text
        assert "Hidden" not in text and not re.search(r"42[.,]42|53[.,]53|777[.,]77|766[.,]66", text), address
    assert "Hidden" in shown(browser, accountant)


def test_who_may_see_and_who_may_change(browser):
    """US-6: an accountant reads, an approver has no figures, a stranger finds nothing."""
    operation = db.session.query(CommittedOperation).filter_by(document_id=decided().id).one()
    url = f"/treasury/operations/{operation.id}"
    accountant, approver = make_user(Role.ACCOUNTANT), make_user(Role.APPROVER)
    stranger = make_user(company=make_company("Other"))
    assert browser(accountant).get("/treasury").status_code == 200
    assert [browser(accountant).get(url).status_code, browser(accountant).post(url).status_code] == [403, 403]
    assert browser(approver).get("/treasury").status_code == 403
    assert browser(stranger).get(url).status_code == 404
    assert browser(stranger).post(url + "/date/removal").status_code == 404


def test_a_person_moves_the_day_and_takes_it_back(browser):
    """TS-1: editable, marked as moved by hand; what is past or mistyped comes back with the reason."""
    operation, client = (
        db.session.query(CommittedOperation).filter_by(document_id=decided().id).one(),
        browser(make_user()),
    )
    account, url = make_account(), f"/treasury/operations/{operation.id}"
    day = clock.today() + timedelta(20)

    answer = client.post(url, data={"expected_date": day.isoformat(), "account": account.id}, follow_redirects=True)
    assert "moved by hand" in answer.text and "Current account" in answer.text
    assert client.post(url, data={"expected_date": "2020-01-01", "account": 0}).status_code == 422
    assert client.post(url, data={"expected_date": day.isoformat(), "account": 9999}).status_code == 422

    client.post(url + "/date/removal")
    db.session.expire_all()
    assert operation.moved_date is None and operation.account_id == account.id
    assert "expects it on another day" in client.get(f"/documents/{operation.document_id}").text


def test_tables_have_numbers_as_numbers_and_texts_as_texts(browser):
    """S83: SR-1: TS-1: a name that begins like a formula stays a text."""
    decided(counterparty=make_counterparty("=HYPERLINK(1)"), number="F-1", kind=Kind.CREDIT_NOTE)
    client = browser(make_user())
    book = openpyxl.load_workbook(BytesIO(client.get("/treasury/operations.xlsx").data))
    cells = [cell for row in book.active.iter_rows(min_row=2) for cell in row]
    assert [cell.value for cell in cells][:2] == ["=HYPERLINK(1) - F-1", "=HYPERLINK(1)"]
    assert cells[0].data_type != "f" and cells[7].value == 120
    assert "'=HYPERLINK(1)" in client.get("/treasury/operations.csv").text
    assert len(client.get("/treasury/forecast.csv").text.splitlines()) == 14


@pytest.mark.parametrize("moment", ["2026-02-28T23:30:00Z", "2028-02-28T23:30:00Z", "2026-12-31T22:59:00Z"])
def test_a_week_begins_on_the_company_s_monday(app, moment):
    """S107: today is the company's own day, at the end of months and years, and in leap years."""
    with time_machine.travel(moment, tick=False):
        company, member = the_company(), make_user()
        decided(due_date=clock.today(company) - timedelta(1))
        found = told(member)
        assert found.today == clock.today(company)
        assert found.first.weekday() == 0 and found.first <= found.today <= found.week(0)[1]
        assert found.late.count == 1


@pytest.mark.parametrize("query", ["?currency=ZZZ&account=x&since=never", "?account=999&by=x&flow=up", "?after=x_1"])
def test_an_address_without_sense_is_no_error(browser, query):
    """S84: what makes no sense is left out."""
    decided()
    for address in ("/treasury", "/treasury/operations", "/treasury/forecast.csv"):
        assert browser(make_user()).get(address + query).status_code == 200
