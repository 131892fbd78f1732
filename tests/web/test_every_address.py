"""Whatever stands in an address, the page answers; and reading changes nothing (SAFETY R8, S84)."""

from __future__ import annotations

import re
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from app.config import ROOT
from app.extensions import db
from app.files import store
from app.web.access import Role
from tests.conftest import aimed_at
from tests.web.world import CONTENT, ask, contents, make_world, rules, taken_back
from tests.web.world import addresses as addresses_of

ASKED = re.compile(r"(?:args|values|said)\.get\(\s*\"(\w+)\"|args\[\"(\w+)\"\]|_(?:number|day)\(\"(\w+)\"\)")
SENT = re.compile(r"form\.get(?:list)?\(\s*\"(\w+)\"")
BEYOND = str(10**40), "-" + str(2**63), "9" * 5000, "\0²", "NaN'\"\\%"
WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE|CREATE|DROP|ALTER)", re.I)


def names(pattern: re.Pattern[str]) -> list[str]:
    """Every name that the code asks an address or a form for."""
    code = "".join(file.read_text() for file in sorted((ROOT / "app").rglob("*.py")))
    return sorted({name for found in pattern.findall(code) for name in ([found] if isinstance(found, str) else found)})


@pytest.fixture
def world(app):
    return make_world("canary", 4242)


@pytest.fixture
def client(world, browser):
    return browser(world.people[Role.ADMIN], world.company)


def addresses(app, world, *methods):
    """Each address of each document's state."""
    for rule, method in rules(app, *methods):
        if rule.endpoint != "static":
            for url in addresses_of(app, rule, world, (world.waiting, world.validated, world.trashed)):
                yield rule, method, url


@pytest.mark.parametrize("number", BEYOND)
def test_no_number_in_a_query_breaks_a_page(app, client, world, number):
    """SAFETY: a page, a row or a day no database can have is as good as none."""  # S84
    asked = [name for name in names(ASKED) if name]
    assert {"page", "before", "after", "counterparty", "person", "since"} <= set(asked)

    broken = []
    for rule, method, url in addresses(app, world, "GET"):
        if rule.arguments:
            continue
        some = [asked] if number != BEYOND[0] else [asked, *(asked[begin::4] for begin in range(4))]
        for query in (dict.fromkeys(part, value) for part in some for value in (number, f"{number}_{number}")):
            answer = ask(client, method, url, query_string=query, headers=CONTENT)
            if answer.status_code >= 500:
                broken.append((rule.rule, answer.status_code))

    assert broken == []


def test_no_number_in_a_path_breaks_a_page(app, client, world):
    """SAFETY: the address of what cannot exist is 404, whatever the method."""  # S84
    broken = []
    for rule, method, url in addresses(app, world):
        for number in re.findall(r"(?<=/)\d+", url):
            for other in (2**31, 2**63, 10**40):
                wrong = re.sub(rf"/{number}(?=/|\.|$)", f"/{other}", url)
                status = ask(client, method, wrong, headers=CONTENT).status_code
                if status not in {404, 405}:
                    broken.append((method, rule.rule, other, status))

    assert broken == []


@pytest.mark.parametrize("number", [str(10**40), "-1", "\0"])
def test_no_number_in_a_form_breaks_a_page(app, client, world, number):
    """SAFETY: the number of a row that cannot exist, in any field of any form."""  # S84
    form = dict.fromkeys(names(SENT), number)
    assert {"company_id", "shown", "assigned", "ids"} <= set(form)

    broken = []
    for rule, method, url in addresses(app, world, "POST"):
        with taken_back():
            answer = ask(client, method, url, data=form, headers=CONTENT)
            if answer.status_code >= 500:
                broken.append((rule.rule, answer.status_code))

    assert broken == []


@contextmanager
def written():
    """What is said to the database inside, if it writes."""
    said: list[str] = []
    note = lambda _c, _cursor, statement, *_more: said.append(statement) if WRITES.match(statement) else None  # noqa: E731
    event.listen(db.engines[None], "before_cursor_execute", note)
    yield said
    event.remove(db.engines[None], "before_cursor_execute", note)


def test_reading_a_page_writes_nothing(app, client, world):
    """SAFETY: no GET or HEAD changes a row, not even where a stored file turns out to be damaged."""  # R8
    for document in (world.waiting, world.validated):
        store.path(document.files[0].file).unlink()
    store.path(world.message.raw).unlink()
    before, wrote = contents(but=lambda table: False), []
    with written() as said:
        for rule, method, url in addresses(app, world, "GET"):
            for headers in (CONTENT, aimed_at("results")):  # a page without that region comes whole
                ask(client, method, url, headers=headers)
                wrote += [(rule.rule, statement) for statement in said]
                said.clear()

    assert wrote == []
    assert contents(but=lambda table: False) == before


def test_a_damaged_original_is_never_given_out(app, client, world):
    """SAFETY: what no longer has its hash is told as damaged, in the mail log as on the document's page."""  # S97
    damaged = store.path(world.message.raw)
    damaged.chmod(0o600)
    damaged.write_bytes(b"something else")
    answer = client.get(f"/messages/{world.message.id}/raw")

    assert answer.status_code == 410 and b"something else" not in answer.data
