"""The pages of payments: a whole payment, who may do what, and what each list shows."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from app.core import clock
from app.counterparties.models import CounterpartyIban
from app.documents.models import Status
from app.extensions import db
from app.payments import month, releasing
from app.payments.models import BatchState, PaymentBatch
from app.users import companies
from app.users.models import SignInAttempt
from app.web.access import Permission, Role
from tests.factories import PASSWORD, make_counterparty, make_user, reload, the_company
from tests.payments.making import OTHER, THEIRS, make_account, make_batch, make_payable, make_payee, soon, to_pay
from tests.payments.reading import read


@pytest.fixture
def admin(app):
    return make_user(Role.ADMIN, password=True)


def test_a_whole_payment(browser, admin):
    """PY-1: PY-2: PY-3: to pay, a batch, released by password, downloaded twice, cancelled with a reason, denied."""
    document, account, client = make_payable(), make_account(), browser(admin)
    assert "Pay now" in client.get(f"/documents/{document.id}").text
    client.post(f"/documents/{document.id}/pay-date", data={"when": "now"})
    assert reload(document).pay_date == soon()
    assert document.number in client.get("/payments?tab=to_pay").text

    answer = client.post("/payment-batches", data={"ids": [document.id], "account_id": account.id})
    batch = db.session.scalars(db.select(PaymentBatch)).one()
    assert answer.location == f"/payment-batches/{batch.id}"
    wrong = client.post(f"/payment-batches/{batch.id}/release", data={"password": "guessed"})
    assert wrong.status_code == 422 and "not your password" in wrong.text and reload(batch).state is BatchState.DRAFT
    assert client.post(f"/payment-batches/{batch.id}/file").status_code == 422
    client.post(f"/payment-batches/{batch.id}/release", data={"password": PASSWORD})
    assert reload(batch).state is BatchState.MADE and batch.downloaded_at is None

    files = [client.post(f"/payment-batches/{batch.id}/file") for _time in range(2)]
    assert files[0].data == files[1].data and read(files[0].data).message_id == batch.message_id
    assert files[0].headers["Content-Disposition"].startswith("attachment") and reload(batch).downloaded_at
    assert "In payment since" in client.get(f"/documents/{document.id}").text

    assert client.post(f"/payment-batches/{batch.id}/cancellation", data={}).status_code == 422
    why = {"why": "the bank refused it"}
    told = client.post(f"/payment-batches/{batch.id}/cancellation", data=why, follow_redirects=True).text
    assert "say of each document" in told and "free again" not in told
    assert "May have been executed" in client.get(f"/documents/{document.id}").text
    assert "the bank refused it" in client.get(f"/payment-batches/{batch.id}").text
    client.post(f"/payments/{reload(batch).payments[0].id}/denial")
    assert "To be paid on" in client.get(f"/documents/{document.id}").text
    client.post(f"/documents/{document.id}/pay-date/removal")
    assert reload(document).status is Status.TO_MATCH


def test_guessing_the_password_is_slowed_down(browser, admin):
    """US-1: S75: a release asks for the password like a sign-in does: failures count, and then wait."""
    batch, client = make_batch(admin), browser(admin)
    for _time in range(5):
        client.post(f"/payment-batches/{batch.id}/release", data={"password": "guessed"})
    assert db.session.query(SignInAttempt).count() == 5
    answer = client.post(f"/payment-batches/{batch.id}/release", data={"password": PASSWORD})
    assert answer.status_code == 422 and reload(batch).state is BatchState.DRAFT


def test_who_may_do_what(browser, admin):
    """US-6: PY-2: a member puts together and cancels, only the right releases and downloads, the accountant looks."""
    batch = make_batch(admin)
    member, accountant = make_user(password=True), make_user(Role.ACCOUNTANT)
    by_right = make_user(password=True, rights=[Permission.RELEASE_PAYMENT.value])
    url = f"/payment-batches/{batch.id}"
    assert "to release payments, releases it" in browser(member).get(url).text
    assert browser(member).post(f"{url}/release", data={"password": PASSWORD}).status_code == 403
    looks = browser(accountant)
    assert looks.get(url).status_code == 200 and looks.post(f"{url}/cancellation").status_code == 403
    assert looks.get("/payments?tab=to_pay").status_code == 200
    assert browser(make_user(Role.APPROVER)).get("/payments").status_code == 403

    companies.change(the_company(), {"payment_second_person": True}, by=admin)
    db.session.commit()
    own = browser(admin)
    assert "a second person releases it" in own.get(url).text
    assert own.post(f"{url}/release", data={"password": PASSWORD}).status_code == 422
    browser(by_right).post(f"{url}/release", data={"password": PASSWORD})
    assert reload(batch).state is BatchState.MADE and batch.released_by_id == by_right.id


def test_the_second_person_is_a_setting(browser, admin):
    """PY-2: a box in the settings of the company."""
    url = f"/settings/companies/{the_company().id}/rules"
    assert "A second person releases payments" in browser(admin).get(url).text
    browser(admin).post(url, data={"payment_second_person": "y", "trash_days": "30"})
    assert reload(the_company()).payment_second_person


def test_a_restricted_member_sees_no_trace(browser, admin):
    """US-2: S72: a batch with one document out of sight is not there, nor is anything of that document."""
    mine, hidden = make_payee("Encre", None, OTHER), make_payee("Secret supplier")
    member = make_user()
    mine.assigned_users = [member]
    documents = [make_payable(mine), make_payable(hidden)]
    account = make_account()
    both = make_batch(admin, *documents, account=account)
    own = make_batch(admin, make_payable(mine), account=account)
    releasing.release(both, by=admin)
    make_payable(hidden), to_pay(make_payable(hidden), admin)
    the_company().restrict_non_admins = True
    db.session.commit()

    client = browser(member)
    for tab in ("due", "to_pay", "held", "in_payment", "batches"):
        assert "Secret" not in client.get(f"/payments?tab={tab}").text
    assert "Secret" not in client.get("/payments?tab=due&view=month").text
    assert client.get(f"/payment-batches/{both.id}").status_code == 404
    for page in ("/payments?tab=in_payment", f"/documents/{documents[0].id}"):
        assert f'href="/payment-batches/{both.id}"' not in client.get(page).text
    assert client.get(f"/payment-batches/{own.id}").status_code == 200
    free = to_pay(make_payable(hidden), admin)
    answer = client.post("/payment-batches", data={"ids": [free.id], "account_id": account.id})
    assert answer.status_code == 422 and free.number not in answer.text


def test_what_is_no_day_is_not_taken_for_another(browser, admin):
    """PY-1: nothing is paid on the next banking day, nor was it today, because of a slip of the hand."""
    document, account, client = make_payable(), make_account(), browser(admin)
    wrong = {"when": "date", "pay_date": "31/12/2026"}
    batch = make_batch(admin, make_payable(make_payee("Encre")), account=account)
    releasing.release(batch, by=admin)
    to_pay(document, admin)
    tries = {
        f"/documents/{document.id}/pay-date": wrong,
        "/payment-batches": {"ids": [document.id], "account_id": account.id, "execution_date": "31/12/2026"},
        f"/payment-batches/{batch.id}/execution": {"paid_date": "2026-13-01"},
        "/bulk-acts": {"act": "to_pay", "ids": [document.id]} | wrong,
    }
    for address, said in tries.items():
        answer = client.post(address, data=said)
        assert answer.status_code == 422 and "is no day" in answer.text, address
    assert reload(document).pay_date == soon() and reload(batch).state is BatchState.MADE


def test_what_is_due_by_week_and_as_a_month(browser, admin):
    """PY-1: late first, then by week; the calendar shows what is due, and to be paid, on its day."""
    today = clock.today(the_company())
    party = make_payee()
    days = {"Late": -3, "Next week": 7 - today.weekday()}
    documents = {name: make_payable(party, due_date=today + timedelta(days=days_on)) for name, days_on in days.items()}
    document = make_payable(party, due_date=today + timedelta(days=40))
    chosen = to_pay(make_payable(party), admin, on=today)
    client = browser(admin)
    text = client.get("/payments").text
    for name, each in documents.items():
        assert re.search(f"{name}.*{each.number}", text, re.DOTALL)
    assert chosen.number not in text
    month_of = lambda day: client.get(f"/payments?tab=due&view=month&month={day:%Y-%m}").text  # noqa: E731
    assert f"/documents/{document.id}" in month_of(document.due_date)
    assert f"/documents/{chosen.id}" in month_of(chosen.pay_date)
    assert month.title(today.replace(day=1)) in client.get("/payments?tab=due&view=month&month=nonsense").text


def test_held_says_why_and_several_accounts_ask(browser, admin):
    """PY-2: LC-8: R16: each with its reason; a choice where several are confirmed, and it is kept."""
    unknown = make_counterparty("Stranger")
    unknown.ibans = [CounterpartyIban(iban=OTHER)]
    held = to_pay(make_payable(unknown), admin)
    asks = to_pay(make_payable(make_payee("Durand", None, THEIRS, OTHER)), admin)
    account, client = make_account(), browser(admin)
    assert "payments?tab=held" in client.get("/").text
    text = client.get("/payments?tab=held").text
    assert held.number in text and "no account of Stranger is confirmed" in text
    assert f'name="iban-{asks.id}"' in client.get("/payments?tab=to_pay").text
    client.post("/payment-batches", data={"ids": [asks.id], "account_id": account.id, f"iban-{asks.id}": OTHER})
    assert db.session.scalars(db.select(PaymentBatch)).one().payments[0].iban == OTHER


def test_a_draft_is_mended(browser, admin):
    """S93: the line the file refuses is named, and brought up to date or taken out."""
    documents = [make_payable(), make_payable(make_payee("Encre", None, OTHER))]
    batch, client = make_batch(admin, *documents), browser(admin)
    documents[0].settled_minor = 2000
    db.session.commit()
    url = f"/payment-batches/{batch.id}"
    assert "€100.00 of it are open now" in client.get(url).text
    client.post(f"{url}/renewal")
    assert reload(batch).total_minor == 22000 and "refuses" not in client.get(url).text
    client.post(f"/payments/{batch.payments[0].id}/removal")
    assert len(reload(batch).payments) == 1
    releasing.release(batch, by=admin)
    db.session.commit()
    client.post(f"{url}/execution", data={"paid_date": str(clock.today(the_company()))})
    assert reload(batch).state is BatchState.EXECUTED


def test_a_code_is_shown_for_what_a_batch_does_not_pay(browser, admin):
    """PY-2: one code on the page of what is to be paid; none once it is in a batch, is held or in dollars."""
    document, held = to_pay(make_payable(), admin), to_pay(make_payable(iban=OTHER), admin)
    dollars, client = to_pay(make_payable(currency="USD"), admin), browser(admin)
    shows = lambda each: 'class="segno"' in client.get(f"/documents/{each.id}").text  # noqa: E731
    assert (shows(document), shows(held), shows(dollars)) == (True, False, False)
    assert 'class="segno"' not in browser(make_user(Role.ACCOUNTANT)).get(f"/documents/{document.id}").text
    make_batch(admin, document)
    assert not shows(document)


def test_many_are_put_down_to_be_paid_from_the_list(browser, admin):
    """PY-1: RV-7: the bar below the list of documents, and below what is due."""
    documents, client = [make_payable(), make_payable(make_payee("Encre"))], browser(admin)
    assert 'value="to_pay"' in client.get("/documents").text
    ids = [each.id for each in documents]
    answer = client.post("/bulk-acts", data={"act": "to_pay", "ids": ids, "next": "/payments"}, follow_redirects=True)
    assert "2 documents put down to be paid" in answer.text
    assert {reload(each).pay_date for each in documents} == {soon()}
