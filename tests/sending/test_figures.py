"""What is still to send counts in no figure but the treasury's; once it is sent it counts in all of them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from werkzeug.datastructures import MultiDict

from app.analytics import showing
from app.core import clock
from app.documents import figures
from app.documents import showing as lists
from app.documents.models import Document, SentMeans
from app.documents.sent import sent
from app.extensions import db
from app.web.access import Role
from tests.factories import make_company, make_document, make_user
from tests.sending.making import make_customer, make_sale, make_sender

CANARY_MINOR, CANARY = 98765432, "987,654.32"
LATE, PAID_LATE = 90, 30
"""Days since it was due, and since it was paid."""


@pytest.fixture
def sender(app):
    return make_sender("Sender")


@pytest.fixture
def admin(sender):
    return make_user(Role.ADMIN, sender)


@pytest.fixture
def customer(sender):
    return make_customer(sender, name="Canary Hotel")


@pytest.fixture
def unsent(sender, customer):
    """Two sales to send, long overdue: one open, one paid late."""

    def make():
        due = clock.today(sender) - timedelta(days=LATE)
        facts = {"gross_minor": CANARY_MINOR, "net_minor": CANARY_MINOR, "tax_minor": 0, "due_date": due}
        facts |= {"issue_date": due - timedelta(days=30), "counterparty": customer}
        make_sale(sender, number="CANARY-1", **facts)
        paid = clock.today(sender) - timedelta(days=PAID_LATE)
        facts |= {"settled_minor": CANARY_MINOR, "paid_minor": CANARY_MINOR, "paid_date": paid}
        return make_sale(sender, number="CANARY-2", **facts)

    return make


PAGES = {
    "analytics": "/analytics?period=year",
    "customers": "/customers",
    "customer": "/counterparties/{customer}",
    "list": "/documents?tab=outstanding",
    "list of late": "/documents?late=yes",
    "list of counted": "/documents?counted=yes&tab=outstanding",
    "home": "/",
} | {figure: f"/analytics/{figure}.csv?period=year" for figure in showing.FIGURES}


def figures_in(text: str) -> str:
    """A page without what changes by itself, lists and their counts, and the treasury's small picture."""
    text = re.sub(r'(?s)<head>.*?</head>|nonce="[^"]*"|name="csrf_token"[^>]*>|<meta [^>]*>', "", text)
    text = re.sub(
        r'(?s)<div class="list-card"><div class="card-head"><h2>Latest documents.*?</table></div></div>', "", text
    )
    told = "happened-title|customer-actions-title|reminders-title"
    text = re.sub(rf'(?s)<section class="card"[^>]* aria-labelledby="(?:{told})">.*?</section>', "", text)
    text = re.sub(r'(?s)<nav class="tabs.*?</nav>', "", text)
    text = re.sub(r'(?s)<section class="card" aria-labelledby="cash-title">.*?</section>', "", text)
    text = text.replace('<p class="card card-pad">No documents yet.</p>', "")
    return re.sub(r"(?s)<[^>]*>|\s+", " ", text)


def pages(client, customer) -> dict[str, str]:
    return {name: figures_in(client.get(url.format(customer=customer.id)).text) for name, url in PAGES.items()}


def test_no_figure_tells_of_it_before_it_is_sent(browser, sender, admin, customer, unsent):
    """SE-2: no analytics, no due, overdue or delay, no figure of its customer, no sum and no count of what is open."""
    client = browser(admin, sender)
    before = pages(client, customer)
    paid = unsent()
    after = pages(client, customer)
    home = after.pop("home")
    assert after == {name: before[name] for name in after}
    assert CANARY not in home and "Late" not in home and "All done" in home
    assert paid.is_to_send


def test_once_it_is_sent_every_figure_tells_of_it(browser, sender, admin, customer, unsent):
    """SE-2: SE-7: until sent; so the pages above would have told."""
    client = browser(admin, sender)
    before = pages(client, customer)
    unsent()
    for document in customer_documents(customer):
        sent(document, SentMeans.MARKED, by=admin)
    db.session.commit()
    after = pages(client, customer)
    silent = {name for name in before if after[name] == before[name]}
    assert silent <= NOT_OF_SALES
    assert CANARY in after["list"] and "Late" in after["home"]


NOT_OF_SALES = {"suppliers", "categories", "approvers", "stays", "approvals", "spending"}
"""Figures of purchases and of people."""


def customer_documents(customer):
    return list(db.session.query(Document).filter_by(counterparty_id=customer.id).order_by(Document.id))


def test_what_a_counterparty_owes_leaves_it_out(app, sender, admin, customer, unsent):
    """SE-2: due and overdue amounts, by one query for all counterparties."""
    unsent()
    assert figures.of(admin, sender, [customer.id]) == {}
    assert figures.by_direction(admin, sender) == {}


def test_treasury_alone_counts_it(browser, sender, admin, unsent):
    """SE-2: the money is expected all the same."""
    unsent()
    page = browser(admin, sender).get("/treasury/operations").text
    assert "CANARY-1" in page and CANARY in page


def test_it_has_a_tab_with_its_count(browser, sender, admin, unsent):
    """SE-2: they have a tab, which shows how many there are."""
    client = browser(admin, sender)
    unsent()
    page = client.get("/documents?tab=to_send").text
    assert "CANARY-1" in page and "CANARY-2" in page
    assert re.search(r"To send\s*<span[^>]*>\s*2\s*<", page)


def test_the_tab_is_shown_where_sending_is_on_or_something_waits(browser):
    """SE-2: who sends no invoices has no such tab."""
    plain = make_company("Plain")
    admin = make_user(Role.ADMIN, plain)
    client = browser(admin, plain)
    make_document(plain)
    assert "tab=to_send" not in client.get("/documents").text
    plain.sends_since = clock.now()
    db.session.commit()
    assert "tab=to_send" in client.get("/documents").text
    make_sale(plain)
    plain.sends_since = None
    db.session.commit()
    assert "tab=to_send" in client.get("/documents").text


def test_its_chip_says_so_and_nothing_is_late(browser, sender, admin, unsent):
    """SE-2: SE-7: not outstanding, not overdue; what is paid says both."""
    paid = unsent()
    client = browser(admin, sender)
    rows = client.get("/documents?tab=to_send").text
    assert "Overdue" not in rows and "days late" not in rows and rows.count("#send") >= 2
    page = client.get(f"/documents/{paid.id}").text
    assert "Paid" in page and "To send" in page


def test_a_list_with_the_tab_asks_for_nothing_it_has_not(app, sender, admin, unsent):
    """SE-2: the tab filters like any other."""
    unsent()
    with app.test_request_context():
        found = lists.list_page(admin, sender, MultiDict({"tab": "to_send", "direction": "sale"}), {})
    assert len(found["rows"]) == 2
