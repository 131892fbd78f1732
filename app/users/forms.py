"""Forms of the pages about oneself."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, EmailField, HiddenField, PasswordField, SelectField, StringField, ValidationError
from wtforms.validators import DataRequired, Length

from app.users import passwords
from app.users.models import User
from app.web.forms import Form
from app.web.language import LANGUAGES

LONGEST_PASSWORD = 200


def stripped(value: str | None) -> str:
    """What was typed, without blanks around it."""
    return (value or "").strip()


class NewPassword:
    """A field for a password somebody chooses now."""

    user: User
    password = PasswordField(
        _("New password"),
        [DataRequired(_("Choose a password.")), Length(max=LONGEST_PASSWORD)],
        description=_("At least %(count)d characters. A few unrelated words are good.", count=passwords.SHORTEST),
        render_kw={"autocomplete": "new-password", "minlength": passwords.SHORTEST},
    )

    def validate_password(self, field: Any) -> None:
        """Say beside the field what is wrong with it."""
        if weakness := passwords.weakness_of(field.data or "", self.user.email):
            raise ValidationError(weakness)


class Profile:
    """Name and language."""

    name = StringField(
        _("Your name"),
        [DataRequired(_("Enter your name.")), Length(max=200)],
        filters=[stripped],
        render_kw={"autocomplete": "name"},
    )
    language = SelectField(_("Language"), choices=list(LANGUAGES.items()))


class SignInForm(Form):
    """E-mail address and password."""

    email = EmailField(
        _("E-mail address"),
        [DataRequired(_("Enter your e-mail address.")), Length(max=254)],
        filters=[stripped],
        render_kw={"autocomplete": "username", "autofocus": True},
    )
    password = PasswordField(
        _("Password"),
        [DataRequired(_("Enter your password.")), Length(max=LONGEST_PASSWORD)],
        render_kw={"autocomplete": "current-password"},
    )
    stay = BooleanField(_("Stay signed in on this device for 30 days"))
    next = HiddenField()


class ForgottenForm(Form):
    """Whose password is forgotten."""

    email = EmailField(
        _("E-mail address"),
        [DataRequired(_("Enter your e-mail address.")), Length(max=254)],
        filters=[stripped],
        render_kw={"autocomplete": "username", "autofocus": True},
    )


class ForUser(Form):
    """A form about somebody."""

    def __init__(self, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(**kwargs)


class ResetForm(NewPassword, ForUser):
    """A new password, chosen through a mailed link."""


class InvitationForm(Profile, NewPassword, ForUser):
    """Who one is, when invited."""


class ProfileForm(Profile, ForUser):
    """Name and language of the person signed in."""


class PasswordForm(NewPassword, ForUser):
    """A new password, knowing the old one."""

    current = PasswordField(
        _("Current password"),
        [DataRequired(_("Enter your current password.")), Length(max=LONGEST_PASSWORD)],
        render_kw={"autocomplete": "current-password"},
    )
