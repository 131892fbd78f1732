"""Lists: what is in them, in which order, for whom."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from app.core import clock
from app.documents import decisions, search, showing
from app.documents.models import Direction, Document, Kind, ReadState, Status
from app.documents.search import Tab, Wanted
from app.extensions import db
from app.web import keyset
from app.web.access import Role
from tests.conftest import aimed_at
from tests.factories import make_company, make_counterparty, make_document, make_user, the_company

NOW = clock.now()
VALIDATED = {"validated_at": NOW}


def numbers(text: str) -> list[str]:
    """The numbers of the documents in the list, in its order."""
    return re.findall(r'<span class="number">(N-\d+)</span>', text)


@pytest.fixture
def listed(app, browser):
    """`listed("?tab=…")`: the numbers that the list of a member shows."""
    member = browser(make_user())
    return lambda address="": numbers(member.get(f"/documents{address}").text)


TABS = [
    ({}, {Tab.TO_PROCESS}),
    (VALIDATED, {Tab.TO_MATCH, Tab.OUTSTANDING}),
    (VALIDATED | {"kind": Kind.CREDIT_NOTE}, {Tab.TO_MATCH, Tab.CREDITS}),
    (VALIDATED | {"settled_minor": 12000}, {Tab.VALIDATED}),
    (VALIDATED | {"settled_minor": 2000}, {Tab.TO_MATCH, Tab.OUTSTANDING}),
    (VALIDATED | {"gross_minor": 0}, {Tab.VALIDATED}),
    (VALIDATED | {"pay_date": date(2026, 12, 1)}, {Tab.TO_PAY, Tab.OUTSTANDING}),
    ({"read_state": ReadState.UNREADABLE}, {Tab.UNREADABLE}),
    (VALIDATED | {"trashed_at": NOW}, set()),
]


@pytest.mark.parametrize(("facts", "tabs"), TABS)
def test_a_document_stands_in_its_lists_and_is_counted_there(app, listed, facts, tabs):
    """LC-1: RV-6: by status, and Outstanding invoices or Available credit notes while something is open."""
    document = make_document(number="N-1", **facts)
    user = make_user()

    found = {tab for tab in Tab if listed(f"?tab={tab}")}
    counted = search.counts(user, document.company, Wanted(), date(2026, 11, 1))

    assert found - {Tab.ALL} == tabs
    assert {tab for tab, (count, _more) in counted.items() if count} - {Tab.ALL} == tabs
    assert bool(counted[Tab.ALL][0]) is bool(listed()) is (not facts.get("trashed_at"))


def test_the_lists_of_a_counterparty_count_what_each_may_see_of_it(app):
    """SR-1: US-2: in one go, the same as all documents' tabs count where it is alone."""
    company = make_company("Restricted", restrict_non_admins=True)
    party, member = make_counterparty("Mine", company), make_user(company=company)
    for facts, _tabs in TABS:
        make_document(company, counterparty=party, **facts)
    accountant, admin = make_user(Role.ACCOUNTANT, company), make_user(Role.ADMIN, company)
    for assigned in ([], [member]):
        party.assigned_users = assigned
        db.session.commit()
        for user in (member, accountant, admin):
            alone, among_all = (
                search.counts(user, company, wanted, date(2026, 11, 1))
                for wanted in (Wanted(counterparty=party.id), Wanted())
            )
            assert alone == among_all and alone[Tab.ALL][0] == len(all_seen(user, company))


def test_the_lists_of_found_words_are_counted_alike_whichever_is_looked_at(app, browser):
    """SR-1: US-2: a restricted member's too, where most of what they see has the word."""
    company = make_company("Restricted", restrict_non_admins=True)
    party, member = make_counterparty("Mine", company), make_user(company=company)
    party.assigned_users = [member]
    for number in range(8):
        validated = {"validated_at": NOW} if number < 5 else {}
        make_document(company, counterparty=party, number=f"N-{number}", label="paper", **validated)
    counted = {tab: _counted(member, company, Wanted(tab=tab, q="paper")) for tab in (Tab.ALL, Tab.TO_MATCH)}
    assert counted[Tab.ALL] == counted[Tab.TO_MATCH]
    assert (counted[Tab.ALL][Tab.TO_PROCESS], counted[Tab.ALL][Tab.TO_MATCH]) == ((3, False), (5, False))


