"""The form of a tag."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import StringField, ValidationError
from wtforms.validators import DataRequired, Length

from app.settings.forms import LinesField
from app.tags.models import LONGEST_NAME
from app.users.forms import stripped
from app.web.forms import Form

MOST_WORDS = 50
LONGEST_WORD = 80


class TagForm(Form):
    """A tag, and the words that set it."""

    name = StringField(_("Name"), [DataRequired(_("Enter a name.")), Length(max=LONGEST_NAME)], filters=[stripped])
    analytic_code = StringField(_("Analytic code"), [Length(max=40)], filters=[stripped])
    words = LinesField(
        _("Words that set it"),
        description=_(
            "One word or phrase a line. A document in which one of them stands gets the tag when it is read; "
            "case and accents do not matter."
        ),
    )

    def validate_words(self, field: LinesField) -> None:
        """Not too many, not too long."""
        words = field.data or []
        if len(words) > MOST_WORDS:
            raise ValidationError(gettext("%(count)s words at most.", count=MOST_WORDS))
        if long := next((word for word in words if len(word) > LONGEST_WORD), None):
            raise ValidationError(gettext("“%(word)s…” is too long.", word=long[:20]))

    def facts(self) -> dict[str, Any]:
        """What is to be stored."""
        return {"name": self.name.data, "analytic_code": self.analytic_code.data or "", "words": self.words.data or []}
