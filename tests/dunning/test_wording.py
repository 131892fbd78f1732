"""What texts to customers may say."""

from __future__ import annotations

import pytest

from app.core.errors import Refused
from app.dunning import wording
from app.dunning.action_models import ActionKind
from app.dunning.models import PlanStep, Wording

SENDING, REMINDER = ActionKind.SENDING, ActionKind.REMINDER


@pytest.mark.parametrize(
    "text",
    [
        *("{{7*7}}", "{{ number }}", "{% for x in y %}", "{x.__class__}", "{number.__class__}", "{number!r}"),
        *("{number:>99}", "{0}", "{}", "{ number }", "{Number}", "{numbér}", "{number", "number}", "{{number}", "}{"),
        *("{config}", "{self}", "{overdue_total}", "{a\nb}"),
    ],
)
def test_what_is_no_plain_variable_is_refused(app, text):
    """S51: templates of other programs, attributes, formats, unknown names, braces that stand alone."""
    with pytest.raises(Refused):
        wording.check(f"Hello {text}!", SENDING)


@pytest.mark.parametrize(
    "text", ["", "Hello", "{number}", "<b>{number}</b> & 5 % off %(name)s ${x}".replace("{x}", "x")]
)
def test_plain_text_with_known_variables_is_taken(app, text):
    """S51: HTML is only text, percent signs mean nothing."""
    wording.check(text, SENDING)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("{nummber}", "{number}"),
        ("{dueDate}", "{due_date}"),
        ("{amonut}", "{amount}"),
        ("{Invoice number}", "{number}"),
    ],
)
def test_a_slip_of_the_hand_is_told_with_what_was_meant(app, text, meant):
    """SE-4: unknown variable → error on saving, with its name."""
    with pytest.raises(Refused) as refused:
        wording.check(text, SENDING)

    assert text in str(refused.value) and f"Did you mean {meant}?" in str(refused.value)


def test_a_reminder_may_name_more_than_a_sending(app):
    """SE-4: sending has the smaller set."""
    assert set(wording.VARIABLES[SENDING]) < set(wording.VARIABLES[REMINDER])
    wording.check("{overdue_list} {days_overdue}", REMINDER)
    with pytest.raises(Refused):
        wording.check("{overdue_list}", SENDING)


@pytest.mark.parametrize("name", wording.NOT_IN_SUBJECT)
def test_a_subject_holds_no_link_and_no_list(app, name):
    """S51: a subject is one line, and every server on the way writes it down."""
    wording.check("{" + name + "}", REMINDER)
    with pytest.raises(Refused):
        wording.check("{" + name + "}", REMINDER, is_subject=True)


def test_a_value_is_never_looked_at_again():
    """S51: what a customer is called fills nothing in and runs nothing."""
    values = {"customer": "{company} {{7*7}} {customer.__class__}", "company": "SECRET"}

    assert wording.fill("To {customer}", values) == "To {company} {{7*7}} {customer.__class__}"


def test_what_has_no_value_is_left_standing():
    """SE-4: the link is filled in when the message leaves, and not before."""
    assert wording.fill("{number}: {portal_link}", {"number": "F-1"}) == "F-1: {portal_link}"


def test_a_step_speaks_the_language_asked_for_or_the_one_it_has():
    """SE-4: per language; a text in the other one is better than none, an empty one is none."""
    step = PlanStep(wordings=[Wording(language="en", text="Hello"), Wording(language="fr", text=" ")])

    assert wording.of(step, "en").text == "Hello" and wording.of(step, "fr").text == "Hello"
    assert wording.of(PlanStep(wordings=[Wording(language="fr", subject="Only a subject", text="")]), "fr") is None