def _counted(user, company, wanted):
    looked, day = search.narrow(user, company, wanted), date(2026, 11, 1)
    query = search.visible(user, company, wanted, day).where(wanted.tab.test())
    looked.narrow(query.order_by(search.ORDERS["date"].value.desc(), Document.id.desc()).limit(2))
    return search.counts(user, company, wanted, day, looked)


def all_seen(user, company) -> list[str]:
    """All that this person may know of there, outside the trash."""
    return list(db.session.scalars(search.listed(user, company, Wanted(), date(2026, 11, 1))))


def test_the_tab_to_approve_is_shown_where_a_rule_asks_for_it(app, browser, monkeypatch):
    """LC-2: also while nothing waits there."""
    company_id, member = the_company().id, browser(make_user())
    monkeypatch.setattr(showing, "asks_for_approval", [lambda asked: asked.id == company_id])
    assert "To approve" in member.get("/documents").text

    monkeypatch.setattr(showing, "asks_for_approval", [lambda _asked: False])
    assert "To approve" not in member.get("/documents").text


def test_the_tab_to_approve_is_shown_only_where_something_waits_there(app, browser):
    """LC-2: without approval rules there is no such tab."""
    member = browser(make_user())
    assert "To approve" not in member.get("/documents").text

    document = make_document(**VALIDATED)
    document.status, document.awaits_approval = Status.TO_APPROVE, True
    db.session.commit()

    assert "To approve" in member.get("/documents").text


@pytest.mark.parametrize(
    ("words", "is_found"),
    [
        ("N-1", True),
        ("n 1", True),
        ("durand paper", True),
        ("durand screws", False),
        ("120", True),
        ("€120.00", True),
        ("100.00", True),
        ("121", False),
        ("%", False),
        ("_", False),
        ("' OR 1=1 --", False),
    ],
)
def test_the_search_box_finds_number_counterparty_label_and_amount(app, listed, words, is_found):
    """SR-1: S84: every word counts, and signs of the database are only text."""
    make_document(number="N-1", counterparty=make_counterparty("Papeterie Durand"))

    assert bool(listed("?q=" + words.replace("%", "%25").replace(" ", "+"))) is is_found


def test_what_was_read_of_a_counterparty_nobody_knows_is_found(app, listed):
    """SR-1: also before it is made."""
    make_document(number="N-1", counterparty=None, counterparty_name="Imprimerie Nouvelle")

    assert listed("?q=nouvelle") == ["N-1"]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("?direction=sale", ["N-3"]),
        ("?kind=credit_note", ["N-2"]),
        ("?since=2026-10-02", ["N-3", "N-2"]),
        ("?until=2026-10-02", ["N-2", "N-1"]),
        ("?since=2026-10-02&until=2026-10-02", ["N-2"]),
        ("?direction=nonsense&kind=x&since=yesterday&counterparty=y&tab=z&sort=q&after=1_2_3", ["N-3", "N-2", "N-1"]),
        ("?sort=date", ["N-1", "N-2", "N-3"]),
        ("?sort=-amount", ["N-2", "N-3", "N-1"]),
        ("?sort=amount", ["N-1", "N-3", "N-2"]),
    ],
)
def test_filters_and_order_stand_in_the_address(app, listed, address, expected):
    """SR-1: S84: status, type, direction, dates; what makes no sense is left out."""
    make_document(number="N-1", issue_date=date(2026, 10, 1), gross_minor=100)
    make_document(number="N-2", issue_date=date(2026, 10, 2), gross_minor=300, kind=Kind.CREDIT_NOTE)
    make_document(number="N-3", issue_date=date(2026, 10, 3), gross_minor=200, direction=Direction.SALE)

    assert listed(address) == expected


