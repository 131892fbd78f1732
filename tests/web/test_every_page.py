"""Every page in a real browser, found in the URL map: hostile texts stay texts, and nobody is shut out."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.serving import make_server

from app import create_app
from app.extensions import db
from app.extraction.reading import Found
from app.files import store
from app.intake.models import Message
from app.users import sessions
from app.users.models import SignIn
from app.web.access import Role
from tests import samples
from tests.live import make_live_app
from tests.review.readings import made_reading
from tests.settings import settings_in
from tests.test_journey import AXE, PHONE, WIDE
from tests.thorough import IS_ASKED_FOR
from tests.web.world import World, address, make_world, rules

pytestmark = [pytest.mark.alone, pytest.mark.timeout(240)]
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)> \"'><svg onload=alert(3)> {{7*7}} javascript:alert(4)"
TOKEN = "token-of-the-crawl"
STATES = ("waiting", "validated", "trashed") if IS_ASKED_FOR else ("waiting", "validated")
REACHABLE = """where => (window.wanted = [...document.querySelector(where)
  .querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
  .filter(e => e.checkVisibility({checkVisibilityCSS: true, checkOpacity: true}) && !e.disabled && e.type !== 'hidden'
     && !e.closest('[inert], [aria-hidden=true]') && (e.type !== 'radio' || e.checked))).length"""
AUDIT = """around => axe.run({include: [['html']], exclude: around}, {resultTypes: ['violations'],
  rules: Object.fromEntries(axe._audit.rules.filter(rule => ['minor', 'moderate'].includes(rule.impact))
    .map(rule => [rule.id, {enabled: false}]))})"""
"""Without the rules whose breach is never serious."""
BEGIN = "where => where === 'body' ? document.activeElement.blur() : document.querySelector(where).focus()"
FOCUSED = """where => { const here = document.activeElement; if (!here || here === document.body) return null;
  window.seen = window.seen || new Map(); if (!window.seen.has(here)) window.seen.set(here, window.seen.size);
  const ringed = (e, part) => { const s = getComputedStyle(e, part);
    return (s.outlineStyle !== 'none' && s.outlineWidth !== '0px') || s.boxShadow !== 'none'; };
  const around = [here, here.parentElement, here.parentElement?.parentElement, here.nextElementSibling];
  const shown = here.type === 'date' || around.some(e => e &&
    (ringed(e) || ringed(e, '::after') || ringed(e, '::before')));
  const inside = document.querySelector(where).contains(here);
  return {number: window.seen.get(here), inside, tag: here.outerHTML.slice(0, 120), shown}; }"""


MISSED = (
    """() => window.wanted.filter(e => e.isConnected && !window.seen?.has(e)).map(e => e.outerHTML.slice(0, 120))"""
)


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Where a whole application is served whose every text is hostile, and the addresses of its pages."""
    folder = tmp_path_factory.mktemp("every-page")
    make_live_app(folder)
    app = create_app(settings_in(folder), RATELIMIT_ENABLED=False, BELLS=[])
    with app.app_context():
        world = make_world(HOSTILE, 4242)
        _add_what_was_read(world)
        admin = world.people[Role.ADMIN]
        db.session.add(SignIn(token_hash=sessions.digest(TOKEN), user=admin, company=world.company))
        db.session.commit()
        pages = list(_pages(app, world))
        db.session.remove()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.port}", pages
    server.shutdown()


def _add_what_was_read(world: World) -> None:
    """A reading whose words and fields are hostile, with the page they lie on, and the mail's own texts."""
    file = world.waiting.original.file
    words = [[HOSTILE, 0.1, 0.1, 0.3, 0.12], ["4242", 0.1, 0.2, 0.3, 0.22]]
    page = {"number": 1, "width": 595.0, "height": 842.0, "source": "text", "image": "page-1.png", "words": words}
    fields = {name: Found(HOSTILE, 0.5, 1, (0.1, 0.1, 0.3, 0.12)) for name in ("number", "seller_name", "iban")}
    made_reading(world.waiting, fields)
    from app.extraction.models import DocumentReading

    db.session.query(DocumentReading).one().pages = [page]
    folder = store.pages_folder(file)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "page-1.png").write_bytes(samples.picture(dpi=40))
    world.waiting.flags = [{"code": HOSTILE}, {"code": "xml_page_differ", "field": "number", "xml": HOSTILE}]
    world.waiting.counterparty_facts = {"vat_number": HOSTILE, "email": HOSTILE}
    for message in db.session.query(Message):
        message.raw_name = message.sender = message.subject = HOSTILE


