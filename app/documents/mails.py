"""Mails about documents: to whom, subject, template."""

from __future__ import annotations

from flask_babel import force_locale
from flask_babel import gettext as _

from app.documents.models import Document
from app.documents.words import party
from app.outbox.models import OutgoingMail
from app.outbox.writing import write
from app.users.mails import address
from app.users.models import User
from app.web.filters import amount


def twin_out_of_sight(user: User, document: Document, twin: Document) -> OutgoingMail:
    """Two documents seem to be one, and whoever reviews them may not see both: once for each pair."""
    first, second = sorted((document.id, twin.id))
    with force_locale(user.spoken):
        return write(
            "twin-out-of-sight",
            key=f"twin-out-of-sight:{first}:{second}:{user.id}",
            to=user.email,
            subject=_("Facteur: two documents to compare, %(number)s", number=document.number),
            template="documents/mail/twin_out_of_sight",
            company_id=document.company_id,
            about=document,
            language=user.spoken,
            title=_("It looks like this invoice has already been imported."),
            text=_("A member who reviews it may not see the other one. Compare both and say what is to be done."),
            rows=[
                (_("Number"), document.number),
                (party(document.direction), document.party_name),
                (_("Gross amount"), amount(document.gross_minor, document.currency)),
                (_("Company"), document.company.name),
            ],
            url=address(f"/documents/{document.id}#twins"),
        )
