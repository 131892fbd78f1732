"""Mails that follow notices: at once, or once a day; to whom, subject, template."""

from __future__ import annotations

from datetime import date

from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from sqlalchemy import select

from app.extensions import db
from app.notices import subjects, words
from app.notices.models import Notice
from app.notices.subjects import Subject
from app.outbox.kinds import MailKind
from app.outbox.models import OutgoingMail
from app.outbox.writing import write
from app.users.mails import address, only_company
from app.users.models import User

LONGEST_TEXT = 2000
OUT_OF_SIGHT = "its recipient does not see what it is about any more"


def at_once(notice: Notice, subject: Subject) -> OutgoingMail:
    """One notice, one mail."""
    user = notice.user
    with force_locale(user.spoken):
        return write(
            "notice",
            key=f"notice:{notice.id}",
            to=user.email,
            subject=_("Facteur: %(title)s", title=words.sentence(notice, subject)),
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
            key=_key(user, day),
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


def is_written(user: User, day: date) -> bool:
    """Is there a mail of that day already?"""
    return db.session.scalar(select(OutgoingMail.id).filter_by(key=_key(user, day))) is not None


def _key(user: User, day: date) -> str:
    return f"notices:{day.isoformat()}:{user.id}"


def why_not(mail: OutgoingMail) -> str:
    """Asked before it leaves: not to somebody who may not see any more what it is about (SAFETY S52, S72)."""
    notice = db.session.get(Notice, mail.about_id) if mail.about_type == Notice.__tablename__ else None
    return OUT_OF_SIGHT if notice and not subjects.of(notice.user, notice) else ""


KIND = MailKind("notice", why_not)
