"""The mails to the accountant, and what follows when one has left, or could not (SPEC AC-4, AC-7)."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask_babel import force_locale
from flask_babel import gettext as _

from app.accounting import answer_links, ending, exports, facts, names, selecting
from app.accounting.kinds import State
from app.accounting.models import Sharing
from app.accounting.run_models import Delivery, Envelope
from app.documents.kinds import Direction
from app.documents.models import Document
from app.extensions import db
from app.files.models import File
from app.intake import addresses
from app.outbox.kinds import MailKind
from app.outbox.models import Mark, OutgoingMail
from app.outbox.writing import write as write_mail
from app.web.access import Person
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
        again = [_again(each) for each in exports.given_before(envelope)]
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
        return_path=addresses.returns_to(company, Direction.PURCHASE),
        attachments=files,
        headers={"Auto-Submitted": "auto-generated"} | _reply_to(sharing),
        secrets=[token],
        company=company,
        envelope=envelope,
        shown=documents[:SHOWN],
        rows=[(_title(each), amount(each.gross_minor, each.currency)) for each in documents[:SHOWN]],
        more=max(0, len(documents) - SHOWN),
        again=again,
        answer_url=url,
        subject_line=subject,
    )
    db.session.flush()


def _title(document: Document) -> str:
    return " · ".join(filter(None, [day(document.issue_date), document.number or document.label, document.party_name]))


def _again(before: Delivery) -> str:
    """A document that the accountant has already, said so that nobody books it twice."""
    name, when = before.document.number or before.document.label, before.settled_at
    at = day(when.astimezone(ZoneInfo(before.document.company.time_zone)).date()) if when else ""
    return _("%(document)s was sent before, on %(day)s: what is here takes its place.", document=name, day=at)


def zip_name(envelope: Envelope, language: str) -> str:
    """Which company, journal, day, run and mail: `atelier-zoe_purchases_2026-11-26_12-3.zip`."""
    run = envelope.run
    with force_locale(language):
        journal = names.spelled(str(envelope.journal.label))
    return f"{names.spelled(run.company.name)[:60] or 'facteur'}_{journal}_{run.day}_{run.id}-{envelope.number}.zip"


def _reply_to(sharing: Sharing) -> dict[str, str]:
    return {"Reply-To": sharing.report_address} if sharing.report_address else {}


# --- What becomes of it ---------------------------------------------------------------------------


def why_not(mail: OutgoingMail) -> str:
    """Asked when its turn has come: whatever changed since it was written goes with the next run (SAFETY S52)."""
    envelope = _envelope(mail)
    if envelope is None:
        return _("Its run is gone.")
    sharing = db.session.get(Sharing, envelope.run.company_id)
    if sharing is None or sharing.shared_since is None or sharing.connection_id != envelope.run.connection_id:
        return _("Documents of this company are not shared with the accountant in this way any more.")
    if sharing.address_of(envelope.journal) != envelope.address:
        return _("The address of this journal was changed.")
    deliveries = exports.of_envelope(envelope)
    going = selecting.still_go([each.document_id for each in deliveries], sharing)
    changed = next((each for each in deliveries if each.document_id not in going or not _stands(each)), None)
    name = changed and (changed.document.number or changed.document.label)
    return _("%(document)s was changed since, or is not to go any more.", document=name) if changed else ""


def _stands(delivery: Delivery) -> bool:
    """Is it still to leave with this mail, and as it was written?"""
    export = exports.of(delivery.document_id)
    is_current = export is not None and export.delivery_id == delivery.id and export.state is State.LEAVING
    return is_current and not facts.differ(delivery.facts, facts.of(delivery.document))


def after(mail: OutgoingMail) -> None:
    """It left, was refused, nobody knows, or was not needed any more: its documents follow."""
    _follow(mail, by_program=True)


def decided(mail: OutgoingMail, _by: Person) -> None:
    """A person sends it once more, knows that it arrived, or does not want it to leave."""
    _follow(mail, by_program=False)


def _follow(mail: OutgoingMail, *, by_program: bool) -> None:
    envelope = _envelope(mail)
    if envelope is None:
        return
    deliveries = exports.of_envelope(envelope)
    if mail.mark is Mark.QUEUED:
        exports.leave_again(deliveries)
    elif mail.mark is Mark.CANCELLED:
        exports.cancelled(deliveries, by_program=by_program)
    elif mail.mark in STATES:
        exports.ended(deliveries, STATES[mail.mark], said(mail))
    ending.end_if_done(envelope.run)


def said(mail: OutgoingMail) -> str:
    """The server's words, to the mail or to its recipient."""
    refused = next((each.answer for each in mail.recipients if each.mark is Mark.REFUSED and each.answer), "")
    return refused or mail.answer


def _envelope(mail: OutgoingMail) -> Envelope | None:
    found = db.session.get(Envelope, mail.about_id) if mail.about_type == Envelope.__tablename__ else None
    return found if found and found.mail_id in (None, mail.id) else None


def returned(mail: OutgoingMail, why: str) -> None:
    """It came back, from its recipient or from beyond: who may have it a person finds out, and decides."""
    if envelope := _envelope(mail):
        exports.came_back(envelope.deliveries, why)


KINDS = [MailKind(KIND, why_not, is_personal=True, after=after, decided=decided, returned=returned)]
