"""Two documents side by side: where they differ, page by page, and what one decides there."""

from __future__ import annotations

from datetime import date

import pytest
from lxml import html
from sqlalchemy import select

from app.core.errors import Refused
from app.documents import decisions, twins
from app.documents.comparing import pair_of
from app.documents.models import ReadState, Status, TwinVerdict
from app.extensions import db
from app.files import store
from tests import samples
from tests.documents.test_twins import make_twins
from tests.factories import make_company, make_counterparty, make_document, make_user, reload


def differing(one, other) -> set[str]:
    """The names of the facts in which they differ."""
    return {fact.name for fact in pair_of(one, other).facts if fact.differs}


def draw(document, pages: int = 1) -> None:
    """Give its original drawn pages."""
    folder = store.pages_folder(document.original.file)
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(1, pages + 1):
        (folder / f"page-{number}.png").write_bytes(samples.picture(dpi=20))


@pytest.mark.parametrize(
    ("facts", "named"),
    [
        ({}, {"File"}),
        ({"gross_minor": 12001}, {"File", "Gross amount"}),
        ({"currency": "USD"}, {"File", "Net amount", "Tax", "Gross amount"}),
        ({"issue_date": date(2026, 10, 2)}, {"File", "Issue date"}),
        ({"iban": "FR7630006000011234567890189"}, {"File", "IBAN"}),
        ({"counterparty": None, "counterparty_name": "Durand"}, {"File", "Supplier"}),
    ],
)
def test_the_facts_that_differ_are_named(app, facts, named):
    """DU-1: both side by side; a number written otherwise is the same number."""
    first, _second = make_twins()
    supplier = {"counterparty": first.counterparty}

    assert differing(first, make_document(**({"number": "f-77"} | supplier | facts))) == named


def test_what_differs_is_marked_by_more_than_colour(app, browser):
    """DU-1: OP-6: a word beside the fact, on the document's page and on that of the comparison."""
    first, second = make_twins(gross_minor=12000)
    second.gross_minor = 13000
    db.session.commit()
    member = browser(make_user())

    for address in (f"/documents/{second.id}", f"/documents/{second.id}/comparison/{first.id}"):
        marked = html.fromstring(member.get(address).text).xpath("//table[contains(@class, 'twin-facts')]//tr[.//th]")
        told = {row.xpath("string(th)").split()[0]: "differs" in row.xpath("string(th)") for row in marked}
        assert told["Gross"] and not told["Number"] and not told["Arrived"]


def test_their_pages_stand_side_by_side(app, browser):
    """DU-1: each page beside the other's; where one has fewer, that is said."""
    first, second = make_twins()
    draw(first, pages=2)
    draw(second)

    text = browser(make_user()).get(f"/documents/{second.id}/comparison/{first.id}").text

    for page in (f"{first.id}/pages/1.png", f"{first.id}/pages/2.png", f"{second.id}/pages/1.png"):
        assert f"/documents/{page}" in text
    assert "New document: no picture of page 2" in text


def test_nobody_compares_what_they_may_not_see(app, browser):
    """US-3: S71: 404 for either and for another company's; beside itself it has nothing to show."""
    first, second = make_twins()
    elsewhere = make_document(make_company("Other"))
    member = browser(make_user())

    for one, other in ((first, elsewhere), (elsewhere, first)):
        assert member.get(f"/documents/{one.id}/comparison/{other.id}").status_code == 404
    assert member.get(f"/documents/{first.id}/comparison/{second.id}").status_code == 200
    assert member.get(f"/documents/{first.id}/comparison/{first.id}").location == f"/documents/{first.id}"


def test_a_supplier_that_counts_anew_each_year_is_asked_about_once(app, browser):
    """DU-1: per supplier "numbering restarts each year": a mark set where one says that it is no duplicate."""
    supplier = make_counterparty()
    first, second = make_twins(counterparty=supplier)
    second.issue_date = date(2025, 10, 1)
    db.session.commit()
    member = browser(make_user())
    assert 'name="restarts"' in member.get(f"/documents/{second.id}").text

    said = {"why": "It counts anew each January", "restarts": "yes"}
    member.post(f"/documents/{second.id}/duplicates/{first.id}/verdict", data=said)

    assert reload(supplier).numbering_restarts_yearly
    third = make_document(number="F-77", counterparty=supplier, issue_date=date(2024, 10, 1))
    assert twins.same_number(third) == []


