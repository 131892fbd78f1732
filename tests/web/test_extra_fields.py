"""Fields a form does not have are ignored (SAFETY S73): every form of every page is sent with and without them."""

from __future__ import annotations

import io
import re
from functools import cache

import lxml.html
import pytest
from sqlalchemy import text

from app.extensions import db
from app.web.access import Role
from tests.web.world import CONTENT, address, ask, contents, make_world, rules, taken_back

FORGED = {"role": "admin", "is_admin": "1", "admin": "true", "rights": "release a payment", "is_disabled": "1"}
ASKED_FOR = {"trash": {"why"}, "company": {"company_id"}}
"""What an act takes though this page's form for it does not show it."""
CHANCE = re.compile(
    r"\"[\w-]{22,}\"|(?<=/)[\w-]{43}(?![\w-])|<\d+\.\d+\.\d+[\w.-]*@|'[\w-]{22,}={0,2}'"
    r"|'\d{4}-\d\d-\d\d[T ][\d:.+]+'|'[a-z-]+-[0-9a-z]{16,}'"
)
"""What differs each time: tokens, also in an address, hashes and moments."""


def columns() -> dict[str, str]:
    """A field for every column of every table, as somebody who knows the tables would forge them."""
    names = {column.name for table in db.metadata.tables.values() for column in table.columns}
    forged = {name: "1" if name.endswith(("_id", "id", "_minor", "version")) else "forged" for name in names}
    forged |= {name: "2020-01-01" for name in names if name.endswith(("_at", "_date"))}
    nested = {f"{prefix}-{name}": value for name, value in FORGED.items() for prefix in ("memberships-0", "user")}
    return forged | FORGED | nested | {"_method": "DELETE", "__class__": "x", "status": "validated", "id": "1"}


def after(client, method, url, form):
    """Where this form leads, and what the tables hold then, without what differs each time."""
    cookie = client.get_cookie("session").value
    with taken_back():
        answer = ask(client, method, url, data=form, headers=CONTENT)
        held = masked(contents())
    client.set_cookie("session", cookie)  # signing out is one of the acts
    return (answer.status_code, CHANCE.sub("…", answer.location or "")), held


def masked(tables):
    """All rows, without what differs each time."""
    return {table: sorted(map(_masked, rows)) for table, rows in tables.items()}


@cache
def _masked(row):
    return CHANCE.sub("…", row)


def forms(app, client, world):
    """Address → the fields its form has, as the page fills them in, for each act a page of an admin offers."""
    found = {}
    for rule, method in rules(app, "GET"):
        documents = (world.waiting, world.validated, world.trashed) if "document_id" in rule.arguments else (None,)
        headers = CONTENT if rule.arguments else {}  # the forms of the frame are those around any page
        for document in documents:
            answer = ask(client, method, address(app, rule, world.values(rule, document)), headers=headers)
            if answer.mimetype == "text/html" and answer.data:
                for form in lxml.html.fromstring(answer.text).forms:
                    if form.method == "POST" and form.action:
                        found.setdefault(form.action, _filled(form))
                    for button in form.xpath(".//button[@formaction]"):
                        found.setdefault(button.get("formaction"), _filled(form))
    once = {_act(app, url): url for url in reversed(found)}
    found = {url: fields for url, fields in found.items() if url in once.values()}
    return found | {url: {"why": "a reason"} for url in _unseen(app, world, found)}


def _act(app, url):
    """What an address does, and to which document: eighteen categories are archived alike."""
    endpoint, values = app.url_map.bind("localhost").match(url.split("?")[0], "POST")
    return endpoint, values.get("document_id")


def _unseen(app, world, found):
    """Acts that no page of this world offers just now: tried with the forged fields alone."""
    tried = {_act(app, url)[0] for url in found}
    acts = [rule for rule, _method in rules(app, "POST", "PUT", "PATCH", "DELETE") if rule.endpoint not in tried]
    return [address(app, rule, world.values(rule, world.waiting)) for rule in acts]


def _filled(form) -> dict[str, object]:
    """The fields with what stands in them; what is empty gets something that is usually right."""
    known = {"typed": "empty", "why": "a reason", "password": "another horse battery", "email": "new@example.org"}
    fields: dict[str, object] = {}
    for name, value in form.form_values():
        fields.setdefault(name, []).append(value)  # type: ignore[attr-defined]
    names = {each.get("name") for each in form.inputs if each.get("name")}
    return dict.fromkeys(names, None) | fields | {name: value for name, value in known.items() if name in names}


@pytest.fixture
def world(app):
    return make_world("canary", 4242)


@pytest.fixture
def client(world, browser):
    return browser(world.people[Role.ADMIN], world.company)


@pytest.fixture(autouse=True)
def _still(time_machine):
    time_machine.move_to("2026-11-20T12:00:00Z", tick=False)


def test_fields_a_form_does_not_have_change_nothing(app, client, world):
    """US-6: each form gives the same rows with and without a field for every column there is."""  # S73
    changed, acted, before = [], 0, masked(contents())
    for url, fields in forms(app, client, world).items():
        own = {name: value for name, value in fields.items() if value is not None}
        known = fields.keys() | ASKED_FOR.get(url.rsplit("/", 1)[1], set())
        extra = {name: value for name, value in columns().items() if name not in known}
        status, without = after(client, "POST", url, own)
        assert "sign-in" not in status[1] or url in {"/sign-out", "/sign-in"}
        acted += status[0] == 303
        led, rows = after(client, "POST", url, own | extra)
        is_refused = led[0] in {404, 422} and rows == before
        if (led, rows) != (status, without) and not is_refused:
            changed.append((url, status))

    assert changed == []
    assert acted > 25, "hardly any form was sent well: nothing was tried"


@pytest.mark.parametrize("said", [[1], {"name": {"role": "admin"}, "email": 5, "language": "en"}])
def test_json_is_no_form(app, client, world, said):
    """US-6: pages send forms; whatever comes as JSON is not understood, and changes nothing."""  # S73
    changed = []
    for rule, method in rules(app, "POST", "PUT", "PATCH", "DELETE"):
        with taken_back():
            before = contents()
            answer = ask(
                client, method, address(app, rule, world.values(rule, world.waiting)), json=said, headers=CONTENT
            )
            if answer.status_code not in {400, 404} or contents() != before:
                changed.append((rule.rule, answer.status_code))

    assert changed == []


def test_an_upload_brings_nothing_but_files(app, browser, world):
    """US-6: whose they are and how they came is not the sender's to say."""  # S73
    member = browser(world.people[Role.MEMBER], world.company)
    forged = columns() | {"direction": "purchase", "company_id": "1", "source": "smtp", "state": "opened"}

    answer = member.post("/uploads", data=forged | {"files": (io.BytesIO(b"%PDF-1.7 forged"), "a.pdf")})

    row = db.session.execute(text("SELECT company_id, source, by_id FROM message ORDER BY id DESC")).first()
    assert answer.status_code in {200, 201, 303}
    assert tuple(row) == (world.company.id, "upload", world.people[Role.MEMBER].id)
