"""The form of those whose mails are accepted."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import RadioField, ValidationError

from app.intake import senders
from app.settings.forms import LinesField
from app.web.forms import Form

EVERYONE, ONLY_THESE = "everyone", "only"


class SendersForm(Form):
    """Who may send to one of the two addresses."""

    who = RadioField(_("Accept mail from"))
    senders = LinesField(
        _("Senders"),
        description=_("Addresses and domains, one a line. A domain stands for all its addresses and subdomains."),
        render_kw={"placeholder": "compta@fournisseur.example\nfournisseur.example", "spellcheck": "false"},
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.who.choices = [(EVERYONE, gettext("Everyone")), (ONLY_THESE, gettext("Only these senders"))]

    def validate_senders(self, field: Any) -> None:
        """Each is an address or a domain."""
        lines = field.data or []
        for line in lines:
            if not senders.written(line):
                raise ValidationError(gettext("“%(line)s” is neither an address nor a domain.", line=line[:60]))
        if len(lines) > senders.MOST_SENDERS:
            raise ValidationError(gettext("At most %(most)d senders.", most=senders.MOST_SENDERS))
        field.data = list(dict.fromkeys(map(senders.written, lines)))

    @property
    def is_limited(self) -> bool:
        return self.who.data == ONLY_THESE
