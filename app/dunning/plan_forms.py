"""The forms of a plan and of its steps."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, IntegerField, RadioField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from app.core.errors import Refused
from app.counterparties.models import Position
from app.dunning import copies, wording
from app.dunning.action_models import ActionKind
from app.dunning.models import Channel, Level, PlanStep
from app.dunning.plan_editing import LONGEST_NAME
from app.web.fields import trimmed
from app.web.forms import Form
from app.web.ids import LARGEST
from app.web.language import LANGUAGES

LONGEST_SUBJECT, LONGEST_TEXT, MOST_DAYS = 200, 10_000, 365
BEFORE, AFTER = "before", "after"
NO_DAYS = _("Enter a number of days.")


class PlanForm(Form):
    """What a plan is called, and whether it reminds of each invoice or of all."""

    version = IntegerField(validators=[Optional(), NumberRange(0, LARGEST)], widget=HiddenInput())
    name = StringField(_("Name"), [DataRequired(_("Enter a name.")), Length(max=LONGEST_NAME)], filters=[trimmed])
    level = RadioField(_("Reminders"), default=Level.CUSTOMER.value)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.level.choices = [(each.value, each.label) for each in (Level.CUSTOMER, Level.INVOICE)]


class NewPlanForm(PlanForm):
    """The same for a new one, with what it begins with."""

    has_reminders = BooleanField(_("Begin with three reminders: friendly, firm, last"), default=True)
    is_default = BooleanField(_("Give it to new customers"))


class StepForm(Form):
    """One step: when, how, to whom, and its texts by language."""

    version = IntegerField(validators=[Optional(), NumberRange(0, LARGEST)], widget=HiddenInput())
    days = IntegerField(
        _("Days"), [InputRequired(NO_DAYS), NumberRange(0, MOST_DAYS, _("Between 0 and 365 days."))], default=0
    )
    side = SelectField(_("When"), default=AFTER)
    channel = SelectField(_("Channel"), coerce=Channel, default=Channel.EMAIL)
    is_automatic = BooleanField(_("Goes by itself"))
    position = SelectField(_("To contacts for"), default="")
    cc = StringField(_("Copy to"), [Length(max=2 * copies.LONGEST)])
    attaches_file = BooleanField(_("Attach the invoice’s PDF"), default=True)
    subject_fr = StringField(_("Subject"), [Length(max=LONGEST_SUBJECT)], filters=[trimmed])
    text_fr = TextAreaField(_("Text"), [Length(max=LONGEST_TEXT)])
    subject_en = StringField(_("Subject"), [Length(max=LONGEST_SUBJECT)], filters=[trimmed])
    text_en = TextAreaField(_("Text"), [Length(max=LONGEST_TEXT)])

    def __init__(self, kind: ActionKind, step: PlanStep | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind = kind
        self.side.choices = [(AFTER, gettext("after the due date")), (BEFORE, gettext("before the due date"))]
        self.channel.choices = [(each.value, each.label) for each in Channel]
        self.position.choices = [("", gettext("As usual")), *((each.value, each.label) for each in Position)]
        if kind is ActionKind.SENDING:
            del self.side
        if step and not self.is_submitted():
            self.show(step)

    def show(self, step: PlanStep) -> None:
        """As it is."""
        self.days.data, self.channel.data = abs(step.days), step.channel
        if self.side:
            self.side.data = BEFORE if step.days < 0 else AFTER
        self.is_automatic.data, self.attaches_file.data = step.is_automatic, step.attaches_file
        self.position.data, self.cc.data = step.position.value if step.position else "", step.cc
        for each in step.wordings:
            if each.language in LANGUAGES:
                self[f"subject_{each.language}"].data, self[f"text_{each.language}"].data = each.subject, each.text

    @property
    def has_subject(self) -> bool:
        """Does what it sends have one?"""
        return self.channel.data in {Channel.EMAIL, Channel.LETTER}

    @property
    def encloses_file(self) -> bool:
        """Does the invoice's file go along?"""
        return self.attaches_file.data and self.has_subject

    def facts(self) -> dict[str, Any]:
        """What is to be stored of the step."""
        days, channel = self.days.data, self.channel.data
        return {
            "is_sending": self.kind is ActionKind.SENDING,
            "days": -days if self.side and self.side.data == BEFORE else days,
            "channel": channel,
            "is_automatic": self.is_automatic.data and channel is not Channel.CALL,
            "position": Position(self.position.data) if self.position.data else None,
            "cc": (self.cc.data or "") if channel is Channel.EMAIL else "",
            "attaches_file": self.attaches_file.data,
        }

    def said(self) -> dict[str, tuple[str, str]]:
        """Its texts: language → subject and text."""
        return {each: (self[f"subject_{each}"].data or "", _lines(self[f"text_{each}"].data)) for each in LANGUAGES}

    def validate_cc(self, field: StringField) -> None:
        """Each is an address somebody reads; where nothing is mailed, none is asked for."""
        if self.channel.data is not Channel.EMAIL:
            return
        try:
            field.data = copies.checked((field.data or "").strip())
        except Refused as refused:
            raise ValidationError(str(refused)) from None

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Each field by itself, then the texts: known variables, a subject where there is a text, one text at least."""
        is_fine = super().validate(*args, **kwargs)
        said = self.said()
        for language, (subject, text) in said.items():
            self._check(f"subject_{language}", subject, is_subject=True)
            self._check(f"text_{language}", text)
            if text and not subject and self.has_subject:
                self._blame(f"subject_{language}", gettext("Enter a subject."))
            if subject and not text:
                self._blame(f"text_{language}", gettext("Enter a text, or take the subject out as well."))
        if not any(text for _subject, text in said.values()):
            self._blame("text_fr", gettext("Write the text in one language at least."))
        return is_fine and not self.errors

    def _check(self, name: str, text: str, *, is_subject: bool = False) -> None:
        for mistake in wording.mistakes(text, self.kind, is_subject=is_subject):
            self._blame(name, mistake)

    def _blame(self, name: str, why: str) -> None:
        self[name].errors = [*self[name].errors, why]


def _lines(text: str | None) -> str:
    """As typed, with the line ends of one system and without blanks around it."""
    return (text or "").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip()
