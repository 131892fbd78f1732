"""The filters of the list: each in the address, each a chip, without script."""

from __future__ import annotations

import re
from datetime import date

import pytest

from app.core import clock
from app.documents import decisions
from app.documents.models import Direction, FileRole, Kind
from app.documents.wanted import Tab, Wanted
from app.extensions import db
from app.tags.models import Tag
from app.web.access import Role
from tests.documents.test_search import numbers
from tests.factories import make_category, make_company, make_counterparty, make_document, make_user, the_company


@pytest.fixture
def listed(app, browser):
    """`listed("due_since=…")`: the numbers that the list shows."""
    member = browser(make_user())
    return lambda address: sorted(numbers(member.get(f"/documents?{address}").text))


def test_each_filter_keeps_what_it_says(app, listed):
    """SR-1: due dates, amounts, category, tag, assignee and source, with and without, disputed, without a file."""
    company = the_company()
    category, person, tag = make_category(), make_user(name="Zoé"), Tag(company_id=company.id, name="Site A")
    facts = {"due_date": date(2026, 11, 5), "gross_minor": 500_00, "category": category, "assignee_id": person.id}
    one = make_document(number="N-1", **facts, source="smtp", disputed_at=clock.now(), tags=[tag])
    make_document(number="N-2", due_date=date(2026, 12, 5), gross_minor=500, currency="JPY")
    two = make_document(number="N-3", due_date=None, gross_minor=None)
    two.files[0].role = FileRole.ATTACHMENT
    db.session.commit()
    found = {
        "due_since=2026-11-05&due_until=2026-11-05": ["N-1"], "due_since=2026-11-06": ["N-2"],
        "at_least=500&at_most=500": ["N-1", "N-2"], "at_least=500,01": [], "at_most=499.99": [],
        f"category={category.id}": ["N-1"], "category=none": ["N-2", "N-3"],
        f"tag={tag.id}": ["N-1"], "tag=none": ["N-2", "N-3"],
        f"assignee={person.id}": ["N-1"], "assignee=none": ["N-2", "N-3"],
        "source=smtp": ["N-1"], "disputed=yes": ["N-1"], "fileless=yes": ["N-3"],
        "tag=none&fileless=yes&q=paper": ["N-3"], "tag=x&category=-1&source=%27&at_least=much": ["N-1", "N-2", "N-3"],
    }  # fmt: skip

    assert {address: listed(address) for address in found} == found
    assert one.status


def test_a_picture_made_of_what_is_not_there_is_no_file(app, listed):
    """SR-1: only an original is one: what was made of it, or came with it, stands for nothing."""
    make_document(number="N-1")
    for number, role in (("N-2", FileRole.RENDITION), ("N-3", FileRole.ATTACHMENT)):
        make_document(number=number).files[0].role = role
    db.session.commit()

    assert listed("fileless=yes") == ["N-2", "N-3"]


def test_what_is_no_amount_or_no_day_is_told(app, browser):
    """SR-1: the list is shown without it, and says so; what is one is told of by its chip alone."""
    make_document(number="N-1", gross_minor=500_00)
    member = browser(make_user())

    told = member.get("/documents?at_least=12,3,4x&since=2026-02-30&at_most=600&until=2026-12-31").text
    quiet = member.get("/documents?at_least=400&since=2026-01-01&due_until=").text

    assert "“12,3,4x” is not an amount." in told and "“2026-02-30” is not a date." in told
    assert "“600” is not" not in told and "N-1" in numbers(told)
    assert "Not everything that was asked for" not in quiet


def test_a_counterparty_is_asked_for_by_its_name(app, browser, listed):
    """SR-1: US-2: as it is typed, without accents and case; names of those one does not see are not offered."""
    company = the_company()
    company.restrict_non_admins = True
    member = make_user()
    cafe = make_counterparty("Café Élan", company, assigned_users=[member])
    make_document(number="N-1", counterparty=cafe)
    make_document(number="N-2", counterparty=make_counterparty("Café Élan et fils", company))
    make_counterparty("Café Élan", make_company("Elsewhere"))
    admin, restricted = browser(make_user(Role.ADMIN)), browser(member)
    shown = lambda address: sorted(numbers(admin.get(f"/documents?{address}").text))  # noqa: E731

    assert shown("party=cafe+elan") == ["N-1"] and shown("party=cafe") == []
    by_id = admin.get(f"/documents?counterparty={cafe.id}").text
    assert 'name="party" value="Café Élan"' in by_id and 'name="counterparty"' not in by_id
    offered = [browser.get("/documents/counterparties?party=ELAN+cafe").text for browser in (admin, restricted)]
    assert [text.count("<option") for text in offered] == [2, 1] and "et fils" not in offered[1]
    assert "<option" not in admin.get("/documents/counterparties?party=+").text


