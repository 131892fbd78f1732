"""A signed-in window of a real browser on an application of its own, under the real policy."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Browser, ConsoleMessage, Page
from werkzeug.serving import make_server

from app import create_app
from app.extensions import db
from app.users import sessions
from app.users.models import Company, SignIn, User
from tests.live import make_live_app
from tests.settings import settings_in

TOKEN = "token-of-a-window"


@contextmanager
def window(browser: Browser, folder: Path, prepare: Callable[[], tuple[User, Company, str]]) -> Iterator[Page]:
    """`prepare` makes whoever is signed in, their company, and says at which path; a complaint of the browser fails."""
    make_live_app(folder)
    app = create_app(settings_in(folder), RATELIMIT_ENABLED=False, BELLS=[])
    with app.app_context():
        user, company, path = prepare()
        db.session.add(SignIn(token_hash=sessions.digest(TOKEN), user=user, company=company))
        db.session.commit()
        db.session.remove()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    cookie = SecureCookieSessionInterface().get_signing_serializer(app).dumps({"_user_id": TOKEN, "_fresh": True})
    context, complaints = browser.new_context(base_url=f"http://127.0.0.1:{server.port}"), []
    context.add_cookies([{"name": "session", "value": cookie, "url": f"http://127.0.0.1:{server.port}"}])
    page = context.new_page()
    page.on("console", lambda said: complaints.append(said.text) if _is_complaint(said) else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(path)
    yield page
    context.close()
    server.shutdown()
    assert complaints == []


def _is_complaint(said: ConsoleMessage) -> bool:
    """A form that is refused is answered by 422, which the browser notes too."""
    return said.type in ("error", "warning") and "Failed to load resource" not in said.text
