"""A phone takes a picture of an invoice: one tap on *Add invoices*, sent by itself, whatever format it has."""

from __future__ import annotations

import io
import threading

import pillow_heif
import pytest
from flask.sessions import SecureCookieSessionInterface
from PIL import Image
from werkzeug.serving import make_server

from app.documents.models import Document
from app.extensions import db
from app.intake.models import Message, Source
from app.tasks import due
from app.users import sessions
from app.users.models import SignIn
from tests.factories import make_user
from tests.live import make_live_app, wait_for

pytestmark = [pytest.mark.alone, pytest.mark.timeout(90)]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "locale": "en-GB"}


def heic() -> bytes:
    """A photo as phones keep it."""
    file = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (640, 900), "white")).save(file, format="HEIF")
    return file.getvalue()


def test_a_picture_taken_with_a_phone_comes_in(chromium, tmp_path):
    """IN-2: IN-4: the button asks for the rear camera; a HEIC arrives, with its answer beside it."""
    app = make_live_app(tmp_path)
    with app.app_context():
        db.session.add(SignIn(token_hash=sessions.digest("phone"), user=make_user()))
        db.session.commit()
    cookie = SecureCookieSessionInterface().get_signing_serializer(app).dumps({"_user_id": "phone", "_fresh": True})
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    context = chromium.new_context(base_url=f"http://127.0.0.1:{server.port}", **PHONE)
    context.add_cookies([{"name": "session", "value": cookie, "url": f"http://127.0.0.1:{server.port}"}])
    page = context.new_page()
    page.goto("/add")
    camera = page.locator("#files-camera")

    assert page.get_by_text("Take a picture").is_visible()
    assert (camera.get_attribute("capture"), camera.get_attribute("accept")) == ("environment", "image/*")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    camera.set_input_files({"name": "IMG_0042.HEIC", "mimeType": "image/heic", "buffer": heic()})
    page.locator(".upload-row[data-state=done]").wait_for(timeout=20_000)
    context.close()
    server.shutdown()

    with app.app_context():
        wait_for(lambda: db.session.query(Message).count() == 1, seconds=5)
        assert db.session.query(Message).one().source is Source.UPLOAD
        due.run_due()
        document = db.session.query(Document).one()
        assert (document.page_count, document.original.name) == (1, "IMG_0042.HEIC")
