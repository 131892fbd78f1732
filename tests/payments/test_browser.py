"""A whole payment in a real browser: put down to be paid, put into a batch, released, downloaded, cancelled."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from playwright.sync_api import Page
from werkzeug.serving import make_server

from app.extensions import db
from app.payments.models import PaymentBatch
from app.users import sessions
from app.users.models import SignIn
from app.web.access import Role
from tests.factories import PASSWORD, make_company, make_user
from tests.live import make_live_app
from tests.payments.making import make_account, make_payable
from tests.payments.reading import read
from tests.test_journey import WIDE
from tests.web.test_every_page import create_app_for_cookies

pytestmark = pytest.mark.alone
TOKEN = "token-of-a-payer"


@pytest.fixture
def payer(chromium, tmp_path: Path):
    """An admin's window, and the application it looks at."""
    app = make_live_app(tmp_path)
    with app.app_context():
        company = make_company()
        admin = make_user(Role.ADMIN, company, password=True)
        make_account(company)
        document_id = make_payable(company=company).id
        db.session.add(SignIn(token_hash=sessions.digest(TOKEN), user=admin, company=company))
        db.session.commit()
        db.session.remove()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    from flask.sessions import SecureCookieSessionInterface

    signer = SecureCookieSessionInterface().get_signing_serializer(create_app_for_cookies())
    origin = f"http://127.0.0.1:{server.port}"
    context = chromium.new_context(base_url=origin, viewport=WIDE, locale="en-GB", reduced_motion="reduce")
    context.add_cookies(
        [{"name": "session", "value": signer.dumps({"_user_id": TOKEN, "_fresh": True}), "url": origin}]
    )
    page = context.new_page()
    page.set_default_timeout(15_000)
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    yield app, page, document_id, complaints
    context.close()
    server.shutdown()


def press(page: Page, name: str, within: str = "main") -> None:
    page.locator(within).get_by_role("button", name=name).first.click()


def test_a_payment_from_the_page_to_the_bank_and_back(payer):
    """PY-1: PY-2: S92: every button is where a person looks for it, and no script complains."""
    app, page, document_id, complaints = payer
    page.goto(f"/documents/{document_id}")
    press(page, "Pay now", "#payment")
    page.locator("#state", has_text="To be paid on").wait_for()
    page.goto("/payments?tab=to_pay")
    page.locator("input[name=ids]").check()
    page.locator(".bulk summary", has_text="Put into a batch").click()
    press(page, "Make a batch", ".bulk")
    page.get_by_label("Your password").fill(PASSWORD)
    press(page, "Release")
    with page.expect_download() as downloading:
        press(page, "Download the file")
    data = Path(downloading.value.path()).read_bytes()

    page.goto(page.url)
    press(page, "Cancel the batch")
    page.get_by_label("Reason").fill("the bank asked for another account")
    press(page, "Cancel the batch", "dialog[open]")
    page.locator(".document-state", has_text="It was cancelled.").wait_for()
    page.goto(f"/documents/{document_id}")
    press(page, "It was not executed", "#payment")
    page.locator("h1", has_text="Batch 1").wait_for()

    with app.app_context():
        batch = db.session.scalars(db.select(PaymentBatch)).one()
        assert read(data).message_id == batch.message_id and batch.downloaded_at
    assert complaints == []
