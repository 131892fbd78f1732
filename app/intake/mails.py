"""Mails about what came in: to whom, subject, template."""

from __future__ import annotations

from flask_babel import force_locale
from flask_babel import gettext as _

from app.intake.models import Message
from app.outbox.models import OutgoingMail
from app.outbox.writing import write
from app.users.mails import address
from app.users.models import User


def forwarding_asked(user: User, message: Message, provider: str, asked_by: str) -> OutgoingMail:
    """A mailbox asks to forward here: where the code stands. The mail itself holds neither code nor link."""
    with force_locale(user.spoken):
        return write(
            "forwarding-asked",
            key=f"forwarding-asked:{message.id}:{user.id}",
            to=user.email,
            subject=_("Facteur: %(provider)s asks for a confirmation", provider=provider),
            template="intake/mail/forwarding",
            company_id=message.company_id,
            about=message,
            language=user.spoken,
            company=message.company.name,
            rows=[
                (_("Mailbox"), asked_by or "–"),
                (_("Forwards to"), f"{message.company.name}, {message.direction.label}"),
            ],
            url=address("/add/by-email"),
        )
