"""A mail to oneself, to see a text as it arrives; no customer and no action has anything to do with it."""

from __future__ import annotations

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import func, select

from app.core.errors import Refused
from app.documents.models import Document
from app.dunning import previewing, wording
from app.dunning.action_models import ActionKind
from app.dunning.models import DunningPlan
from app.extensions import db
from app.files.models import File
from app.outbox.kinds import MailKind
from app.outbox.models import OutgoingMail
from app.outbox.writing import write
from app.users.models import Company, User

KIND_KEY = "plan-test"


def count(plan: DunningPlan, user: User) -> int:
    """How many this person had sent to themselves: pressing twice on one page sends once."""
    mine = select(func.count(OutgoingMail.id)).where(OutgoingMail.key.startswith(_key(plan, user), autoescape=True))
    return db.session.scalar(mine) or 0


def send(
    plan: DunningPlan,
    kind: ActionKind,
    document: Document | None,
    *,
    said: tuple[str, str],
    language: str,
    attaches_file: bool,
    number: int,
    by: User,
) -> OutgoingMail:
    """The text as it would reach the customer of `document`, to whoever asks, with *test* in its subject."""
    subject, text = said
    wording.check(subject, kind, is_subject=True)
    wording.check(text, kind)
    if not text.strip():
        raise Refused(_("Write a text first."))
    subject, text = previewing.shown(kind, subject, text, document, language=language, owner=by)
    with force_locale(by.spoken):
        subject = _("Test: %(subject)s", subject=subject)
    return write(
        KIND_KEY,
        key=f"{_key(plan, by)}{number}",
        to=by.email,
        subject=subject,
        template="dunning/mail/test",
        company_id=plan.company_id,
        about=plan,
        language=language,
        attachments=_file(document) if attaches_file else (),
        paragraphs=[each for each in text.split("\n\n") if each.strip()],
        company=db.session.get_one(Company, plan.company_id).name,
        subject_line=subject,
    )


def _key(plan: DunningPlan, user: User) -> str:
    return f"{KIND_KEY}:{plan.id}:{user.id}:"


def _file(document: Document | None) -> list[tuple[File, str]]:
    return [(document.original.file, document.original.name)] if document and document.original else []


def _why_not(mail: OutgoingMail) -> str:
    """Its reader left the company meanwhile, and with it the right to see what it quotes."""
    person = db.session.scalar(select(User).where(User.email == mail.recipients[0].address))
    is_here = person and person.is_active and mail.company_id in {each.company_id for each in person.memberships}
    return "" if is_here else "its reader does not belong to the company any more"


KIND = MailKind(KIND_KEY, _why_not)
