"""Writing a letter: drawn at once and kept, it waits for the printer or for a postal provider."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from babel.dates import format_date
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from app.channels import jobs, providing
from app.channels.models import Letter
from app.channels.unreachable import Unreachable
from app.core import clock
from app.core.storage import Damaged
from app.counterparties.models import Counterparty
from app.extensions import db
from app.files import store
from app.files.models import File
from app.outbox.writing import LONGEST_SUBJECT, one_line
from app.reader import acts
from app.reader.contents import Unreadable
from app.reader.reasons import reason
from app.users.models import Company

MOST_LINES = 7
_TOWN = re.compile(r"^(?:[A-Z]{1,2}[- ])?\d{4,5}\s+(\D.*)$")


def write(
    kind: str,
    *,
    key: str,
    company: Company,
    address: str,
    language: str,
    subject: str,
    text: str,
    attachments: Sequence[File] = (),
    about: Any = None,
    counterparty: Counterparty | None = None,
    signature: str | None = None,
) -> Letter:
    """The letter of this `key` with the pages of its attachments; written once, whoever asks.

    Signed by the company unless told. Raises `Unreachable` where the address or an attachment does not allow it.
    """
    known = db.session.scalar(select(Letter).filter_by(key=key))
    if known:
        return known
    to = address_lines(address)
    if signature is None:
        signature = "" if text.rstrip().endswith(company.name) else company.name
    said = _said(company, to, language, one_line(subject)) | {"text": text, "signature": one_line(signature)}
    pages, page_count = _drawn(said, attachments)
    letter = Letter(
        company=company,
        key=key,
        kind=kind,
        about_type=about.__tablename__ if about is not None else "",
        about_id=about.id if about is not None else None,
        counterparty_id=counterparty.id if counterparty else None,
        address="\n".join(to),
        subject=one_line(subject)[:LONGEST_SUBJECT],
        file=store.keep(pages, "application/pdf"),
        page_count=page_count,
    )
    db.session.add(letter)
    db.session.flush()
    jobs.draw_letter.later(letter.id)
    providing.hand_over(letter)
    return letter


def address_lines(address: str) -> list[str]:
    """The lines of an address a letter can be posted to; raises `Unreachable` with the reason."""
    lines = [line for line in map(one_line, address.splitlines()) if line]
    shown = ", ".join(lines)
    if len(lines) < 2:
        missing = _("“%(address)s” is no postal address: a street and a town are missing.", address=shown)
        raise Unreachable(missing, "bad_address", address=shown)
    if len(lines) > MOST_LINES:
        _refuse_long(shown)
    return lines


def _refuse_long(shown: str) -> None:
    sentence = _("The address “%(address)s” does not fit into the window of an envelope.", address=shown)
    raise Unreachable(sentence, "bad_address", address=shown)


def _said(company: Company, to: list[str], language: str, subject: str) -> dict[str, Any]:
    """All that stands on the letter but its text."""
    with force_locale(language):
        day = format_date(clock.today(company), "long", locale=language)
        town = _town(company.address)
        return {
            "sender": [one_line(company.name), *map(one_line, company.address.splitlines())],
            "address": to,
            "dated": _("%(town)s, %(date)s", town=town, date=day) if town else day[:1].upper() + day[1:],
            "subject": _("Subject: %(subject)s", subject=subject) if subject else "",
        }


def _town(address: str) -> str:
    """Where the company writes from: what stands after the postcode."""
    found = [match[1] for line in address.splitlines() if (match := _TOWN.match(line.strip()))]
    return one_line(found[-1]) if found else ""


def _drawn(said: dict[str, Any], attachments: Sequence[File]) -> tuple[bytes, int]:
    try:
        for each in attachments:
            store.read(each)  # what was changed on the disk is posted to nobody
        return acts.letter(said, attached=[store.path(each) for each in attachments])
    except Damaged as error:
        why = reason("missing")
        raise Unreachable(_("The letter was not written: %(why)s", why=why), "bad_file", why=str(why)) from error
    except Unreadable as error:
        if error.code == "address_too_long":
            _refuse_long(", ".join(said["address"]))
        why = reason(error.code)
        raise Unreachable(_("The letter was not written: %(why)s", why=why), "bad_file", why=str(why)) from error
