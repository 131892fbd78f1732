"""The frame around every page and the parts it is made of."""

from __future__ import annotations

import json
import re
from datetime import date
from types import SimpleNamespace

import pytest
from flask import Flask, render_template, render_template_string
from flask_wtf import FlaskForm
from jinja2 import StrictUndefined
from wtforms import BooleanField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired

from app.documents.models import Status
from tests.web.sample import make_app

EVIL = "<script>alert(1)</script>\"'"


class SampleForm(FlaskForm):
    """One field of each sort."""

    number = StringField("Number", [DataRequired()], description="As printed.")
    currency = SelectField("Currency", choices=["EUR", "USD"])
    kind = RadioField("Type", choices=[SelectChoice("invoice", "Invoice"), SelectChoice("credit_note", "Credit note")])
    urgent = BooleanField("Urgent")


@pytest.fixture(scope="module")
def sample() -> Flask:
    """The real templates without a database."""
    return make_app()


@pytest.fixture
def part(sample: Flask, monkeypatch):
    """`part("{{ icon('x') }}", …)`: what one macro writes; an unknown variable is an error."""
    monkeypatch.setattr(sample.jinja_env, "undefined", StrictUndefined)
    names = re.findall(
        r"{% macro ([a-z]\w*)", sample.jinja_env.loader.get_source(sample.jinja_env, "web/_macros.html")[0]
    )
    heading = f'{{% from "web/_macros.html" import {", ".join(names)} %}}'

    def write(template: str, **context) -> str:
        with sample.test_request_context():
            return render_template_string(heading + template, **context)

    return write


@pytest.fixture
def frame(sample: Flask):
    """`frame(**context)`: an empty page with this context."""

    def write(**context) -> str:
        person = SimpleNamespace(name="Léa Martin", email="lea@example.org", is_authenticated=True)
        with sample.test_request_context():
            return render_template("web/layout.html", current_user=person, **context)

    return write


def item(label: str, **facts) -> dict:
    """One entry of the navigation."""
    return {"label": label, "url": f"/{label.lower()}", "icon": "house"} | facts


def test_the_sidebar_lists_what_it_is_given_and_nothing_else(frame):
    """OP-6: only pages that exist are offered."""
    page = frame(navigation=[{"label": "", "items": [item("Bank", count=3, active=True)]}])
    assert re.findall(r'class="nav-item" href="([^"]+)"', page) == [
        "/bank",
        "/bank",
    ]  # the sidebar, and More on a phone
    assert 'aria-current="page"' in page and '<span class="count">3</span>' in page


def test_the_company_switcher_is_hidden_with_one_company(frame):
    """US-3: most installs have one company."""
    one, other = SimpleNamespace(id=1, name="One"), SimpleNamespace(id=2, name="Other")
    assert "company-switch" not in frame(companies=[one], company=one, company_url="/company")
    assert "company-switch" in frame(companies=[one, other], company=one, company_url="/company")


def test_what_has_no_address_is_not_shown(frame):
    """OP-6: no dead button in the top bar."""
    bare = frame()
    full = frame(search_url="/s", add_url="/add", notifications_url="/n", notifications_count=2, sign_out_url="/out")
    for mark in ['role="search"', 'href="/add"', 'href="/n"', 'action="/out"']:
        assert mark not in bare
        assert mark in full


def test_htmx_evaluates_nothing_and_keeps_no_page(frame):
    """OP-6: htmx obeys the policy, and a page seen signed in is not kept in the browser."""  # S79
    content = re.search(r"<meta name=\"htmx-config\" content='([^']+)'", frame()).group(1)
    config = json.loads(content)
    off = ["allowEval", "allowScriptTags", "includeIndicatorStyles", "historyCacheSize"]
    assert not any(config[name] for name in off)
    refused = next(rule for rule in config["responseHandling"] if re.fullmatch(rule["code"], "422"))
    assert refused["swap"] and not refused.get("error")


def test_every_htmx_request_carries_the_token(frame):
    """OP-6: a POST of htmx proves where it comes from."""  # S77
    page = frame()
    token = re.search(r'<meta id="csrf-token" name="csrf-token" content="([^"]+)"', page).group(1)
    assert json.loads(re.search(r"<body hx-headers='([^']+)'", page).group(1)) == {"X-CSRFToken": token}


def test_a_fragment_brings_a_fresh_token_and_leaves_the_toasts_alone(sample):
    """OP-6: polling does not wipe away what the person has not read yet."""  # S77
    with sample.test_request_context():
        fragment = render_template("web/_alerts.html", out_of_band=True)
    assert 'id="csrf-token"' in fragment and 'hx-swap-oob="true"' in fragment
    assert 'id="alerts"' not in fragment


