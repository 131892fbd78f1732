"""The facts that texts name."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.core import clock
from app.counterparties.models import Contact
from app.documents import sent
from app.documents.models import Kind, SentMeans
from app.dunning import composing, wording
from app.dunning.action_models import ActionKind
from app.dunning.actions import make
from app.dunning.facts import facts
from app.dunning.models import Channel
from app.extensions import db
from tests.dunning.making import make_customer, make_plan, make_sale, to_send
from tests.factories import make_company, make_user, the_company

SENDING, REMINDER = ActionKind.SENDING, ActionKind.REMINDER
AMOUNTS = ("overdue_count", "overdue_total", "overdue_list", "outstanding_total", "oldest_number")


def told(*documents, kind=REMINDER, language="en", **more):
    return facts(kind, list(documents), documents[0].counterparty, language=language, **more)


@pytest.mark.parametrize("kind", ActionKind)
def test_every_variable_has_its_fact_but_the_link(app, kind):
    """SE-4: whatever the editor offers is filled in."""
    assert set(told(make_sale(), kind=kind)) == set(wording.VARIABLES[kind]) - {"portal_link"}


def test_what_is_to_send_is_in_no_amount(app):
    """SE-2: no total, count, list or number of it, until it is sent."""
    sale = make_sale(number="F-1")
    without = told(sale)
    hidden = to_send(sale.counterparty, number="HIDDEN", gross_minor=777700, due_date=date(2026, 1, 1))

    assert {name: told(sale)[name] for name in AMOUNTS} == {name: without[name] for name in AMOUNTS}
    assert "HIDDEN" not in "".join(told(hidden, sale).values()) and told(hidden, sale)["number"] == "F-1"
    assert "HIDDEN" not in "".join(told(hidden).values()) and told(hidden)["open_amount"] == ""

    sent.sent(hidden, SentMeans.MARKED, by=None)
    assert told(sale)["overdue_total"] == "€7,897.00" and "HIDDEN" in told(sale)["overdue_list"]


def test_an_invoice_that_is_being_sent_tells_its_own_facts(app):
    """SE-4: its number and amount, and no total of anything."""
    sale = to_send(number="F-9", settled_minor=2000, payment_reference="RF18")

    assert {"number": "F-9", "amount": "€120.00", "open_amount": "€100.00"}.items() <= told(sale, kind=SENDING).items()
    assert told(sale, kind=SENDING)["payment_reference"] == "RF18"
    assert not set(AMOUNTS) & set(told(sale, kind=SENDING))


def test_credit_notes_and_part_payments_are_netted(app):
    """DN-1: totals are what is really owed, and the list adds up to them."""
    sale = make_sale(number="F-1", gross_minor=10000, settled_minor=1500)
    make_sale(sale.counterparty, number="F-2", gross_minor=5000, due_date=clock.today() + timedelta(days=9))
    make_sale(sale.counterparty, number="AV-1", gross_minor=2000, settled_minor=500, kind=Kind.CREDIT_NOTE)
    make_sale(sale.counterparty, number="PAID", gross_minor=9900, settled_minor=9900)
    make_sale(sale.counterparty, number="TRASH", trashed_at=clock.now())
    make_sale(sale.counterparty, number="OTHER WAY", direction="purchase")

    now = told(sale)

    assert (now["overdue_total"], now["outstanding_total"], now["overdue_count"]) == ("€70.00", "€120.00", "1")
    assert now["overdue_list"] == "F-1 · 31 Oct 2026 · €85.00\nAV-1 · 1 Oct 2026 · -€15.00"


def test_who_has_more_credit_than_debt_owes_nothing(app):
    """DN-1: a total is never below zero, and currencies are not mixed."""
    sale = make_sale(gross_minor=1000)
    make_sale(sale.counterparty, gross_minor=5000, kind=Kind.CREDIT_NOTE)
    make_sale(sale.counterparty, gross_minor=300, currency="USD")

    assert told(sale)["overdue_total"] == "$3.00"


def test_days_count_from_the_oldest_invoice(app):
    """DN-1: as its company counts days; before the due date nothing is late."""
    today = clock.today(the_company())
    old = make_sale(due_date=today - timedelta(days=12), number="OLD")
    new = make_sale(old.counterparty, due_date=today - timedelta(days=2))
    soon = make_sale(make_customer("Soon"), due_date=today + timedelta(days=5))

    late, before = told(new, old), told(soon)
    assert (late["number"], late["days_overdue"], late["days_until_due"]) == ("OLD", "12", "0")
    assert (before["days_overdue"], before["days_until_due"], before["overdue_total"]) == ("0", "5", "€0.00")


def test_facts_are_written_as_the_reader_writes_them(app):
    """SE-4: per language: amounts and days."""
    sale = make_sale(gross_minor=123456)

    assert told(sale, language="fr")["amount"].replace("\u202f", " ").replace("\xa0", " ") == "1 234,56 €"
    assert told(sale, language="fr")["due_date"] == "31/10/2026"


def test_only_an_account_of_ours_is_asked_to_be_paid_to(app):
    """R16: the IBAN printed on the page counts only where the company has it."""
    company = make_company("Ours", ibans=["FR7630006000011234567890189", "DE89370400440532013000"])
    customer = make_customer(company=company)

    assert told(make_sale(customer, iban="GB33BUKB20201555555555"))["iban"] == "FR76 3000 6000 0112 3456 7890 189"
    assert told(make_sale(customer, iban="DE89370400440532013000"))["iban"] == "DE89 3704 0044 0532 0130 00"


def action_about(sale, plan, **facts_of_it):
    made = make(SENDING, sale, key=f"test:{sale.id}", channel=Channel.EMAIL, due_at=clock.now(), step=plan.sending)
    for name, value in facts_of_it.items():
        setattr(made, name, value)
    db.session.commit()
    return made


def test_a_message_is_the_wording_with_its_facts(app):
    """SE-4: in the language asked for, the link left for later."""
    sale = make_sale(number="F-7")
    sale.counterparty.contacts = [Contact(name="Mme Petit")]
    made = action_about(sale, make_plan())

    subject, text = composing.compose(made, language="en", contact_name="Mme Petit")
    assert subject == f"Invoice F-7 from {sale.company.name}" and "F-7" in text and "{portal_link}" in text
    assert "{" not in text.replace("{portal_link}", "")


def test_what_somebody_wrote_in_its_place_wins(app):
    """SE-6: preview, edit, send."""
    made = action_about(make_sale(number="F-7"), make_plan(), subject="Mine {number}", text="As agreed.")

    assert composing.compose(made, language="en", contact_name="") == ("Mine F-7", "As agreed.")


def test_a_fact_cannot_ask_for_the_link(app):
    """S51: only the text does: a label read from a page is no template."""
    sale = make_sale(label="{portal_link}{number}")
    made = action_about(sale, make_plan(), subject="s", text="{label}!")

    assert composing.compose(made, language="en", contact_name="")[1] == "{number}!"


def test_a_step_without_words_says_nothing(app):
    """SE-5: performing it is then a person's."""
    plan = make_plan()
    plan.sending.wordings.clear()

    assert composing.compose(action_about(make_sale(), plan), language="fr", contact_name="") == ("", "")


def test_the_account_owner_signs(app):
    """SE-5: whoever the action is given to, else whose account it is, else the company."""
    lea = make_user(name="Léa Martin", email="lea@example.org")
    customer = make_customer(owner=lea)

    assert told(make_sale(customer), owner=None)["owner"] == "Léa Martin"
    assert told(make_sale(customer), owner=make_user(name="Paul"))["owner"] == "Paul"
    assert told(make_sale(make_customer("Nobody’s")))["owner"] == the_company().name
