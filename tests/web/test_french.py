"""French on every page, mail and error.

A new sentence fails here until it is in the catalogue. From the root of the repository:

    pybabel extract -F app/translations/babel.cfg -k lazy_gettext --add-location=file --sort-output -o /tmp/fr.pot .
    pybabel update --no-fuzzy-matching --ignore-obsolete --no-wrap -i /tmp/fr.pot -d app/translations -l fr

then write what is empty in `messages.po`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from html.parser import HTMLParser

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from flask_babel import force_locale
from wtforms import DateField, Form, IntegerField, SelectField, StringField
from wtforms.validators import Email, Length

from app.audit import words
from app.config import ROOT
from app.documents import twins
from app.web import filters, forms
from app.web.access import Role
from tests.catalogue import FOLDER
from tests.web.world import address, ask, make_world, rules

KEYWORDS = DEFAULT_KEYWORDS | {"lazy_gettext": None}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
LONG_ENOUGH = 12
"""Letters an English text has at least to be looked for: shorter ones may be French too."""
ENGLISH = re.compile(r"\b(the|and|with|this|that|your|you|what|are|not|from|of|was|were|will|its)\b", re.IGNORECASE)
NAME = re.compile(r"\S+@\S+|^[A-Z]\w+/.+")
"""An address, or a time zone."""
SPOKEN = {"alt", "aria-label", "aria-description", "content", "placeholder", "title"}
SPOKEN_BY_SCRIPT = re.compile(r"data-(word-\w+|copied|key-label|everywhere|go|here)")


@cache
def catalogue() -> Catalog:
    with (FOLDER / "fr" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale="fr")


@cache
def extracted() -> Catalog:
    """What the code and the templates say today."""
    with (FOLDER / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    said = Catalog()
    for name, _line, message, _comments, context in extract_from_dir(ROOT, methods, options, keywords=KEYWORDS):
        said.add(message, context=context, locations=[(name, 0)])
    return said


def texts(message: Message) -> list[str]:
    return list(message.string) if isinstance(message.string, tuple) else [message.string]


def in_catalogue() -> list[Message]:
    return [message for message in catalogue() if message.id]


def test_the_catalogue_has_every_sentence_and_no_other():
    """OP-6: French for each sentence a person may read; what nobody says any more is taken out."""
    known, said = ({each.id for each in one if each.id} for one in (catalogue(), extracted()))

    assert said > set(), "nothing was extracted"
    assert (said - known, known - said) == (set(), set())


def _said_inside_f_strings(code: str) -> list[str]:
    """Sentences that stand where the extraction does not look."""
    inside = [each for each in ast.walk(ast.parse(code)) if isinstance(each, ast.JoinedStr)]
    calls = [each for one in inside for each in ast.walk(one) if isinstance(each, ast.Call)]
    names = {"_", "gettext", "ngettext", "lazy_gettext"}
    return [ast.unparse(each) for each in calls if isinstance(each.func, ast.Name) and each.func.id in names]


def test_no_sentence_hides_in_an_f_string():
    """OP-6: what the extraction does not find stays English on French pages."""
    wrong = {str(file): _said_inside_f_strings(file.read_text()) for file in (ROOT / "app").rglob("*.py")}

    assert {name: calls for name, calls in wrong.items() if calls} == {}
    assert _said_inside_f_strings("f\"{a} {_('b')}\"") == ["_('b')"]


def test_no_translation_is_empty_or_doubtful():
    """OP-6: each is written, both forms of a plural too, and none is a guess of the tool."""
    assert [each.id for each in in_catalogue() if each.fuzzy or not all(texts(each))] == []


def test_translations_keep_the_placeholders():
    """OP-6: what is put into a sentence in English is put into it in French."""
    wrong = []
    for each in in_catalogue():
        plural = each.id[-1] if isinstance(each.id, tuple) else each.id
        wanted = set(PLACEHOLDER.findall(plural))
        wrong += [text for text in texts(each) if set(PLACEHOLDER.findall(text)) - wanted]
        wrong += [text for text in texts(each)[-1:] if set(PLACEHOLDER.findall(text)) != wanted]
        wrong += [str(error) for error in each.check(catalogue())]

    assert wrong == []


def test_translations_are_set_as_french_is():
    """OP-6: a space that does not break before : ; ! ? and inside « », and one kind of apostrophe."""
    bad = re.compile(r"'| [:;!?»]|« |[\w)][;!?»]|«\w|\.\.\.")

    assert [text for each in in_catalogue() for text in texts(each) if bad.search(text)] == []


def test_a_number_that_was_imported_before_is_said_in_these_words(app):
    """DU-1: the sentence of the specification, in both languages."""
    with app.test_request_context():
        with force_locale("en"):
            assert str(twins.WARNING) == "It looks like this invoice has already been imported."
        with force_locale("fr"):
            assert str(twins.WARNING) == "Il semble que cette facture ait déjà été importée."


class Spoken(HTMLParser):
    """All that a page says to a person: its text, and the attributes that are shown or read aloud."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.silent, self.foreign = 0, False

    def handle_starttag(self, tag, attrs):
        self.foreign = tag == "textarea" and ("lang", "en") in attrs  # what is written to readers of English
        self.silent += tag in {"script", "style", "kbd", "code"} or self.foreign
        self.said += [text or "" for name, text in attrs if self.is_spoken(tag, name)]

    def is_spoken(self, tag, name):
        return tag != "meta" and (name in SPOKEN or bool(SPOKEN_BY_SCRIPT.fullmatch(name)))

    def handle_endtag(self, tag):
        self.silent -= tag in {"script", "style", "kbd", "code"} or (tag == "textarea" and self.foreign)

    def handle_data(self, text):
        if not self.silent:
            self.said.append(NAME.sub("", text))


