"""The form of a mailbox."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import IntegerField, PasswordField, RadioField, SelectField, StringField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from app.documents.models import Direction
from app.mailboxes.models import AfterAction, Mailbox, Tls
from app.users.forms import stripped
from app.web.fields import DayField
from app.web.forms import Form

UNREAD, SINCE = "unread", "since"
PLAIN = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


def _chosen(enum: Any) -> list[tuple[str, Any]]:
    return [(each.value, each.label) for each in enum]


class MailboxForm(Form):
    """How it is reached, what is taken of it, what is done there afterwards."""

    direction = RadioField(_("Its mails bring"), default=Direction.PURCHASE.value)
    host = StringField(
        _("Mail server"),
        [DataRequired(_("Enter the server's name, such as imap.example.org.")), Length(max=253)],
        filters=[stripped],
        render_kw=PLAIN,
    )
    tls = SelectField(_("Encryption"), choices=_chosen(Tls))
    port = IntegerField(_("Port"), [InputRequired(_("Enter a number.")), NumberRange(1, 65535)], default=993)
    login = StringField(
        _("User name"),
        [DataRequired(_("Enter the user name, often the address.")), Length(max=254)],
        filters=[stripped],
        render_kw=PLAIN,
    )
    password = PasswordField(_("Password"), [Length(max=500)], render_kw={"autocomplete": "new-password"})
    folder = StringField(
        _("Folder"), [DataRequired(_("Enter a folder.")), Length(max=200)], filters=[stripped], default="INBOX"
    )
    take = RadioField(
        _("Mails taken"), choices=[(UNREAD, _("Those nobody has read")), (SINCE, _("All since a day"))], default=UNREAD
    )
    since_date = DayField(_("First day"))
    sender_contains = StringField(_("Sender contains"), [Length(max=200)], filters=[stripped])
    subject_contains = StringField(_("Subject contains"), [Length(max=200)], filters=[stripped])
    after = RadioField(_("Once a mail was taken"), choices=_chosen(AfterAction), default=AfterAction.SEEN.value)
    target_folder = StringField(_("Folder to move to"), [Length(max=200)], filters=[stripped])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.direction.choices = [
            (Direction.PURCHASE.value, _("Purchases: invoices from suppliers")),
            (Direction.SALE.value, _("Sales: invoices to customers")),
        ]

    @classmethod
    def of(cls, mailbox: Mailbox) -> MailboxForm:
        """Filled in as it is, but for its password, which nobody sees again."""
        names = ("host", "port", "login", "folder", "since_date", "sender_contains", "subject_contains")
        facts = {name: getattr(mailbox, name) for name in (*names, "target_folder")}
        words = {name: getattr(mailbox, name).value for name in ("direction", "tls", "after")}
        return cls(formdata=None, take=SINCE if mailbox.since_date else UNREAD, **facts, **words)

    def validate_since_date(self, field: Any) -> None:
        """Needed where all are taken."""
        if self.take.data == SINCE and not field.data and not field.errors:
            raise ValidationError(gettext("Enter the first day."))

    def validate_target_folder(self, field: Any) -> None:
        """Needed where mails are moved; and another than the one they lie in."""
        if self.after.data == AfterAction.MOVE and (not field.data or field.data == self.folder.data):
            raise ValidationError(gettext("Enter another folder than the one the mails are taken from."))

    def validate_tls(self, field: Any) -> None:
        """Without encryption only this machine is spoken to."""
        if field.data == Tls.NONE and self.host.data not in {"localhost", "127.0.0.1", "::1"}:
            raise ValidationError(gettext("Without encryption the password could be read on its way. Choose SSL/TLS."))

    def validate(self, extra_validators: Any = None) -> bool:
        """No line break in what is said to a server."""
        is_valid = super().validate(extra_validators)
        for field in (self.host, self.login, self.password, self.folder, self.target_folder):
            if any(ord(sign) < 32 or ord(sign) == 127 for sign in field.data or ""):
                field.errors = [*field.errors, gettext("It has a character that cannot be typed.")]
                is_valid = False
        return is_valid

    def facts(self) -> dict[str, Any]:
        """What is to be stored, without the password."""
        names = ("host", "port", "login", "folder", "sender_contains", "subject_contains", "target_folder")
        facts = {name: getattr(self, name).data or "" for name in names}
        facts |= {"direction": Direction(self.direction.data), "tls": Tls(self.tls.data)}
        return facts | {
            "after": AfterAction(self.after.data),
            "since_date": self.since_date.data if self.take.data == SINCE else None,
        }