def _pages(app, world: World) -> Iterator[tuple[str, str]]:
    """The address of every page an admin can open, for each state a document may be in; and of those open to all."""
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = TOKEN, True
    for rule, _method in rules(app, "GET"):
        states = STATES if "document_id" in rule.arguments else STATES[:1]
        for state in states:
            url = address(app, rule, world.values(rule, getattr(world, state)))
            with app.app_context():
                answer = client.get(url)
            if answer.mimetype == "text/html" and answer.data and not answer.location and "<html" in answer.text:
                yield f"{rule.rule} {state}", url


def signed_in(chromium: Browser, there, **options) -> tuple[BrowserContext, Page, list[str]]:
    """An admin's window, and what the browser complains about in it."""
    from flask.sessions import SecureCookieSessionInterface

    origin, _pages = there
    app = create_app_for_cookies()
    cookie = SecureCookieSessionInterface().get_signing_serializer(app).dumps({"_user_id": TOKEN, "_fresh": True})
    context = chromium.new_context(base_url=origin, reduced_motion="reduce", **options)
    context.add_cookies([{"name": "session", "value": cookie, "url": origin}])
    complaints: list[str] = []
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: (complaints.append(f"dialog {dialog.message}"), dialog.dismiss()))
    return context, page, complaints


def create_app_for_cookies():
    """Signs cookies as the served application does."""
    from flask import Flask

    from tests.settings import SECRET

    app = Flask("cookies")
    app.secret_key = SECRET
    return app


@pytest.mark.parametrize(
    ("language", "options"),
    [("fr-FR", {"viewport": WIDE, "color_scheme": "light"}), ("en-GB", {"viewport": PHONE, "color_scheme": "dark"})],
    ids=["fr-wide-light", "en-phone-dark"],
)
def test_no_page_runs_a_text_or_shuts_anybody_out(chromium, there, language, options):
    """OP-6: S78: every name, label, sender, file name and word read is hostile: no script runs, the policy blocks
    nothing as nothing tries, axe finds nothing serious, and nothing is wider than the screen."""
    context, page, complaints = signed_in(chromium, there, locale=language, **options)
    page.goto("/account")
    page.select_option("main select[name=language]", language[:2])
    with page.expect_navigation():
        page.locator("main form:has(select[name=language]) button[type=submit]").first.click()
    context.add_init_script(path=AXE)
    wrong: list[object] = []
    for place, (name, url) in enumerate(there[1]):
        answer = page.goto(url)
        assert answer is not None
        around = [] if place == 0 else [[".side"]]  # the same on every page
        found = page.evaluate(AUDIT, around)["violations"]
        serious = [each["id"] for each in found if each["impact"] in ("serious", "critical")]
        planted = page.evaluate("document.querySelectorAll('[onerror], [onload], script:not([src])').length")
        width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        said = [each for each in complaints if not (answer.status >= 400 and "Failed to load resource" in each)]
        complaints.clear()
        if serious or planted or width > 0 or said or page.locator("html").get_attribute("lang") != language[:2]:
            nodes = [node["html"][:150] for each in found if each["id"] in serious for node in each["nodes"][:2]]
            wrong.append((name, serious, nodes, planted, width, said))
    context.close()

    assert wrong == []
    assert len(there[1]) > 40


def test_every_page_is_used_by_keyboard_alone(chromium, there):
    """OP-6: Tab reaches whatever can be pressed or filled in, is never trapped, and one sees where one is.

    The first page is walked through whole, the others from where their own part begins.
    """
    context, page, _complaints = signed_in(chromium, there, viewport=WIDE)
    wrong = []
    mine = [each for each in there[1] if each[0].endswith(STATES[0])]
    for place, (name, url) in enumerate(mine[::2]):  # every second page, as each costs a second
        page.goto(url)
        where = "main" if place and page.locator("main").count() else "body"
        count, seen, unseen = page.evaluate(REACHABLE, where), set(), []
        page.evaluate(BEGIN, where)
        for _press in range(2 * count + 12):  # a date has three places to stop at
            page.keyboard.press("Tab")
            here = page.evaluate(FOCUSED, where)
            if here is None:  # between the last and the first, the browser's own buttons
                continue
            if not here["inside"]:
                break
            if here["number"] in seen and here["number"] == 0:
                break
            seen.add(here["number"])
            unseen += [] if here["shown"] else [here["tag"]]
        missed = page.evaluate(MISSED)
        if missed or unseen:
            wrong.append((name, missed[:3], unseen[:3]))
    context.close()

    assert wrong == []
