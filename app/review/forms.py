"""How a file is to be read once more."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, PasswordField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from app.extraction import password
from app.web.forms import Form

LANGUAGES = [
    SelectChoice("fra", _("French")),
    SelectChoice("eng", _("English")),
    SelectChoice("nld", _("Dutch")),
    SelectChoice("deu", _("German")),
    SelectChoice("spa", _("Spanish")),
    SelectChoice("ita", _("Italian")),
]


class ReadAgainForm(Form):
    """Languages for the text recognition, and a password for an encrypted PDF."""

    languages = SelectMultipleField(
        _("Languages"), choices=LANGUAGES, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    as_picture = BooleanField(_("Recognise the text from the picture, even where the file holds text"))
    password = PasswordField(_("Password of the PDF"), validators=[Optional(), Length(max=password.LONGEST)])