def spoken(html: str) -> str:
    parser = Spoken()
    parser.feed(html)
    return " | ".join(" ".join(each.split()) for each in parser.said if each.strip())


@cache
def english() -> list[str]:
    """Every English text that French writes otherwise, cut where something is put in."""
    found = set()
    for each in in_catalogue():
        for text in each.id if isinstance(each.id, tuple) else (each.id,):
            found |= {part.strip() for part in PLACEHOLDER.split(text) if text not in texts(each)}
    return sorted(part for part in found if len(part) >= LONG_ENOUGH)


def pages(app, world) -> Iterator[str]:
    for rule, _method in rules(app, "GET"):
        yield address(app, rule, world.values(rule))
        if "document_id" in rule.arguments:
            yield address(app, rule, world.values(rule, world.waiting))
            yield address(app, rule, world.values(rule, world.trashed))


@pytest.mark.parametrize("signed_in", [True, False], ids=["signed in", "not signed in"])
def test_no_page_in_french_says_anything_in_english(app, browser, signed_in):
    """OP-6: every page, opened by an admin who reads French and by a browser that asks for it."""
    world = make_world("canary", 4242)
    admin = world.people[Role.ADMIN]
    admin.language = "fr"
    client = browser(admin, world.company) if signed_in else browser()
    opened, wrong = 0, []
    for url in pages(app, world):
        answer = ask(client, "GET", url, headers={"Accept-Language": "fr"})
        if answer.mimetype != "text/html" or answer.location:
            continue
        said, opened = spoken(answer.text), opened + 1
        wrong += [(url, text) for text in english() if text in said]
        wrong += [(url, said[max(0, found.start() - 40) : found.end() + 40]) for found in ENGLISH.finditer(said)]

    assert wrong == []
    assert opened > (30 if signed_in else 3)


def test_what_is_looked_for_is_found_in_english(app, browser):
    """OP-6: the test above sees English where there is some."""
    world = make_world("canary", 4242)
    said = spoken(browser(world.people[Role.ADMIN], world.company).get("/documents").text)

    assert ENGLISH.search(said)
    assert [text for text in english() if text in said]


class OfTheLibrary(Form):
    """What WTForms itself says of mistakes."""

    amount = IntegerField()
    day = DateField()
    kind = SelectField(choices=[("a", "A")])
    text = StringField(validators=[Length(max=3)])
    email = StringField(validators=[Email()])


def test_mistakes_that_the_form_library_finds_are_said_in_french(app):
    """OP-6: the messages that are not ours too."""
    bad = {"amount": "x", "day": "x", "kind": "x", "text": "abcd", "email": "x"}
    with app.test_request_context(method="POST", data=bad), force_locale("fr"):
        form = type("Both", (OfTheLibrary, forms.Form), {})(meta={"csrf": False})
        form.validate()

    assert set(form.errors) == set(bad)
    assert not ENGLISH.search(" ".join(str(each) for errors in form.errors.values() for each in errors))


@pytest.mark.parametrize(
    ("language", "day", "moment"),
    [("en", "13 Nov 2017", "13 Nov 2017, 10:11"), ("fr", "13/11/2017", "13/11/2017 10:11")],
)
def test_days_cannot_be_taken_for_others(app, language, day, moment):
    """OP-6: with the month in letters where 11/2 would mean two days."""
    with app.test_request_context(), force_locale(language):
        assert filters.day(date(2017, 11, 13)) == day
        assert filters.moment(datetime(2017, 11, 13, 9, 11, tzinfo=UTC)) == moment


def test_sizes_are_counted_in_the_language_of_the_reader(app):
    """OP-6: bytes in English are octets in French."""
    with app.test_request_context(), force_locale("fr"):
        assert filters.size(12_345_678).replace("\u202f", " ").replace("\u00a0", " ") == "12,3 Mo"


def test_the_trail_has_a_word_for_every_act():
    """US-4: no act stands in the trail as the program calls it."""
    code = "".join(file.read_text() for file in (ROOT / "app").rglob("*.py"))
    acts = set(re.findall(r'\bact="([^"]+)"', code))

    assert acts > {"validated", "trashed"}
    assert acts - set(words.ACTS) == set()