BEYOND = "99999999999999999999"


@pytest.mark.parametrize(
    "address",
    [
        f"/documents?counterparty={BEYOND}",
        f"/documents?sort=amount&after={BEYOND}_1",
        f"/documents?after=2026-10-01_{BEYOND}",
        f"/documents?q={BEYOND}",
        "/documents?q=%00",
        "/documents?since=0001-01-01&until=9999-12-31",
        "/documents?q=" + "a" * 5000,
        "/suppliers?q=%00&after=x_1",
        "/trash?after=2026-01-01_1",
    ],
)
def test_no_address_breaks_a_list(app, browser, address):
    """S84: numbers beyond all bounds, signs no text has, words without end."""
    make_document()

    assert browser(make_user()).get(address).status_code == 200


@pytest.mark.parametrize(
    "address", [f"/documents/{BEYOND}", f"/counterparties/{BEYOND}", f"/documents/1/files/{BEYOND}"]
)
def test_a_number_no_row_can_have_is_not_there(app, browser, address):
    """S84: 404, not an error of ours."""
    assert browser(make_user()).get(address).status_code == 404


def test_filters_in_force_are_chips_that_can_be_taken_off(app, browser):
    """SR-1: each leads to the list without it."""
    make_document()

    text = browser(make_user()).get("/documents?direction=sale&q=ink&tab=to_match").text

    assert 'href="/documents?tab=to_match&amp;q=ink"' in text
    assert "Remove the filter Sale" in text and "Nothing found" in text


def test_late_and_twins_can_be_looked_for(app, listed):
    """SR-1: DU-1: overdue, and perhaps there twice."""
    long_ago = clock.today(the_company()) - timedelta(days=3)
    make_document(number="N-1", **VALIDATED, due_date=long_ago)
    make_document(number="N-2", **VALIDATED, due_date=long_ago, settled_minor=12000)
    supplier = make_counterparty()
    for _copy in range(2):
        make_document(number="N-3", counterparty=supplier, due_date=clock.today(the_company()))

    assert listed("?late=yes") == ["N-1"]
    assert listed("?twins=yes") == ["N-3", "N-3"]


def test_a_long_list_is_leafed_through_without_a_gap_or_a_repeat(app, browser, monkeypatch):
    """SR-1: S110: pages begin where the one before ended, also where many share a day, and lead back."""
    monkeypatch.setattr(keyset, "ROWS", 3)
    for number in range(1, 9):
        make_document(number=f"N-{number}", issue_date=None if number == 8 else date(2026, 10, 1))
    member, address, seen = browser(make_user()), "/documents", []

    while address:
        text = member.get(address).text
        seen.append(numbers(text))
        address = _link(text, "next")
    back = member.get(_link(text, "prev")).text

    assert seen == [["N-8", "N-7", "N-6"], ["N-5", "N-4", "N-3"], ["N-2", "N-1"]]
    assert numbers(back) == ["N-5", "N-4", "N-3"]


def _link(text: str, rel: str) -> str | None:
    found = re.search(rf'href="([^"]+)" rel="{rel}"', text)
    return found[1].replace("&amp;", "&") if found else None


def test_only_the_results_are_sent_where_only_they_are_asked_for(app, browser):
    """OP-6: the list without its frame for htmx, the whole page without script."""
    make_document(number="N-1")

    text = browser(make_user()).get("/documents", headers=aimed_at("results")).text

    assert numbers(text) == ["N-1"] and "<h1>" not in text


def test_an_empty_list_says_where_to_mail_invoices(app, browser):
    """OP-6: what to do next, with the address to copy."""
    company = the_company()

    text = browser(make_user()).get("/documents").text

    assert f"{company.slug}-" in text and "data-copy=" in text


