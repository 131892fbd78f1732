"""What is far too much, or means something to a database, is asked of every address (SAFETY S84)."""

from __future__ import annotations

import io
import re

import pytest

from app import create_app
from app.extensions import db
from app.web.access import Role
from tests.conftest import aimed_at
from tests.settings import settings_in
from tests.web.test_every_address import ASKED, names
from tests.web.world import CONTENT, address, ask, contents, make_world, rules, taken_back, told

INJECTIONS = (
    "' OR '1'='1",
    "'; DROP TABLE document; --",
    '" UNION SELECT email, password_hash FROM user_account --',
    "%' AND 1=(SELECT COUNT(*) FROM user_account) --",
    "-date; DELETE FROM document",
    "id) FROM sign_in --",
    "{{ 7*7 }}${7*7}<%= 7*7 %>",
    "*:* NEAR/9999 \"",
)  # fmt: skip
MEGABYTE = "a" * 1_000_000


@pytest.fixture
def world(app):
    return make_world("canary", 4242)


@pytest.fixture
def client(world, browser):
    return browser(world.people[Role.ADMIN], world.company)


def lists(app):
    """Every page without an object, for what stands in its query."""
    return [rule.rule for rule, _method in rules(app, "GET") if not rule.arguments and "." not in rule.rule]


def test_search_and_sort_are_parameters_only(app, client, world):
    """SR-1: what is typed is looked for, never run; what is sorted by is one of ours."""  # S84
    asked, before, wrong = [name for name in names(ASKED) if name], contents(), []
    for url in lists(app):
        plain = ask(client, "GET", url, headers=CONTENT).status_code
        for words in INJECTIONS:
            answer = ask(client, "GET", url, query_string=dict.fromkeys(asked, words), headers=CONTENT)
            if answer.status_code != plain or re.search(r"\$argon2|sqlite|psycopg", told(answer)):
                wrong.append((url, words, answer.status_code))

    assert wrong == []
    assert contents() == before


def test_the_same_words_in_every_field_of_every_form(app, client, world):
    """SR-1: nor in what is sent."""  # S84
    wrong = []
    for rule, method in rules(app, "POST"):
        for words in INJECTIONS[:3]:
            form = dict.fromkeys(("q", "name", "label", "number", "email", "typed", "why", "next", "language"), words)
            with taken_back():
                answer = ask(client, method, address(app, rule, world.values(rule, world.waiting)), data=form)
                tables = db.session.execute(db.text("SELECT count(*) FROM document")).scalar()
            if answer.status_code >= 500 or tables < 3:
                wrong.append((rule.rule, words, answer.status_code))

    assert wrong == []


def test_a_query_of_a_megabyte_breaks_nothing(app, client):
    """SAFETY: it is refused, as a page and as a fragment, and not repeated; a long one is answered."""  # S84
    wrong = []
    for url in lists(app):
        for headers in ({}, aimed_at("results")):
            answer = ask(client, "GET", url, query_string={"q": MEGABYTE}, headers=headers)
            asked = ({"query_string": {"q": "a" * length}, "headers": headers} for length in (1, 8000))
            short, long = (ask(client, "GET", url, **how) for how in asked)
            if answer.status_code != 414 or len(answer.data) > 1000 or long.status_code != short.status_code:
                wrong.append((url, answer.status_code, short.status_code, long.status_code))

    assert wrong == []


def test_a_form_of_megabytes_is_refused(app, client, world):
    """SAFETY: texts far longer than any field are 413, however they are sent, and nothing changes."""  # S84
    wrong, before = [], contents()
    for rule, method in rules(app, "POST"):
        if rule.endpoint not in {"intake.upload", "intake.mime"}:
            answer = ask(client, method, address(app, rule, world.values(rule)), data={"name": MEGABYTE * 3})
            wrong += [(rule.rule, answer.status_code)] if answer.status_code != 413 else []

    assert wrong == [] and contents() == before


def test_ten_thousand_files_at_once_are_refused_whole(app, browser, world):
    """IN-4: a form of more files than anybody drops at once is 413, none is kept, and the page says so."""  # S84
    member, before = browser(world.people[Role.MEMBER], world.company), contents()

    answer = member.post("/uploads", data={"files": [(io.BytesIO(b"%PDF-1.7"), f"{n}.pdf") for n in range(10_000)]})

    assert answer.status_code == 413
    assert "Too large" in answer.text and contents() == before


def test_ten_thousand_boxes_at_once_are_the_most(app, client, world):
    """SAFETY: a selection of ids is capped."""  # S84
    answer = client.post("/bulk-acts", data={"act": "trash", "ids": [str(number) for number in range(1, 10_001)]})

    assert answer.status_code in {303, 413}


def test_the_largest_message_may_be_uploaded_whatever_it_is_set_to(tmp_path):
    """IN-4: the limit of a request follows the limit of a file."""
    for megabytes in (1, 50, 200):
        app = create_app(settings_in(tmp_path, largest_message=megabytes * 1024 * 1024))

        assert app.config["MAX_CONTENT_LENGTH"] > app.config["SETTINGS"].largest_message
