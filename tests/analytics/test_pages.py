"""The page of analytics, its tables, and the figures of one counterparty."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape
from io import BytesIO

import openpyxl
import pytest
import time_machine

from app.analytics import approvers, showing, stays
from app.analytics.scope import Scope
from app.audit import trail
from app.core import clock
from app.documents import period
from app.documents.models import Direction, Document, Kind
from app.extensions import db
from app.web.access import Role
from tests.approval.making import make_firm, validated
from tests.factories import make_category, make_company, make_counterparty, make_document, make_user, the_company
from tests.rules.making import ask, make_rule, when
from tests.treasury.making import make_account, make_line, paid_by_bank

NOON = "2026-11-26T11:00:00Z"


def decided(**facts) -> Document:
    return make_document(validated_at=clock.now(), **facts)


def scope(user, name: str = "all") -> Scope:
    return Scope(user, the_company(), "EUR", period.of(name, clock.today(the_company())))


def test_without_documents_the_page_says_when_figures_begin(browser):
    """TS-2: zero data."""
    make_document()
    assert "No figures yet" in browser(make_user()).get("/analytics").text


@time_machine.travel(NOON, tick=False)
def test_each_figure_has_a_chart_and_a_table(browser):
    """TS-2: OP-6: one document is enough; each chart says what it shows."""
    decided()
    text = browser(make_user()).get("/analytics?period=all").text
    for figure in ("Outstanding and overdue", "Ageing", "Days outstanding", "Purchases by category"):
        assert f'<caption class="visually-hidden">{figure}' in text
    assert text.count("<title id=") == text.count("<desc id=") > 0
    assert "style=" not in text


@time_machine.travel(NOON, tick=False)
def test_every_link_opens_as_many_documents_as_the_number_counts(browser):
    """TS-2: each number opens its documents, in the period, the currency and the age it speaks of."""
    category = make_category()
    for number, days in enumerate((-400, -100, -70, -40, -5, 0, 20)):
        due = clock.today() + timedelta(days)
        decided(due_date=due, issue_date=due - timedelta(30), category=category if number % 2 else None)
    decided(kind=Kind.CREDIT_NOTE, currency="USD")
    client = browser(make_user())
    text = client.get("/analytics").text
    links = re.findall(r'href="(/documents\?[^"]+)">([^<]+)</a>', text)
    assert len(links) > 5
    rows = {}
    for address, said in links:
        url = unescape(address)
        table = client.get(url.replace("/documents?", "/documents/table.csv?")).text.splitlines()
        rows[url] = (said, len(table) - 1)
    ages = [count for url, (said, count) in rows.items() if "tab=outstanding" in url and "late" not in url]
    assert sorted(ages) == [1, 1, 1, 1, 2]
    assert [count for url, (_said, count) in rows.items() if "late=yes" in url] == [4]
    assert [count for url, (_said, count) in rows.items() if "category=none" in url] == [3]


def test_a_restricted_member_finds_no_trace_of_others(browser):
    """S72: US-2: US-6: no name, sum or count of what is out of scope, on the page or in a table."""
    company = make_company(restrict_non_admins=True)
    member, accountant = make_user(company=company), make_user(Role.ACCOUNTANT, company)
    approver = make_user(Role.APPROVER, company)
    own, hidden = (make_counterparty(name, company) for name in ("Durand", "Hidden"))
    own.assigned_users = [member]
    for party, minor in ((own, 1111), (hidden, 4242)):
        sale = {"counterparty": party, "gross_minor": minor, "net_minor": minor}
        for direction in Direction:
            make_document(company, **sale, direction=direction, validated_at=clock.now())
    addresses = ["/analytics?period=all", *(f"/analytics/{name}.csv?period=all" for name in showing.FIGURES)]
    for address in addresses:
        text = browser(member, company).get(address).text
        assert "Hidden" not in text and "42.42" not in text and "53.53" not in text, address
    assert "Hidden" in browser(accountant, company).get(addresses[0]).text
    assert browser(approver, company).get(addresses[0]).status_code == 403
    assert browser(member, company).get("/analytics/unknown.csv").status_code == 404


def test_currencies_stand_apart(browser):
    """R15: nothing is added across currencies."""
    decided(gross_minor=5000)
    decided(gross_minor=700, currency="USD")
    text = browser(make_user()).get("/analytics?period=all&currency=USD").text
    assert "$7.00" in text and "€50.00" not in text and "EUR is not added here" in text


@pytest.mark.parametrize(
    ("name", "today", "since", "until"),
    [
        ("year", date(2028, 2, 29), date(2027, 3, 1), date(2028, 2, 29)),
        ("year", date(2026, 11, 26), date(2025, 11, 27), date(2026, 11, 26)),
        ("this_month", date(2028, 2, 1), date(2028, 2, 1), date(2028, 2, 29)),
        ("last_month", date(2026, 3, 31), date(2026, 2, 1), date(2026, 2, 28)),
        ("last_month", date(2026, 1, 1), date(2025, 12, 1), date(2025, 12, 31)),
        ("this_quarter", date(2026, 12, 31), date(2026, 10, 1), date(2026, 12, 31)),
        ("last_quarter", date(2026, 2, 3), date(2025, 10, 1), date(2025, 12, 31)),
        ("this_year", date(2026, 1, 1), date(2026, 1, 1), date(2026, 12, 31)),
        ("last_year", date(2029, 2, 28), date(2028, 1, 1), date(2028, 12, 31)),
    ],
)
def test_periods_end_where_months_do(name, today, since, until):
    """S107: 29 February, the turn of the year, months of any length."""
    found = period.of(name, today)
    assert (found.since, found.until) == (since, until)


def test_a_day_is_the_company_s_own(app):
    """S107: late from the day after the due date on, where the company is."""
    company = make_company(time_zone="Pacific/Auckland")
    decided(company=company, due_date=date(2026, 11, 26))
    with time_machine.travel("2026-11-26T11:00:00Z", tick=False), app.test_request_context():
        user = make_user(company=company)
        about, _codes = showing.asked(user, company, {"period": "all"})
        assert showing.FIGURES["outstanding"](about).lines[1].values[1] == 12000


def test_time_in_each_status_is_read_from_the_trail(app):
    """TS-2: median and mean of the stays that are over."""
    hours = {1: (2, 4), 2: (4, 10), 3: (30, 1)}
    with time_machine.travel(NOON, tick=False) as machine, app.test_request_context():
        for process, match in hours.values():
            document, began = make_document(), clock.now()
            for after, was, now in ((process, "to_process", "to_match"), (process + match, "to_match", "validated")):
                machine.move_to(began + timedelta(hours=after))
                trail.record(document, by=None, act="moved", changes={"status": [was, now]})
                db.session.flush()
            document.validated_at = clock.now()
            db.session.commit()
            machine.move_to(began)
        figure = stays.in_each_status(scope(make_user()))
        assert {line.label: line.values for line in figure.lines} == {
            "To process": [4 * 3600, 12 * 3600, 3],
            "To match": [4 * 3600, 5 * 3600, 3],
        }


def test_approvals_waited_for_are_told_by_approver(app):
    """TS-2: AP-5: who is asked now, how many, and since when."""
    with app.test_request_context():
        firm = make_firm()
        make_rule(when("direction", "is", "purchase"), company=firm.company, does=[ask(firm.lea, firm.bob)])
        for _each in range(2):
            validated(firm)
        figure = approvers.approvals_waiting(scope(firm.admin))
        assert [(line.label, line.values) for line in figure.lines] == [
            (name, [2, clock.today(firm.company), 0]) for name in ("Bob", "Lea")
        ]


def test_a_counterparty_s_page_sums_its_children(browser):
    """CP-2: amount due, overdue, delay weighted by amount, ages; a line for each child that may be seen."""
    head = make_counterparty("Head", is_customer=True, is_supplier=False)
    child = make_counterparty("Branch", is_customer=True, is_supplier=False, parent_id=head.id)
    sale = {"direction": Direction.SALE}
    late = clock.today() - timedelta(45)
    paid = decided(**sale, counterparty=head, due_date=late, gross_minor=12000)
    paid_by_bank(paid, make_line(make_account(), 12000), 12000, late + timedelta(6))
    decided(**sale, counterparty=child, due_date=late, gross_minor=30000)
    decided(**sale, counterparty=head, due_date=clock.today(), gross_minor=5000)
    decided(**sale, counterparty=head, kind=Kind.CREDIT_NOTE, due_date=None, gross_minor=1000)
    db.session.commit()
    text = browser(make_user()).get(f"/counterparties/{head.id}").text
    for said in ("€340.00", "€300.00", "6 days", "31 to 60 days late", "Branch", "-€10.00"):
        assert said in text, said


def test_tables_hold_numbers(browser):
    """S83: TS-2: amounts are numbers, names are texts."""
    decided(counterparty=make_counterparty("=1+1"), net_minor=None)
    book = openpyxl.load_workbook(BytesIO(browser(make_user()).get("/analytics/suppliers.xlsx?period=all").data))
    row = next(book.active.iter_rows(min_row=2))
    assert (row[0].value, row[0].data_type != "f", row[1].value) == ("=1+1", True, 100)


@pytest.mark.parametrize(
    "query", ["?period=x", "?period=dates&since=2026-02-30", "?period=dates&since=9999-01-01&until=1"]
)
def test_an_address_without_sense_is_no_error(browser, query):
    """S84: what makes no sense is left out."""
    decided()
    assert browser(make_user()).get("/analytics" + query).status_code == 200
