"""The mails to the accountant, and what follows when one has left, or could not (SPEC AC-4, AC-7)."""

from __future__ import annotations

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from app.accounting import answer_links, ending, exports, facts
from app.accounting.kinds import State
from app.accounting.models import Sharing
from app.accounting.run_models import Delivery, Envelope
from app.counterparties.models import plain
from app.documents.kinds import Direction
from app.documents.models import Document
from app.extensions import db
from app.files.models import File
from app.intake import addresses
from app.outbox import composing
from app.outbox.kinds import MailKind
from app.outbox.models import Mark, OutgoingMail
from app.outbox.writing import write as write_mail
from app.web.filters import amount, day

KIND = "accountant"
SHOWN = 20
"""Documents that are named in the text; a ZIP has its list."""
STATES = {Mark.SENT: State.SENT, Mark.REFUSED: State.REFUSED, Mark.UNCERTAIN: State.UNCERTAIN}


def write(envelope: Envelope, sharing: Sharing, files: list[tuple[File, str]]) -> None:
    """Into the outbox, once for each envelope. Raises `Refused` where its address is none."""
    url, token = answer_links.make(envelope)
    company, documents = sharing.company, [each.document for each in envelope.deliveries]
    with force_locale(sharing.language):
        subject = _(
            "%(company)s: %(journal)s, %(what)s",
            company=company.name,
            journal=envelope.journal.label,
            what=documents[0].number if len(documents) == 1 else _("%(count)s documents", count=len(documents)),
        )
    envelope.mail = write_mail(
        KIND,
        key=f"{KIND}:{envelope.run_id}:{envelope.number}",
        to=envelope.address,
        subject=subject,
        template="accounting/mail/documents",
        company_id=company.id,
        about=envelope,
        language=sharing.language,
        sender_name=company.name,
        return_path=_return_path(sharing),
        attachments=files,
        headers={"Auto-Submitted": "auto-generated"} | _reply_to(sharing),
        secrets=[token],
        company=company,
        envelope=envelope,
        shown=documents[:SHOWN],
        rows=[(_title(each), amount(each.gross_minor, each.currency)) for each in documents[:SHOWN]],
        more=max(0, len(documents) - SHOWN),
        answer_url=url,
        subject_line=subject,
    )
    db.session.flush()
    envelope.size = len(composing.compose(envelope.mail))


def _title(document: Document) -> str:
    return " · ".join(filter(None, [day(document.issue_date), document.number or document.label, document.party_name]))


def zip_name(envelope: Envelope) -> str:
    """Which company, journal, day and mail: `atelier-zoe_purchases_2026-11-26_3.zip`."""
    company = "-".join(
        "".join(c if c.isascii() and c.isalnum() else " " for c in plain(envelope.run.company.name)).split()
    )
    return f"{company[:60] or 'facteur'}_{envelope.journal.value}_{envelope.run.day}_{envelope.number}.zip"


def _return_path(sharing: Sharing) -> str:
    """What comes back is read where mails come in."""
    if current_app.config["SETTINGS"].intake_domain == "localhost":
        return ""
    return addresses.full(addresses.living(sharing.company, Direction.PURCHASE))


def _reply_to(sharing: Sharing) -> dict[str, str]:
    return {"Reply-To": sharing.report_address} if sharing.report_address else {}


# --- What becomes of it ---------------------------------------------------------------------------


def why_not(mail: OutgoingMail) -> str:
    """Asked when its turn has come: whatever changed since it was written goes with the next run (SAFETY S52)."""
    envelope = _envelope(mail)
    if envelope is None:
        return _("Its run is gone.")
    sharing = db.session.get(Sharing, envelope.run.company_id)
    if sharing is None or sharing.shared_since is None:
        return _("Documents of this company are not shared with the accountant.")
    if sharing.address_of(envelope.journal) != envelope.address:
        return _("The address of this journal was changed.")
    changed = next((each for each in envelope.deliveries if not _stands(each)), None)
    return (
        _("%(document)s was changed since.", document=changed.document.number or changed.document.label)
        if changed
        else ""
    )


def _stands(delivery: Delivery) -> bool:
    """Is it still to leave with this mail, and as it was written?"""
    export = exports.of(delivery.document_id)
    is_current = export is not None and export.delivery_id == delivery.id and export.state is State.LEAVING
    return is_current and not facts.differ(delivery.facts, facts.of(delivery.document))


def after(mail: OutgoingMail) -> None:
    """It left, was refused, nobody knows, or somebody decided about it: its documents follow."""
    envelope = _envelope(mail)
    if envelope is None:
        return
    if mail.mark is Mark.QUEUED:
        exports.leave_again(envelope.deliveries)
    elif mail.mark is Mark.CANCELLED:
        exports.cancelled(envelope.deliveries, by_program=bool(why_not(mail)))
    elif mail.mark in STATES:
        exports.ended(envelope.deliveries, STATES[mail.mark], said(mail))
    ending.end_if_done(envelope.run)


def said(mail: OutgoingMail) -> str:
    """The server's words, to the mail or to its recipient."""
    refused = next((each.answer for each in mail.recipients if each.mark is Mark.REFUSED and each.answer), "")
    return refused or mail.answer


def _envelope(mail: OutgoingMail) -> Envelope | None:
    found = db.session.get(Envelope, mail.about_id) if mail.about_type == Envelope.__tablename__ else None
    return found if found and found.mail_id in (None, mail.id) else None


def returned(mail: OutgoingMail, why: str) -> None:
    """It came back: its documents are named by the next run, which tries them again."""
    if envelope := _envelope(mail):
        exports.came_back(envelope.deliveries, why)


KINDS = [MailKind(KIND, why_not, after=after, returned=returned)]