EVERYTHING = Wanted(
    tab=Tab.TO_MATCH, q="ink & paper", direction=Direction.SALE, kind=Kind.CREDIT_NOTE,
    since=date(2026, 1, 1), until=date(2026, 1, 2), due_since=date(2026, 1, 3), due_until=date(2026, 1, 4),
    counterparty=1, party="Durand", category=0, tag=0, assignee=0, source="smtp",
    late=True, disputed=True, twins=True, fileless=True,
)  # fmt: skip


def test_every_filter_stands_in_the_address_and_comes_back_from_it(app):
    """SR-1: S84: what is written is what is read; what is taken off is gone."""
    said = EVERYTHING.in_address()

    with app.test_request_context("/?" + "&".join(f"{name}={value}" for name, value in said.items() if name != "q")):
        from flask import request

        read = Wanted.from_address(request.args)
    assert read == Wanted(**{**EVERYTHING.__dict__, "q": ""})
    assert Wanted(tab=Tab.TO_MATCH, **EVERYTHING.unfiltered()).in_address() == {"tab": "to_match"}


def test_every_filter_is_a_chip_of_its_own(app, browser):
    """SR-1: it leads to the list without it; names of what the company does not have are not told."""
    member = browser(make_user(company=the_company()))
    other = make_category("CANARY", make_company("Other"))
    address = "/documents?" + "&".join(f"{name}={value}" for name, value in EVERYTHING.in_address().items())
    text = member.get(address.replace("ink & paper", "ink")).text

    chips = re.findall(r'<a class="filter" href="([^"]+)" aria-label="Remove the filter ([^"]+)"', text)

    assert len(chips) == len(EVERYTHING.in_address()) - 1, chips
    for url, label in chips:
        assert url.count("=") == len(EVERYTHING.in_address()) - 1, label
    assert {"Without a category", "Without a tag", "Assigned to nobody", "Came by: E-mail"} <= {
        each for _u, each in chips
    }
    assert "CANARY" not in member.get(f"/documents?category={other.id}&tag={other.id}&assignee=1").text


def test_an_empty_result_says_what_was_looked_for_and_where_else(app, browser):
    """SR-1: OP-6: filters off, all documents, the trash."""
    make_document(number="N-1")
    decisions.trash(make_document(number="N-2", label="Zebra"), by=None)
    db.session.commit()
    member = browser(make_user())

    empty = member.get("/documents?q=zebra&kind=invoice&tab=to_match").text

    assert "Nothing found for “zebra”" in empty and "A single letter" not in empty
    assert "A single letter or digit is looked for as a word of its own" in member.get("/documents?q=z").text
    for signs in ("%22", "%25%25", "%F0%9F%98%80"):
        assert "Signs alone are not looked for" in member.get(f"/documents?q={signs}").text
    for address in ("/documents?q=zebra&amp;tab=to_match", "/documents?tab=to_match", "/trash?q=zebra"):
        assert f'href="{address}"' in empty.replace("tab=to_match&amp;q=zebra", "q=zebra&amp;tab=to_match"), address
    assert "N-2" in member.get("/trash?q=zebra").text
    assert "Nothing found for “ink zebra”" in member.get("/trash?q=ink+zebra").text


def test_the_form_knows_what_is_asked_and_works_without_script(app, browser):
    """SR-1: OP-6: a plain form with every filter, as they stand in the address."""
    admin = browser(make_user(Role.ADMIN))
    plain, used = admin.get("/documents").text, admin.get("/documents?late=yes&at_least=12.50").text

    for name in set(EVERYTHING.in_address()) - {"tab", "counterparty"} | {"at_least", "at_most"}:
        assert f'name="{name}"' in plain, name
    assert '<details class="more-filters">' in plain
    assert 'value="12.50"' in used and 'name="late" value="yes" checked' in used
