"""The box finds the same on SQLite and on PostgreSQL, and what is found follows what changes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select, text

from app.core import clock
from app.counterparties import keeping
from app.documents import decisions, models, retention, search, showing, texts
from app.documents.wanted import Tab, Wanted
from app.extensions import db
from app.extraction.models import DocumentReading
from app.extraction.texts import keep_missing
from app.search import finding
from app.search.asking import asking_the_index
from app.search.models import DocumentText
from app.web import keyset
from app.web.access import Role
from tests.factories import make_company, make_counterparty, make_document, make_user
from tests.review.readings import PAGE

pytestmark = pytest.mark.alone
TEXT = "Fournitures de bureau Réf. AB-77.12 Hôtel l’Étoile TVA FR 12 345678901 n° 8/2026 O'Brien"
FOUND = [
    ("électricité", "bleue"), ("ELECTRICITE bleue", "bleue"), ("elec", "bleue"), ("bleue elec", "bleue"),
    ("F-2026-0012", "bleue"), ("f20260012", "bleue"), ("F 2026 0012", "bleue"), ("260012", "bleue"), ("0012", "bleue"),
    ("1 234,56", "bleue"), ("1234.56 €", "bleue"), ("1.028,80", "bleue"), ("électricité 1 234,56", "bleue"),
    ("732 829 320", "bleue"), ("fr40732829320", "bleue"), ("hotel etoile", "read"), ("fourn bur", "read"),
    ("ab7712", "read"), ("AB-77", "read"), ("8/2026", "read"), ("obrien", "read"), ("12 345678901", "read"),
    ("étoile bleue", ""), ("lectricite", ""), ("1234.5", ""), ("12", "read"), ("' OR 1=1 --", ""), ("*", ""),
]  # fmt: skip


@pytest.fixture
def there(live_app):
    """A company with two documents, one of which was read, and its admin."""
    with live_app.app_context(), live_app.test_request_context():
        company = make_company()
        party = make_counterparty("Électricité Bleue", company, siren="732829320", vat_number="FR40732829320")
        facts = {"gross_minor": 123456, "net_minor": 102880, "label": "bleue", "issue_date": date(2026, 1, 1)}
        bleue = make_document(company, number="F-2026-0012", counterparty=party, **facts)
        read = make_document(company, number="A", label="read", counterparty=make_counterparty("Zed", company))
        read_again(read, TEXT)
        yield company, make_user(Role.ADMIN, company), bleue, read


def read_again(document, text):
    """Give it another reading with this text on its page."""
    words = [[word, 0.1, 0.1, 0.2, 0.2] for word in text.split()]
    db.session.add(
        DocumentReading(document_id=document.id, file_id=document.original.file_id, pages=[PAGE | {"words": words}])
    )
    db.session.flush()
    decisions.status.settle(document, by=None, act="read")
    db.session.commit()


def listed(user, company, words) -> list[str]:
    """The labels of the list, and the same by the query that is not for pages."""
    page, wanted = showing.list_page(user, company, Said({"q": words}), {}), Wanted(q=words)
    query = search.visible(user, company, wanted, clock.today()).where(wanted.tab.test(), search.having(words))
    found = [document.label for document, _twin in page["rows"]]
    assert sorted(each.label for each in db.session.scalars(query)) == sorted(found), words
    return found


class Said(dict):
    """What an address says."""

    def get(self, name, default=None, type=str):
        return type(self[name]) if name in self else default


def test_the_same_is_found(there):
    """SR-1: number, counterparty, label, amount, text: prefixes of all words, however they are written."""
    company, user, *_documents = there
    for words, label in FOUND:
        assert listed(user, company, words) == ([label] if label else []), words


def test_what_is_found_follows_what_changes(there):
    """SR-1: an edit, a name, another reading, the trash and its emptying, in their own transactions."""
    company, user, bleue, read = there
    decisions.edit(bleue, {"label": "Rouge", "gross": Decimal("99.10")}, by=user, version=bleue.version)
    keeping.edit(bleue.counterparty, {"name": "Vattenfall"}, by=user, version=1)
    read_again(read, "Kärnkraft")
    assert [listed(user, company, words) for words in ("99,10", "vatten", "karn")] == [["Rouge"], ["Rouge"], ["read"]]
    assert [listed(user, company, words) for words in ("1234,56", "electricite", "hotel")] == [[], [], []]

    decisions.trash(bleue, by=user)
    assert listed(user, company, "rouge") == []
    assert [each.label for each in trashed(user, company, "rouge")] == ["Rouge"]
    assert trashed(user, company, "karn") == []
    retention.purge(bleue, by=user, why="a test")
    db.session.commit()
    assert db.session.query(DocumentText).count() == 1 and trashed(user, company, "rouge") == []


def trashed(user, company, words):
    return showing.trash_page(user, company, Said({"q": words}))["documents"]


def test_words_nobody_kept_are_made_up_for(there):
    """SR-1: documents that came before there was a search, and a name of many documents, a portion at a time."""
    company, user, bleue, _read = there
    db.session.query(DocumentText).delete()
    assert listed(user, company, "hotel") == []

    assert (keep_missing(), keep_missing()) == (2, 0)

    assert listed(user, company, "hotel") == ["read"] and listed(user, company, "1234,56") == ["bleue"]
    bleue.counterparty.name = "Vattenfall"
    assert texts.follow_counterparty(bleue.counterparty) is None
    assert listed(user, company, "vattenfall") == ["bleue"]


@pytest.fixture
def small(monkeypatch):
    """Few rows are walked, few taken from the index, so that every way of finding is gone."""
    monkeypatch.setattr(finding, "WALKED", 12)
    monkeypatch.setattr(finding, "FEW", 6)
    monkeypatch.setattr(finding, "LOOKED_AT", 5)
    monkeypatch.setattr(keyset, "ROWS", 4)


def test_rare_and_common_words_are_leafed_through_in_order(there, small):
    """SR-1: S110: the same pages whether the list was walked or the index asked, from either end."""
    company, user, *_documents = there
    for number in range(40):
        words = ["common", *(["third"] if number % 3 == 0 else []), *(["early"] if number < 10 else [])]
        day = date(2026, 3, 1 + number % 28)
        facts = {"label": " ".join([*words, f"x{number:02}"]), "issue_date": day, "gross_minor": number}
        make_document(company, **facts, counterparty=None, counterparty_name="Zed")
    db.session.commit()

    for words in ("common", "third", "early", "third early", "common early", "x07", "common x07", "nothing common"):
        for sort in ("-date", "date", "amount", "-due"):
            assert leafed(user, company, words, sort) == whole(user, company, words, sort), (words, sort)


def test_words_of_long_ago_are_found_stretch_by_stretch_in_order(there, small, monkeypatch):
    """SR-1: many have them, none of the first rows does; some have no day, and a day that changes follows."""
    company, user, *_documents = there
    days = [date(2026, 5, 1 + number % 28) for number in range(30)]
    days += [date(2019 + number % 3, 1 + number % 12, 1 + number) for number in range(14)] + [date(2012, 12, 31), None]
    for number, day in enumerate(days):
        words = "common" if number < 30 else "common old"
        facts = {"label": f"{words} x{number:02}", "issue_date": day, "counterparty": None, "counterparty_name": "Zed"}
        made = make_document(company, **facts)
    db.session.commit()
    asked = []
    by_stretch = finding.Search._by_stretch
    monkeypatch.setattr(finding.Search, "_by_stretch", lambda *given: asked.append(1) or by_stretch(*given))

    for words in ("old", "common old", "old zed"):
        for sort in ("-date", "date"):
            assert leafed(user, company, words, sort) == whole(user, company, words, sort), (words, sort)
    assert asked
    decisions.edit(made, {"issue_date": date(2020, 2, 29)}, by=user, version=made.version)
    assert made.label in leafed(user, company, "old", "-date")
    assert leafed(user, company, "old", "-date") == whole(user, company, "old", "-date")


@pytest.mark.parametrize("sort", ["-date", "date"])
def test_a_slip_of_the_year_takes_nobodys_place(there, small, sort):
    """SR-1: the year 202 is not looked for among those of 2020, nor found there."""
    company, user, *_documents = there
    days = [date(2026, 5, 1 + number % 28) for number in range(30)] + [
        date(3000, 1, 1 + number) for number in range(14)
    ]
    days += [date(2020, 2, 1), date(202, 5, 1), date(202, 5, 2)] + [date(1990 + number, 1, 1) for number in range(9)]
    for number, day in enumerate(days):
        words = "common" if number < 44 else "common old"
        facts = {"label": f"{words} x{number:02}", "issue_date": day, "counterparty": None, "counterparty_name": "Zed"}
        make_document(company, **facts)
    db.session.commit()

    assert leafed(user, company, "common old", sort) == whole(user, company, "common old", sort)


def test_asking_the_index_leaves_the_database_as_it_was(there):
    """SR-1: what PostgreSQL is told for one question holds for no other of the page."""
    is_told = db.engine.dialect.name == "postgresql"
    settings = lambda: db.session.execute(select(*map(func.current_setting, ("work_mem", "enable_seqscan")))).one()  # noqa: E731
    if is_told:
        db.session.execute(text("SET LOCAL work_mem = '7MB'"))
    with asking_the_index():
        assert not is_told or settings() == ("64MB", "off")
    assert not is_told or settings() == ("7MB", "on")


def leafed(user, company, words, sort):
    """All pages one after the other, then back again."""
    labels, after, page = [], "", None
    while page is None or after:
        page = showing.list_page(user, company, Said({"q": words, "sort": sort, "after": after}), {})
        labels += [document.label for document, _twin in page["rows"]]
        after = (page["pages"]["next_url"] or "").partition("after=")[2].replace("%3A", ":")
    if page["pages"]["previous_url"]:
        before = page["pages"]["previous_url"].partition("before=")[2]
        back = showing.list_page(user, company, Said({"q": words, "sort": sort, "before": before}), {})
        rows = [document.label for document, _twin in back["rows"]]
        assert rows == labels[-len(page["rows"]) - 4 : -len(page["rows"])]
    return labels


def whole(user, company, words, sort):
    """The same by one query that sorts everything."""
    wanted, (_said, order) = Wanted(), search.order_of(sort)
    query = search.visible(user, company, wanted, clock.today()).where(wanted.tab.test())
    query = query.where(search.having(words)) if words else query
    ways = (order.value, search.Document.id)
    query = query.order_by(*(way.desc() if order.is_descending else way.asc() for way in ways))
    return [each.label for each in db.session.scalars(query)]


def test_tabs_are_counted_among_what_has_the_words(there, small):
    """SR-1: exactly where they are few; else as many as a look at the first ones shows, and more."""
    company, user, *_documents = there
    for number in range(20):
        facts = {"validated_at": clock.now()} if number % 4 == 0 else {}
        make_document(company, label=f"common x{number}", counterparty=None, counterparty_name="Zed", **facts)

    assert counted(user, company, "x3") == {"to_process": "1", "to_match": "0", "to_pay": "0", "all": "1"}
    assert counted(user, company, "common") == {"to_process": "5+", "to_match": "5+", "to_pay": "0", "all": "5+"}


def counted(user, company, words):
    """Some of the tabs, and the count that stands beside each."""
    tabs = showing.list_page(user, company, Said({"q": words}), {})["tabs"]
    counts = {each["url"].partition("tab=")[2].partition("&")[0] or "all": each["count"] for each in tabs}
    return {name: counts[name] for name in ("to_process", "to_match", "to_pay", "all")}


@pytest.mark.parametrize("named", [100, 0])
def test_a_restricted_list_is_the_same_whichever_reason_shows_a_document(there, small, named, monkeypatch):
    """US-2: S72: S110: found reason by reason, each once, in order, as one query over all of them finds it.

    Whether the member's counterparties are few enough to be named or not.
    """
    monkeypatch.setattr(models, "NAMED", named)
    company, admin, *_documents = there
    company.restrict_non_admins = True
    member, stranger = make_user(company=company, name="Restricted"), make_user(Role.APPROVER, company)
    mine, other = make_counterparty("Mine", company, assigned_users=[member]), make_counterparty("Other", company)
    for number in range(24):
        facts = {"counterparty": (mine, other)[number % 2], "issue_date": date(2026, 3, 1 + number)}
        facts |= {"validated_at": clock.now()} if number % 3 else {}
        facts |= {"readers": {member, stranger}} if number in {5, 6, 7} else {}
        make_document(company, label=f"common x{number:02}", **facts)
    db.session.commit()

    for user, count in ((member, 18), (stranger, 3), (admin, 24)):
        listed_so = leafed(user, company, "common", "-date")
        assert listed_so == whole(user, company, "common", "-date") and len(listed_so) == count
        page = showing.list_page(user, company, Said({}), {})
        tabs = search.counts(user, company, Wanted(), clock.today())
        assert len(leafed(user, company, "", "date")) == tabs[Tab.ALL][0] == len(whole(user, company, "", "date"))
        assert len(page["rows"]) == min(4, tabs[Tab.ALL][0])
