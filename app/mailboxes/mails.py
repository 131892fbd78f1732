"""Mails about the ways in: to whom, subject, template."""

from __future__ import annotations

from flask_babel import force_locale
from flask_babel import gettext as _

from app.mailboxes.models import Mailbox
from app.mailboxes.words import words
from app.outbox.models import OutgoingMail
from app.outbox.writing import write
from app.users.mails import address
from app.users.models import User
from app.web.filters import moment


def mailbox_paused(user: User, mailbox: Mailbox) -> OutgoingMail:
    """Nothing is fetched from it any more until somebody looks; one mail for each pause."""
    with force_locale(user.spoken):
        title = _("The mailbox %(name)s is paused", name=mailbox.name)
        facts = [(_("Company"), mailbox.company.name), (_("Last good poll"), moment(mailbox.succeeded_at) or "–")]
        return write(
            "mailbox-paused",
            key=f"mailbox-paused:{mailbox.id}:{mailbox.paused_at:%Y%m%dT%H%M%S}:{user.id}",
            to=user.email,
            subject=_("Facteur: %(title)s", title=title),
            template="operation/mail/notice",
            company_id=mailbox.company_id,
            about=user,
            language=user.spoken,
            url=address(f"/settings/companies/{mailbox.company_id}/mailboxes/{mailbox.id}"),
            title=title,
            facts=facts,
            text=words(mailbox.trouble),
            advice=_("It failed five times in a row. Nothing is lost: its mails wait there. Mend it, then try again."),
        )