def test_a_restricted_member_finds_no_trace_of_what_is_not_theirs(app, browser):
    """US-2: S72: lists, search, counts, totals, suggestions and pages."""
    company = make_company(restrict_non_admins=True)
    member = make_user(company=company)
    hidden = make_document(
        company,
        number="N-666",
        label="CANARY label",
        counterparty=make_counterparty("CANARY supplier", company),
        gross_minor=66666,
        due_date=date(2026, 1, 1),
        **VALIDATED,
    )
    mine = make_document(company, number="N-1", **VALIDATED)
    mine.counterparty.assigned_users = [member]
    db.session.commit()
    reader = browser(member)

    pages = ["/", "/documents", "/documents?tab=outstanding", "/documents?q=CANARY+label", "/documents?q=666.66"]
    pages += ["/documents?late=yes", f"/documents?counterparty={hidden.counterparty_id}", "/trash", "/suppliers"]
    pages += ["/suppliers?q=CANARY+supplier", f"/documents/{mine.id}", "/review", "/messages"]
    for address in pages:
        text = reader.get(address).text
        asked = address.partition("?q=")[2].replace("+", " ")
        for canary in {"CANARY label", "CANARY supplier", "N-666", "666.66"} - {asked}:
            assert canary not in text, f"{canary} on {address}"
    for address in (f"/documents/{hidden.id}", f"/counterparties/{hidden.counterparty_id}"):
        assert reader.get(address).status_code == 404
    assert search.counts(member, company, Wanted(), clock.today(company))[Tab.ALL] == (1, False)


def test_an_admin_sees_all_of_it(app, browser):
    """US-2: S72: admins see everything; the canary is really there to be found."""
    company = make_company(restrict_non_admins=True)
    make_document(company, number="N-666", label="CANARY label", **VALIDATED)

    assert "CANARY label" in browser(make_user(Role.ADMIN, company)).get("/documents?q=CANARY").text


def test_an_approver_sees_what_they_were_asked_about(app, browser):
    """US-6: for good, and nothing else."""
    approver = make_user(Role.APPROVER)
    make_document(number="N-1", **VALIDATED)
    make_document(number="N-2", **VALIDATED, readers={approver})

    assert numbers(browser(approver).get("/documents").text) == ["N-2"]


def test_a_list_of_another_company_is_empty(app, browser):
    """US-3: only the company looked at."""
    make_document(number="N-1")
    make_document(make_company("Other"), number="N-2")

    assert numbers(browser(make_user()).get("/documents").text) == ["N-1"]


def test_credit_notes_and_trash_are_never_late(app):
    """LC-8: only an open invoice can be."""
    day = date(2026, 10, 31)
    assert showing.late(make_document(due_date=day), day + timedelta(days=1)) == "1 day late"
    assert showing.late(make_document(due_date=day), day) == ""
    assert showing.late(make_document(due_date=day, kind=Kind.CREDIT_NOTE), date(2027, 1, 1)) == ""
    trashed = make_document(due_date=day)
    decisions.trash(trashed, by=None)
    assert trashed.status is Status.TRASH and showing.late(trashed, date(2027, 1, 1)) == ""


@pytest.mark.parametrize(
    ("currency", "minor", "words"), [("JPY", 12000, "12000"), ("TND", 12500, "12,5"), ("EUR", 1250, "12.50")]
)
def test_an_amount_is_found_in_the_documents_own_currency(app, currency, minor, words):
    """SR-1: whatever the company's."""
    user, company = make_user(), the_company()
    document = make_document(company, currency=currency, gross_minor=minor, number="X", label="Y")
    make_document(company, gross_minor=99, net_minor=98, number="Z", label="W")

    found = search.visible(user, company, Wanted(), clock.today(company)).where(search.having(words))

    assert db.session.scalars(found).all() == [document]
