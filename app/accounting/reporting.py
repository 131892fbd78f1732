"""The mail that tells what a run did, to whoever asked for it (SPEC AC-6)."""

from __future__ import annotations

from typing import Any

import structlog
from flask_babel import force_locale, format_decimal, ngettext
from flask_babel import gettext as _

from app.accounting.models import Sharing
from app.accounting.report import Named, OfJournal, Report, report
from app.accounting.run_models import Run
from app.core.errors import Refused
from app.documents.models import Document
from app.documents.noticing import title
from app.extensions import db
from app.outbox.kinds import MailKind
from app.outbox.models import OutgoingMail
from app.outbox.writing import write as write_mail
from app.users.mails import address
from app.users.models import Company
from app.web.filters import day

log = structlog.get_logger()
KEY = "accountant-report"
MOST = 100
"""So many documents of each kind are named one by one; the page of the run has them all."""


def write(run: Run) -> OutgoingMail | None:
    """The report, once for each run; none where nobody asked for it.

    Whatever goes wrong here, the run has ended, and its page tells it.
    """
    sharing = db.session.get(Sharing, run.company_id)
    if sharing is None or not sharing.report_address:
        return None
    try:
        with db.session.begin_nested(), force_locale(sharing.language):
            told = report(run)
            if not tells(told):
                return None
            return _write(sharing, told, _subject(told))
    except Refused as refused:
        log.warning("accounting.not_reported", run=run.id, why=str(refused))
    except Exception:
        log.exception("accounting.not_reported", run=run.id)
    return None


def tells(told: Report) -> bool:
    """Did anything happen, or does anything want a person? Nobody is written to every day about nothing."""
    happened = (told.mails, told.errors, told.doubtful, told.changed, told.remaining, told.run.is_unusual)
    return any(map(bool, happened))


def _write(sharing: Sharing, told: Report, subject: str) -> OutgoingMail:
    return write_mail(
        KEY,
        key=f"{KEY}:{told.run.id}",
        to=sharing.report_address,
        subject=subject,
        template="accounting/mail/report",
        company_id=sharing.company_id,
        about=told.run,
        language=sharing.language,
        sender_name=sharing.company.name,
        headers={"Auto-Submitted": "auto-generated"},
        report=told,
        subject_line=subject,
        most=MOST,
        **_said(sharing.company, told),
    )


def _said(company: Company, told: Report) -> dict[str, Any]:
    """What stands in the mail, in words."""
    facts = {"company": company.name, "day": day(told.run.day)}
    return {
        "company": company.name,
        "headline": _("Sent to the accountant of %(company)s on %(day)s", **facts),
        "figures": [(each.journal.label, _figures(each)) for each in told.journals],
        "left": _left(told),
        "sections": [(title, [_row(*each) for each in rows]) for title, rows in _sections(told) if rows],
        "waiting": [(wait.label, format_decimal(count)) for wait, count in told.waiting.items()],
        "url": address(f"/accounting/runs/{told.run.id}"),
    }


def _figures(each: OfJournal) -> str:
    documents = ngettext("%(num)d document sent", "%(num)d documents sent", each.documents)
    mails = ngettext("%(num)d mail", "%(num)d mails", each.mails)
    return _("%(documents)s, in %(mails)s", documents=documents, mails=mails)


def _left(told: Report) -> str:
    """What has not left yet, and what the next run takes."""
    said = []
    if n := told.leaving:
        said.append(ngettext("%(num)d document was still leaving.", "%(num)d documents were still leaving.", n))
    if n := told.remaining:
        said.append(ngettext("%(num)d document waits for the next run.", "%(num)d documents wait for the next run.", n))
    return " ".join(said)


def _sections(told: Report) -> list[tuple[str, Named]]:
    """Documents one by one, what is most pressing first."""
    changes = [(each, " · ".join(_changed(*change) for change in its)) for each, its in told.changed]
    return [
        (_("Not sent; each run tries them again"), told.errors),
        (_("Nobody knows whether these arrived; they are not sent again by themselves"), told.doubtful),
        (_("Sent without a Factur-X"), told.fallbacks),
        (_("Changed since they were sent"), changes),
    ]


def _changed(label: str, was: str, now: str) -> str:
    return _("%(label)s: %(was)s → %(now)s", label=label, was=was, now=now)


def _row(document: Document, why: str) -> tuple[str, str, str]:
    """What it is called, why it is named, and its page."""
    return title(document), why, address(f"/documents/{document.id}")


def _subject(told: Report) -> str:
    """How many were sent, and whether something went wrong."""
    sent = ngettext("%(num)d document sent", "%(num)d documents sent", told.documents)
    errors = ngettext("%(num)d error", "%(num)d errors", len(told.errors)) if told.errors else ""
    doubtful = ngettext("%(num)d doubtful", "%(num)d doubtful ones", len(told.doubtful)) if told.doubtful else ""
    facts = {"company": told.run.company.name, "day": day(told.run.day)}
    return _("%(company)s, %(day)s: %(sent)s", sent=", ".join(filter(None, (sent, errors, doubtful))), **facts)


def why_not(mail: OutgoingMail) -> str:
    """Asked when its turn has come (SAFETY S52)."""
    sharing = db.session.get(Sharing, mail.company_id) if mail.company_id else None
    wanted = sharing.report_address.lower() if sharing else ""
    is_theirs = bool(wanted) and wanted in {each.address.lower() for each in mail.recipients}
    return "" if is_theirs else _("No report is asked for at this address any more.")


KIND = MailKind(KEY, why_not)