def test_a_toast_offers_to_undo_by_a_post(part):
    """TR-1: what can be undone says so at once."""
    toast = part("{{ toast({'text': text, 'undo_url': '/undo'}, 'success') }}", text=EVIL)
    assert '<form method="post" action="/undo">' in toast and "csrf_token" in toast
    assert "<script>" not in toast  # S78


@pytest.mark.parametrize("status", list(Status))
def test_a_status_is_an_icon_and_a_word(part, status):
    """RV-2: never told by colour alone."""
    chip = part("{{ status_chip(status) }}", status=status)
    assert str(status.label) in chip and "icons.svg#" in chip and "#info" not in chip


@pytest.mark.parametrize(
    "template",
    ["{{ chip(evil, title=evil) }}", "{{ button(evil, url=evil, key='x') }}", "{{ copy_button(evil) }}",
     "{{ page_head(evil, evil, [(evil, evil), (evil, none)]) }}", "{{ notice(evil) }}", "{{ empty_state(evil, evil) }}",
     "{{ post_button('/x', evil, fields={'a': evil}) }}", "{{ tabs([{'label': evil, 'url': evil}]) }}",
     "{{ confirm_button('d', evil, '/x', evil, evil, evil) }}", "{{ progress_bar(1, text=evil, label=evil) }}",
     "{{ filter_chips([{'label': evil, 'remove_url': evil}]) }}"],
)  # fmt: skip
def test_a_text_is_never_markup(part, template):
    """OP-6: names, labels and senders are shown as they are written."""  # S78
    written = part(template, evil=EVIL)
    assert "<script>" not in written and "&lt;script&gt;" in written
    assert "\"'" not in written


def test_an_error_is_linked_to_its_field(sample, part):
    """OP-6: a screen reader reads hint and reason with the field."""
    with sample.test_request_context(method="POST"):
        form = SampleForm(meta={"csrf": False})
        form.validate()
        written = part("{{ form_errors(form) }}{{ form_field(form.number) }}", form=form)
    assert 'aria-describedby="number-hint number-error"' in written and 'aria-invalid="true"' in written
    assert 'id="number-hint"' in written and 'id="number-error"' in written
    assert '<a href="#number">' in written


def test_an_unsure_field_is_told_in_words(sample, part):
    """RV-2: doubt and failed checks stand out by more than colour."""
    with sample.test_request_context():
        form = SampleForm(meta={"csrf": False})
        unsure = part('{{ form_field(f, confidence="unsure", data_field="number") }}', f=form.number)
        failed = part('{{ form_field(f, confidence="failed", reason="Net + tax is 118.00") }}', f=form.number)
        sure = part('{{ form_field(f, confidence="sure") }}', f=form.number)
    assert 'data-field="number"' in unsure and "field-unsure" in unsure
    assert re.search(r'id="number-reason"><svg.*</svg>\w+', unsure)
    assert "Net + tax is 118.00" in failed and "number-reason" in failed
    assert "number-reason" not in sure


def test_each_sort_of_field_has_its_label(sample, part):
    """OP-6: no field without a name."""
    with sample.test_request_context():
        form = SampleForm(meta={"csrf": False})
        written = part("{% for f in form %}{{ form_field(f) }}{% endfor %}", form=form)
    assert "<legend" in written and written.count("<label") == 5
    assert 'class="form-select"' in written and 'type="checkbox"' in written


def test_an_unknown_amount_is_a_dash_that_can_be_heard(part):
    """EX-3: where nothing was read, nothing is guessed."""
    assert "visually-hidden" in part("{{ amount(none, 'EUR') }}")
    assert "12" in part("{{ amount(1234, 'EUR') }}")
    assert "visually-hidden" in part("{{ date(none) }}")
    assert 'datetime="2026-11-03"' in part("{{ date(day) }}", day=date(2026, 11, 3))


def test_a_question_works_without_script(part):
    """OP-6: core actions need no script."""
    written = part("{{ confirm_button('d', 'Empty', '/trash', 'Sure?', 'For good.', 'Empty it') }}")
    assert written.count('action="/trash"') == 2 and "<noscript>" in written


@pytest.mark.parametrize("code", [400, 403, 404, 405, 413, 418, 422, 429, 500, 503])
def test_an_error_page_says_what_was_kept_and_what_to_do(sample, code):
    """OP-6: errors tell three things, with a number to ask by, whatever the code."""
    with sample.test_request_context(headers={"Accept-Language": "en"}):
        page = render_template("web/error.html", code=code, error_id="a1b2")
    assert page.count("<h1>") == 1 and "a1b2" in page
    assert len(re.findall(r"<p[ >]", page)) >= 4