def test_within_one_year_nobody_says_that_numbers_begin_again(app, browser):
    """DU-1: the mark is neither offered nor taken there."""
    supplier = make_counterparty()
    first, second = make_twins(counterparty=supplier)
    member = browser(make_user())

    assert 'name="restarts"' not in member.get(f"/documents/{second.id}").text
    member.post(f"/documents/{second.id}/duplicates/{first.id}/verdict", data={"why": "two", "restarts": "yes"})

    assert not reload(supplier).numbering_restarts_yearly


def test_a_mark_is_not_set_on_a_supplier_one_may_not_see(app, browser):
    """US-2: S72: reviewing shows a restricted member its name, and lets them change nothing of it."""
    company = make_company(restrict_non_admins=True)
    supplier = make_counterparty(company=company)
    facts = {"number": "F-77", "counterparty": supplier}
    first = make_document(company, **facts)
    second = make_document(company, **facts, issue_date=date(2025, 10, 1))

    address = f"/documents/{second.id}/duplicates/{first.id}/verdict"
    browser(make_user(company=company)).post(address, data={"why": "two", "restarts": "yes"})

    assert db.session.scalars(select(TwinVerdict)).one().why == "two"
    assert not reload(supplier).numbering_restarts_yearly


def test_who_comes_second_is_told_what_was_said(app):
    """DU-1: of two people with the same page, the second neither links nor says it once more."""
    first, second = make_twins(file_name="same.pdf")
    twins.not_a_duplicate(second, first, "Two deliveries", by=make_user(name="Léa"))

    for decide in (twins.link, twins.replace, twins.discard):
        with pytest.raises(Refused, match="Léa said already that these are two documents: Two deliveries"):
            decide(second, first, by=make_user())
    with pytest.raises(Refused, match="Léa"):
        twins.not_a_duplicate(first, second, "indeed", by=make_user())

    assert not second.trashed_at and len(first.files) == 1


def test_a_trashed_twin_can_be_dismissed_too(app, browser):
    """DU-1: it never blocks, and is no longer shown once a person has said that it is another."""
    first, second = make_twins()
    decisions.trash(first, by=None)
    db.session.commit()
    member = browser(make_user())

    member.post(f"/documents/{second.id}/duplicates/{first.id}/verdict", data={"why": "another order"})

    assert "already been imported" not in member.get(f"/documents/{second.id}").text


def test_a_replaced_file_that_could_not_be_read_is_readable_now(app):
    """DU-1: IN-8: a good file in the place of a broken one ends *unreadable*."""
    first, second = make_twins(file_name="same.pdf")
    first.read_state, first.unreadable_reason = ReadState.UNREADABLE, "broken"

    twins.replace(second, first, by=make_user())

    assert (first.status, first.unreadable_reason) == (Status.TO_PROCESS, "")


def test_an_alike_document_is_compared_and_dismissed(app, browser):
    """DU-3: the warning leads to both side by side; a person's word ends it, as does the validation."""
    supplier = make_counterparty()
    first, second = make_document(counterparty=supplier), make_document(counterparty=supplier)
    member = browser(make_user())
    address = f"/documents/{second.id}/comparison/{first.id}"
    assert address in member.get(f"/documents/{second.id}").text
    assert address in member.get(f"/review/{second.id}").text
    assert member.get(address).status_code == 200

    member.post(f"/documents/{second.id}/duplicates/{first.id}/verdict", data={"why": "the rent of each month"})

    assert twins.similar(second) == twins.similar(first) == []


def test_alike_documents_without_a_number_are_warned_of(app):
    """DU-3: two receipts that say no number are not less alike for that."""
    supplier = make_counterparty()
    first = make_document(counterparty=supplier, number="")

    assert twins.similar(make_document(counterparty=supplier, number="")) == [first]
