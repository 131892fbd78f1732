"""The forms of connections to accountants' software: one for each kind, with what only that needs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, IntegerField, RadioField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Regexp

from app.accounting import codes
from app.accounting.connections import LARGEST_MAIL, LONGEST_NAME, MOST_PER_MAIL
from app.accounting.kinds import ConnectionKind
from app.accounting.models import MEGABYTE, Connection
from app.web.fields import trimmed
from app.web.forms import Form

FILES, ZIPPED = "files", "zip"
NUMBER = InputRequired(_("Enter a whole number."))
PLAIN = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


def code(label: Any, most: int) -> StringField:
    """A field for the code of a journal or the number of an account, which no spreadsheet takes for a formula."""
    needed = DataRequired(_("Enter a code: letters and digits."))
    is_plain = Regexp(rf"[A-Za-z0-9]{{1,{most}}}\Z", message=_("Only letters and digits, at most %(most)d.", most=most))
    return StringField(label, [needed, is_plain], filters=[trimmed], render_kw=PLAIN)


class NamedForm(Form):
    """What each kind has."""

    kind: ConnectionKind
    name = StringField(
        _("Name"), [DataRequired(_("Enter a name.")), Length(max=LONGEST_NAME)], filters=[trimmed], render_kw=PLAIN
    )

    def facts(self) -> dict[str, Any]:
        """What is to be stored."""
        return {"name": self.name.data}

    def show(self, connection: Connection) -> None:
        """As it is set."""
        for name, value in self.facts_of(connection).items():
            self[name].data = value

    def facts_of(self, connection: Connection) -> dict[str, Any]:
        """What its fields hold."""
        return {name: getattr(connection, name) for name in self._fields if hasattr(connection, name)}


class FilesForm(NamedForm):
    """A ZIP to download: which files of each document are in it."""

    kind = ConnectionKind.ZIP
    shares = BooleanField(_("Share the documents, as Factur-X"), default=True)
    adds_original = BooleanField(_("Also the original PDF"))
    adds_xml = BooleanField(_("Also the XML, in a file of its own"))

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Something of each document is there."""
        is_fine = super().validate(*args, **kwargs)
        if not (self.shares.data or self.adds_original.data):
            self.shares.errors = [gettext("Tick the Factur-X, the original, or both: else nothing would be sent.")]
        return is_fine and not self.shares.errors

    def facts(self) -> dict[str, Any]:
        """What is to be stored."""
        ticked = {name: self[name].data for name in ("shares", "adds_original", "adds_xml")}
        return super().facts() | ticked


class MailForm(FilesForm):
    """By e-mail: besides, how its mails are filled."""

    kind = ConnectionKind.MAIL
    per_mail = IntegerField(
        _("Documents per mail"),
        [NUMBER, NumberRange(1, MOST_PER_MAIL, _("Between 1 and %(most)d.", most=MOST_PER_MAIL))],
        default=1,
    )
    how = RadioField(
        _("How files are attached"),
        choices=[(FILES, _("Each file by itself")), (ZIPPED, _("In one ZIP, with a list of what is in it"))],
        default=FILES,
    )
    largest = IntegerField(
        _("Largest mail, in MB"),
        [NUMBER, NumberRange(1, LARGEST_MAIL, _("Between 1 and %(most)d.", most=LARGEST_MAIL))],
        default=10,
    )

    def facts(self) -> dict[str, Any]:
        """What is to be stored."""
        mail = {"is_zipped": self.how.data == ZIPPED, "largest_mail": (self.largest.data or 0) * MEGABYTE}
        return super().facts() | mail | {"per_mail": self.per_mail.data}

    def facts_of(self, connection: Connection) -> dict[str, Any]:
        """What its fields hold."""
        mail = {"how": ZIPPED if connection.is_zipped else FILES, "largest": connection.largest_mail // MEGABYTE}
        return super().facts_of(connection) | mail


class EntriesForm(NamedForm):
    """Entries as CSV: journals and accounts."""

    kind = ConnectionKind.ENTRIES
    purchase_journal = code(_("Journal of purchases"), 10)
    sale_journal = code(_("Journal of sales"), 10)
    supplier = code(_("Account of suppliers"), 20)
    customer = code(_("Account of customers"), 20)
    input_tax = code(_("Account of deductible tax"), 20)
    output_tax = code(_("Account of collected tax"), 20)
    expense = code(_("Account of expenses without a category"), 20)
    income = code(_("Account of income without a category"), 20)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"data": codes.USUAL} | kwargs))

    def facts(self) -> dict[str, Any]:
        """What is to be stored."""
        return super().facts() | {"codes": {name: self[name].data.upper() for name in codes.USUAL}}

    def facts_of(self, connection: Connection) -> dict[str, Any]:
        """What its fields hold."""
        return super().facts_of(connection) | asdict(codes.of(connection))


FORMS: dict[ConnectionKind, type[NamedForm]] = {form.kind: form for form in (MailForm, FilesForm, EntriesForm)}
