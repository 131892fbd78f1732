"""Mails that follow notices: at once, or once a day; to whom, subject, template."""

from __future__ import annotations

from datetime import date

from flask_babel import force_locale, ngettext

from app.notices import words
from app.notices.models import Notice
from app.notices.subjects import Subject
from app.outbox.models import OutgoingMail
from app.outbox.writing import write
from app.users.mails import address, only_company
from app.users.models import User

LONGEST_TEXT = 2000


def at_once(notice: Notice, subject: Subject) -> OutgoingMail:
    """One notice, one mail."""
    user = notice.user
    with force_locale(user.spoken):
        return write(
            "notice",
            key=f"notice:{notice.id}",
            to=user.email,
            subject=f"Facteur: {words.sentence(notice, subject)}",
            template="notices/mail/notice",
            company_id=notice.company_id,
            about=notice,
            language=user.spoken,
            sentence=words.sentence(notice, subject),
            text=subject.text[:LONGEST_TEXT],
            url=address(subject.path),
            choices_url=address("/account/notices"),
        )


def daily(user: User, day: date, told: list[tuple[Notice, Subject]]) -> OutgoingMail:
    """What happened since the last one, in one mail."""
    with force_locale(user.spoken):
        return write(
            "notices",
            key=f"notices:{day.isoformat()}:{user.id}",
            to=user.email,
            subject=ngettext("Facteur: %(num)d thing to know", "Facteur: %(num)d things to know", len(told)),
            template="notices/mail/daily",
            company_id=only_company(user),
            about=user,
            language=user.spoken,
            rows=[(words.sentence(each, subject), address(subject.path), each.created_at) for each, subject in told],
            url=address("/notices"),
            choices_url=address("/account/notices"),
        )
