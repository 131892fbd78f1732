"""Asking a supplier for the copy of an invoice that was paid and never came (SPEC BK-5)."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import force_locale, get_locale
from flask_babel import gettext as _
from sqlalchemy import func, select

from app.audit import trail
from app.bank.models import BankTransaction
from app.core.errors import Refused
from app.counterparties.models import Contact, Counterparty, Position
from app.documents.models import Direction
from app.extensions import db
from app.intake import addresses
from app.outbox.kinds import MailKind
from app.outbox.models import OutgoingMail
from app.outbox.writing import write
from app.users.models import User
from app.web.filters import amount, day

KIND_KEY = "copy-asked"
LANGUAGES = ("fr", "en")
POSITIONS = (Position.BILLING, Position.ACCOUNTING, Position.OTHER, Position.DUNNING)
LONGEST_TEXT = 5_000


@dataclass
class Draft:
    """The mail as it is proposed."""

    to: str
    language: str
    subject: str
    text: str
    reply_to: str
    version: int
    """How often this line was asked about: pressing twice sends once."""


def draft(line: BankTransaction, supplier: Counterparty | None) -> Draft:
    """Subject and text filled in, in the language of the contact."""
    contact = _contact(supplier)
    to = contact.email if contact else supplier.email if supplier else ""
    language = contact.language if contact and contact.language in LANGUAGES else str(get_locale() or "fr")[:2]
    reply_to = addresses.full(addresses.living(line.account.company, Direction.PURCHASE))
    with force_locale(language):
        facts = {"company": line.account.company.name, "day": day(line.date)}
        facts |= {"amount": amount(abs(line.amount_minor), line.currency)}
        subject = _("Copy of an invoice: %(amount)s paid on %(day)s", **facts)
        asked = _("On %(day)s we paid you %(amount)s, and the invoice has not reached us.", **facts)
        where = _("Could you send us a copy? It arrives by itself at this address: %(address)s", address=reply_to)
        named = _("Our bank calls the payment: %(label)s", label=(line.label or line.party_name)[:200])
        text = "\n\n".join([_("Hello,"), f"{asked} {where}", named, _("Thank you,"), facts["company"]])
    return Draft(to, language, subject, text, reply_to, sent_count(line))


def _contact(supplier: Counterparty | None) -> Contact | None:
    found = [each for each in supplier.contacts if each.email] if supplier else []
    return min(found, key=lambda each: POSITIONS.index(each.position), default=None)


def sent_count(line: BankTransaction) -> int:
    """How often somebody asked about this line."""
    asked = select(func.count(OutgoingMail.id)).filter_by(kind=KIND_KEY, about_type=line.__tablename__)
    return db.session.scalar(asked.where(OutgoingMail.about_id == line.id)) or 0


def send(line: BankTransaction, *, to: str, subject: str, text: str, language: str, version: int, by: User) -> None:
    """Write it into the outbox, once for each version."""
    if not text.strip() or not subject.strip():
        raise Refused(_("Write a subject and a text."))
    if line.open_minor == 0 or line.ignored_at:
        raise Refused(_("This line needs no document any more. Nothing was sent."))
    reply_to = addresses.full(addresses.living(line.account.company, Direction.PURCHASE))
    before = sent_count(line)
    write(
        KIND_KEY,
        key=f"{KIND_KEY}:{line.id}:{version}",
        to=to.strip(),
        subject=subject,
        template="bank/mail/copy",
        company_id=line.company_id,
        about=line,
        language=language if language in LANGUAGES else "fr",
        headers={"Reply-To": reply_to},
        paragraphs=[each.strip() for each in text[:LONGEST_TEXT].replace("\r", "").split("\n\n") if each.strip()],
        company=line.account.company.name,
        subject_line=subject,
    )
    if sent_count(line) > before:
        trail.record(line, by=by, act="copy asked for", why=to.strip())


def _why_not(mail: OutgoingMail) -> str:
    """The document came meanwhile."""
    line = db.session.get(BankTransaction, mail.about_id or 0)
    if line is None or line.ignored_at or line.open_minor == 0:
        return "the payment has its document, or needs none any more"
    return ""


KIND = MailKind(KIND_KEY, _why_not)
