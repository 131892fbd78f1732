"""Forms of the approvals' own pages."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import HiddenField, SelectField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from app.approval import colleagues
from app.approval.models import Choice
from app.users.forms import stripped
from app.users.models import User
from app.web.fields import DayField
from app.web.forms import Form

LONGEST = 2000


class DecisionForm(Form):
    """What is decided about what was seen."""

    revision = HiddenField()
    choice = HiddenField()
    reason = TextAreaField(_("Reason"), [Length(max=LONGEST)], filters=[stripped])

    def validate_choice(self, field: Any) -> None:
        """One of the three."""
        if field.data not in {each.value for each in Choice}:
            raise ValidationError(_("Choose one of the answers."))

    def validate_reason(self, field: Any) -> None:
        """To reject, or to send back, takes words: somebody has to do something about it."""
        if not field.data and self.choice.data in {Choice.REJECT, Choice.SEND_BACK}:
            raise ValidationError(_("Say why: whoever validated it reads this."))


class PersonField(SelectField):
    """Somebody to choose; `person` is who it is."""

    def offer(self, people: list[User]) -> None:
        """Who can be chosen."""
        self.people = {str(each.id): each for each in people}
        offered = (SelectChoice(key, colleagues.named(each)) for key, each in self.people.items())
        self.choices = [SelectChoice("", _("Choose a colleague")), *offered]

    @property
    def person(self) -> User | None:
        return self.people.get(self.data or "")


class HandingForm(Form):
    """To whom it is handed over, and why."""

    to = PersonField(_("To whom"), [DataRequired(_("Choose a colleague."))], validate_choice=False)
    reason = TextAreaField(_("Why"), [DataRequired(_("Say why: your colleague reads this.")), Length(max=500)])

    def __init__(self, people: list[User], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.to.offer(people)

    def validate_to(self, field: Any) -> None:
        """One of those who are offered."""
        if field.person is None:
            raise ValidationError(_("Choose somebody of the list."))


class CommentForm(Form):
    """Something to say without deciding."""

    text = TextAreaField(_("Comment"), [DataRequired(_("Write something.")), Length(max=LONGEST)], filters=[stripped])


class AbsenceForm(Form):
    """From when to when, and who decides meanwhile."""

    first_date = DayField(_("First day"), [DataRequired(_("Enter the first day."))])
    last_date = DayField(_("Last day"), [DataRequired(_("Enter the last day."))])
    stand_in = PersonField(_("Stand-in"), [DataRequired(_("Choose a colleague."))], validate_choice=False)

    def __init__(self, people: list[User], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.stand_in.offer(people)

    def validate_stand_in(self, field: Any) -> None:
        """One of those who are offered."""
        if field.person is None:
            raise ValidationError(_("Choose somebody of the list."))
