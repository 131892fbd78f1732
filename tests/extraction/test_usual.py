"""What is usual for a supplier that a page is from fills what the page does not say."""

from __future__ import annotations

from datetime import date

from app.counterparties.models import Terms
from app.extensions import db
from tests import samples
from tests.extraction.test_jobs import arrived, read
from tests.factories import make_category, make_counterparty, make_user, reload
from tests.review.test_review import marked


def test_a_page_is_filled_up_with_what_is_usual_and_the_form_says_so(app, browser):
    """LC-6: EX-3: what was read counts, the rest is what its supplier usually has, with the reason beside it."""
    usual = {"terms": Terms.NET_END_OF_MONTH, "terms_days": 45, "default_category_id": make_category("Light").id}
    supplier = make_counterparty("Atelier Lumen SARL", vat_number="FR40303265045", **usual)
    silent = read(arrived(samples.invoice_pdf("F-1", due_date=None)))
    telling = read(arrived(samples.invoice_pdf("F-2")))

    assert (silent.counterparty, silent.due_date, silent.category.name) == (supplier, date(2026, 12, 31), "Light")
    assert (telling.due_date, telling.category.name) == (date(2026, 12, 2), "Light")
    assert "due_date" not in silent.unsure
    page = browser(make_user()).get(f"/review/{silent.id}").text
    for field in ("due_date", "category_id"):
        assert "Usual for Atelier Lumen SARL." in marked(page, field)
    assert "Usual for" not in marked(browser(make_user()).get(f"/review/{telling.id}").text, "due_date")


def test_read_again_it_keeps_what_was_usual_then(app):
    """LC-6: a changed default is not retroactive."""
    usual = {"terms": Terms.NET, "terms_days": 10, "account_code": "401A"}
    supplier = make_counterparty("Atelier Lumen SARL", vat_number="FR40303265045", **usual)
    document = read(arrived(samples.invoice_pdf("F-1", due_date=None)))
    supplier.account_code, document.read_state = "401B", "reading"
    db.session.commit()

    document = read(reload(document))

    assert (document.account_code, document.due_date) == ("401A", date(2026, 11, 12))
