"""The customer's page behind a link: that customer's open invoices and nothing else; it changes nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask_babel import force_locale
from sqlalchemy import select

from app.core import clock
from app.counterparties import merging
from app.documents.models import Direction, Kind, SentMeans, TrashKind
from app.dunning import portal, portal_links
from app.dunning.customer_models import PortalLink
from app.extensions import db
from app.web.access import Permission, Role
from tests.dunning.returns import make_customer, make_sale
from tests.factories import make_company, make_file, make_user, reload, the_company
from tests.web.world import contents

IBAN = "FR7630006000011234567890189"


@pytest.fixture
def customer(app):
    company = the_company()
    company.ibans, company.customer_language = [IBAN], "en"
    return make_customer()


def sale(customer, number: str, **facts):
    return make_sale(customer=customer, number=number, **facts)


def link(customer) -> str:
    """The token of a new link."""
    _url, token = portal_links.make(customer, None)
    db.session.commit()
    return token


def shown(browser, customer) -> str:
    return browser().get(f"/portal/{link(customer)}").text


# --- What it shows ----------------------------------------------------------------------------------


def test_a_customer_sees_what_is_open(customer, browser):
    """DN-2: S70: amounts, days in words, how to pay; the total less the credit notes."""
    today = clock.today(customer.company)
    sale(customer, "V-LATE", due_date=today - timedelta(days=12), gross_minor=12_000)
    sale(customer, "V-SOON", due_date=today + timedelta(days=3), gross_minor=5_000)
    sale(customer, "V-NOTE", kind=Kind.CREDIT_NOTE, gross_minor=2_000, due_date=None)
    text = shown(browser, customer)

    assert "12 days late" in text and "Due on" in text and customer.company.name in text
    for amount in ("€150.00", "€170.00", "€120.00", "-€20.00"):
        assert amount in text
    assert (
        "FR76 3000 6000 0112 3456 7890 189" in text and text.count("<svg") >= 2 and text.count('class="pay-code"') == 2
    )


HIDDEN = {
    "to send": {"to_send_at": clock.now()},
    "not validated": {"validated_at": None},
    "in the trash": {"trashed_at": clock.now(), "trash_kind": TrashKind.DELETED},
    "paid": {"settled_minor": 12_000},
    "a purchase": {"direction": Direction.PURCHASE},
}


@pytest.mark.parametrize("facts", HIDDEN.values(), ids=HIDDEN)
def test_what_is_not_owed_is_not_shown(customer, browser, facts):
    """SE-2: S70: nor counted, nor given out."""
    document = sale(customer, "V-HIDDEN", **facts)
    token = link(customer)
    text = browser().get(f"/portal/{token}").text

    assert "V-HIDDEN" not in text and "€120.00" not in text and "Nothing is open" in text
    assert browser().get(f"/portal/{token}/documents/{document.id}/file").status_code == 404


def test_what_was_sent_is_shown(customer, browser):
    """SE-2: once it reached them."""
    sale(customer, "V-SENT", to_send_at=clock.now(), sent_at=clock.now(), sent_means=SentMeans.EMAIL)

    assert "V-SENT" in shown(browser, customer)


def test_what_is_disputed_says_so_and_asks_for_nothing(customer, browser):
    """DN-2: no code to pay it; the reason stays in the house."""
    sale(customer, "V-DISPUTED", disputed_at=clock.now(), dispute_reason="they are wrong")
    text = shown(browser, customer)

    assert "Disputed" in text and "they are wrong" not in text and "pay-code" not in text


def test_currencies_are_not_added_up(customer, browser):
    """DN-2: one sum each; only euros have a code."""
    sale(customer, "V-EUR", gross_minor=10_000)
    sale(customer, "V-USD", gross_minor=20_000, currency="USD")
    text = shown(browser, customer)

    assert "€100.00" in text and "$200.00" in text and text.count('class="pay-code"') == 1


def test_it_speaks_the_customers_language(customer, browser):
    """DN-2: whatever the browser asks for."""
    customer.contacts[0].language = "fr"
    sale(customer, "V-1")

    assert '<html lang="fr">' in browser().get(f"/portal/{link(customer)}", headers={"Accept-Language": "en"}).text


def test_the_pdf_is_a_download(customer, browser):
    """R13: S70: as an attachment that no browser shows."""
    document = sale(customer, "V-1", file=make_file(b"%PDF-1.7 mine"))
    answer = browser().get(f"/portal/{link(customer)}/documents/{document.id}/file")

    assert answer.data == b"%PDF-1.7 mine" and answer.headers["Content-Disposition"].startswith("attachment")
    assert (
        answer.headers["Content-Security-Policy"].startswith("sandbox")
        and "no-store" in answer.headers["Cache-Control"]
    )


# --- What it opens ----------------------------------------------------------------------------------


def test_it_opens_that_customer_only(customer, browser):
    """S70: R9: nothing of another customer, a child, another company; no session, no other page."""
    child = make_customer("Child", parent_id=customer.id)
    other = make_customer("Other", company=make_company("Elsewhere"))
    hidden = [sale(child, "V-CHILD"), sale(other, "V-OTHER")]
    mine, token = sale(customer, "V-MINE"), link(customer)
    visitor = browser()
    text = visitor.get(f"/portal/{token}").text

    assert "V-MINE" in text and "V-CHILD" not in text and "V-OTHER" not in text
    for document in hidden:
        assert visitor.get(f"/portal/{token}/documents/{document.id}/file").status_code == 404
    assert visitor.get(f"/documents/{mine.id}").status_code == 303


def test_looking_changes_nothing(customer, browser):
    """S57: R8: HEAD and GET by many: 200, no row differs, no cookie, the link still works."""
    document, token = sale(customer, "V-1"), link(customer)
    before = contents()
    for turn in range(21):
        visitor = browser()
        ask = visitor.head if turn % 2 else visitor.get
        where = {"environ_base": {"REMOTE_ADDR": f"192.0.2.{turn}"}}
        for path in (f"/portal/{token}", f"/portal/{token}/documents/{document.id}/file"):
            answer = ask(path, **where)
            assert answer.status_code == 200 and "Set-Cookie" not in answer.headers

    assert contents() == before


def test_there_is_nothing_to_press(customer, browser):
    """S58: S59: no form and no script: whatever a scanner presses, there is nothing; nothing is posted to it."""
    sale(customer, "V-1")
    token = link(customer)
    text = browser().get(f"/portal/{token}").text

    assert "<form" not in text and "<script" not in text and "<button" not in text and "javascript:" not in text
    assert browser().post(f"/portal/{token}").status_code in (400, 403, 405)


DEAD = {
    "unknown": lambda link, token: "no-such-token",
    "altered": lambda link, token: token[:-1] + ("A" if token[-1] != "A" else "B"),
    "truncated": lambda link, token: token[:-4],
    "its hash": lambda link, token: link.token_hash,
    "expired": lambda link, token: _set(link, token, expires_at=clock.now() - timedelta(seconds=1)),
    "revoked": lambda link, token: _set(link, token, revoked_at=clock.now()),
    "made by a clock that was ahead": lambda link, token: _set(link, token, created_at=clock.now() + timedelta(days=1)),
}


def _set(link, token, **facts):
    for name, value in facts.items():
        setattr(link, name, value)
    db.session.commit()
    return token


@pytest.mark.parametrize("how", DEAD.values(), ids=DEAD)
def test_a_dead_link_shows_nothing(customer, browser, how):
    """S60: S70: one and the same page whatever the reason, and nothing of the customer."""
    document, token = sale(customer, "V-1"), link(customer)
    token = how(db.session.scalars(select(PortalLink)).one(), token)
    answer, unknown = browser().get(f"/portal/{token}"), browser().get("/portal/never-was")

    assert answer.status_code == 404 and answer.text == unknown.text
    assert "V-1" not in answer.text and customer.name not in answer.text and customer.company.name not in answer.text
    assert browser().get(f"/portal/{token}/documents/{document.id}/file").status_code == 404


# --- What is kept of it -----------------------------------------------------------------------------


def test_no_token_is_in_the_database(customer):
    """S65: R9: only its hash; 32 random bytes, another one each time."""
    tokens = {link(customer) for _time in range(3)}
    rows = str(contents(but=lambda table: False))

    assert len(tokens) == 3 and all(len(token) >= 43 and token not in rows for token in tokens)


def test_the_address_stays_with_whoever_has_it(customer, browser, capsys):
    """S66: no referrer, no cache, no search engine, nothing from outside; masked in the log."""
    sale(customer, "V-1")
    for token in (link(customer), "no-such-token"):
        answer = browser().get(f"/portal/{token}")
        assert answer.headers["Referrer-Policy"] == "no-referrer" and answer.headers["Cache-Control"] == "no-store"
        assert "noindex" in answer.headers["X-Robots-Tag"] and "frame-ancestors 'none'" in str(answer.headers)
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert 'src="http' not in answer.text and token not in capsys.readouterr().err


def test_the_address_is_the_configured_one(app, customer):
    """S67: whatever Host the request names that makes it."""
    with app.test_request_context(headers={"Host": "evil.example"}):
        url, token = portal_links.make(customer, None)

    assert url == f"{app.config['SETTINGS'].address}/portal/{token}"


# --- On the customer's page -------------------------------------------------------------------------


def test_a_link_is_made_shown_once_and_revoked(customer, browser):
    """S70: by who may send; the page shows it once, then only that it is there."""
    sale(customer, "V-1")
    client, page = browser(make_user(rights=[Permission.SEND_MAILS.value])), f"/counterparties/{customer.id}"
    made = client.post(f"{page}/portal-links").text
    token = made.partition("/portal/")[2].partition("<")[0].partition('"')[0]
    assert browser().get(f"/portal/{token}").status_code == 200
    assert token not in client.get(page).text and "Works until" in client.get(page).text

    row = db.session.scalars(select(PortalLink)).one()
    client.post(f"{page}/portal-links/{row.id}/revocation")
    assert browser().get(f"/portal/{token}").status_code == 404 and "Works until" not in client.get(page).text


def test_all_links_of_a_customer_are_revoked_at_once(customer, browser):
    """S70: those of another customer go on."""
    other = make_customer("Other")
    tokens, kept = [link(customer), link(customer)], link(other)
    browser(make_user()).post(f"/counterparties/{customer.id}/portal-links/revocation")

    assert {browser().get(f"/portal/{token}").status_code for token in tokens} == {404}
    assert browser().get(f"/portal/{kept}").status_code == 200


def test_making_a_link_needs_the_right_to_send(customer, browser):
    """SE-8: S70: it shows a customer what is theirs."""
    assert browser(make_user()).post(f"/counterparties/{customer.id}/portal-links").status_code == 403
    assert db.session.scalars(select(PortalLink)).all() == []


def test_a_link_of_another_customer_is_not_revoked_in_passing(customer, browser):
    """US-2: S73: the id of a link counts for its own customer alone."""
    other = make_customer("Other")
    link(other)
    row = db.session.scalars(select(PortalLink)).one()
    answer = browser(make_user()).post(f"/counterparties/{customer.id}/portal-links/{row.id}/revocation")

    assert answer.status_code == 404 and reload(row).revoked_at is None


def test_links_of_one_that_was_merged_are_dead(customer, browser):
    """CP-1: S70: they were for what it alone owed."""
    into, token = make_customer("Blanc SA"), link(customer)
    merging.merge(customer, into, by=make_user(Role.ADMIN), typed=customer.name)
    db.session.commit()

    assert browser().get(f"/portal/{token}").status_code == 404


@pytest.mark.parametrize(("days", "said"), [(-1, "1 day late"), (-12, "12 days late"), (0, "Due today"), (2, "Due on")])
def test_days_are_said_in_words(app, days, said):
    """DN-2: nobody counts days."""
    today = clock.today()
    with app.test_request_context(), force_locale("en"):
        assert portal.when(today + timedelta(days=days), today).startswith(said)


def test_what_nobody_approved_yet_is_not_shown(customer, browser):
    """S70: an older sale that was never to be sent, and waits for approval."""
    sale(customer, "V-WAITS", awaits_approval=True)
    assert "V-WAITS" not in shown(browser, customer)
