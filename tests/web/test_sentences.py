"""US-1: S78: sentences are ours and may be markup; what is filled into them never is."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from flask import flash, render_template, render_template_string
from flask_babel import force_locale
from flask_babel import gettext as _
from jinja2 import nodes
from markupsafe import Markup

from app.config import ROOT

EVIL = "<script>alert('1')</script>"
TEMPLATES = sorted(path.relative_to(ROOT / "templates").as_posix() for path in (ROOT / "templates").rglob("*.*"))


@pytest.fixture(autouse=True)
def asked(app):
    """A request, in whose page a sentence stands."""
    with app.test_request_context("/"), force_locale("en"):
        yield


@pytest.mark.parametrize("value", [EVIL, [EVIL], {"name": EVIL}], ids=["a text", "a list", "a dictionary"])
def test_what_is_filled_into_a_sentence_is_escaped(value):
    """S78: whatever it is: a name that is a script stands there as it was typed."""
    written = render_template_string('{{ _("Hello %(name)s", name=value) }}', value=value)
    assert "<script" not in written and "&lt;script&gt;" in written


def test_what_is_filled_in_as_markup_stays_so():
    """S78: a page that marks a part of a sentence as its own is believed, and nothing is escaped twice."""
    written = render_template_string('{{ _("Hello %(name)s", name=value) }}', value=Markup("<b>{}</b>").format("A & B"))
    assert written == "Hello <b>A &amp; B</b>"


def test_a_mail_s_plain_text_is_not_escaped(app):
    """S50: in a text there is no markup to be taken for."""
    template = app.jinja_env.overlay(autoescape=False).from_string('{{ _("Hello %(name)s", name="A & B") }}')
    assert template.render() == "Hello A & B"


def test_a_text_flashed_by_a_view_is_escaped():
    """S78: what Python says of a name is a plain text until a template writes it."""
    said = _("%(name)s validated.", name=EVIL)
    assert type(said) is str
    flash(said)
    written = render_template("web/_alerts.html")
    assert "&lt;script&gt;" in written and EVIL not in written


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_translates_its_own_words_only(app, name):
    """S78: a sentence is believed to be ours: it is written out where it is asked for, never taken from a value."""
    source = (ROOT / "templates" / name).read_text()
    for call in app.jinja_env.parse(source).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in {"_", "gettext", "ngettext"}:
            assert call.args and isinstance(call.args[0], nodes.Const), f"{name}:{call.lineno}"


def test_the_catalogue_adds_no_markup():
    """S78: a translation has no sign of markup that the English sentence has not."""
    with Path(ROOT, "app/translations/fr/LC_MESSAGES/messages.po").open("rb") as file:
        said = [(each.id, each.string) for each in read_po(file) if each.id]
    assert said and not [one for one, other in said if set("<>") & set(str(other)) - set(str(one))]
