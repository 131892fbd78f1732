"""What the review pages show, gathered with few queries."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import joinedload, selectinload

from app.documents import paying_to, reasons, twins, words
from app.documents.comparing import compared, page_numbers
from app.documents.editing import Changed
from app.documents.forms import DocumentForm
from app.documents.models import Direction, Document, ReadState, Status
from app.documents.sight import only_visible
from app.extensions import db
from app.extraction import suggest
from app.extraction.models import DocumentReading, newest
from app.extraction.reading import Reading
from app.intake import addresses
from app.reader.reasons import reason
from app.review import hints, learned, next_step, queue, sheets
from app.review.forms import ReadAgainForm
from app.users.models import Company, User

AT_ONCE = 50
NEEDS_PASSWORD = {"encrypted", "wrong_password"}
SHOWN = ("vat_number", "siren", "email")
"""What is said of a counterparty that nobody knows yet."""


# --- The queue ------------------------------------------------------------------------------------


def queue_page(user: User, company: Company, filters: queue.Filters, number: int) -> dict[str, Any]:
    """The documents of one page of the queue, with the counts of all."""
    counts = queue.counts(user, company, filters)
    statuses = (filters.status,) if filters.status else queue.QUEUE
    query = filters.apply(queue.waiting(user, company, statuses), user)
    beside = (joinedload(Document.counterparty), joinedload(Document.assignee), selectinload(Document.files))
    query = query.options(*beside)
    found = list(db.session.scalars(query.limit(AT_ONCE + 1).offset((number - 1) * AT_ONCE)))
    documents, has_more = found[:AT_ONCE], len(found) > AT_ONCE
    link = lambda **other: _link(filters, **other)  # noqa: E731
    return {
        "documents": documents,
        "counts": counts,
        "tabs": _tabs(filters, counts, link),
        "directions": [(direction.value, direction.label) for direction in Direction],
        "address": addresses.full(addresses.living(company, Direction.PURCHASE)),
        "filters": filters,
        "link": link,
        "pages": {
            "previous_url": link(page=number - 1) if number > 1 else None,
            "next_url": link(page=number + 1) if has_more else None,
        },
        "is_reading": bool(counts[Status.READING]),
        "seen": _fingerprint(documents, counts),
        "whys": _whys(documents),
    }


def _tabs(filters: queue.Filters, counts: dict[Status, int], link: Callable[..., str]) -> list[dict[str, Any]]:
    """All, and each status with its count."""
    every = [{"label": _("All"), "url": link(status=None), "count": sum(counts.values()), "active": not filters.status}]
    return every + [
        {"label": each.label, "url": link(status=each.value), "count": count, "active": filters.status is each}
        for each, count in counts.items()
    ]


def _link(filters: queue.Filters, **other: Any) -> str:
    """The address of the queue with these filters, some of them changed."""
    said = {
        "status": filters.status.value if filters.status else None,
        "direction": filters.direction.value if filters.direction else None,
        "flagged": "yes" if filters.flagged else None,
        "mine": "yes" if filters.mine else None,
        "q": filters.words or None,
    }
    return url_for("review.index", **{name: value for name, value in (said | other).items() if value})


def _fingerprint(documents: list[Document], counts: dict[Status, int]) -> str:
    """Changes whenever the list looks different, so that an unchanged one need not be sent again."""
    facts = [(each.id, each.status.value, each.version, each.read_pages) for each in documents]
    return hashlib.sha256(repr((facts, list(counts.values()))).encode()).hexdigest()[:16]


def _whys(documents: list[Document]) -> dict[int, str]:
    """What each of them wants looked at first, where there is something."""
    repeated = queue.with_twins(documents)
    return {each.id: said for each in documents if (said := _why(each, each.id in repeated))}


def _why(document: Document, may_be_twin: bool) -> str:
    if document.status is Status.UNREADABLE:
        return str(reason(document.unreadable_reason))
    if may_be_twin:
        return _("Possible duplicate: compare.")
    if document.reason.get("key") in reasons.said_in_review:
        return reasons.in_words(document.reason)
    if document.flags:
        return hints.of_flag(document.flags[0])
    if document.unsure:
        return _("Not sure: %(fields)s", fields=words.listed(document.unsure, document.direction))
    return ""


# --- One document ---------------------------------------------------------------------------------


def document_page(user: User, document: Document, form: Any) -> dict[str, Any]:
    """All that stands on the page of a document under review."""
    read = newest(document)
    return {
        "document": document,
        "is_reading": document.status is Status.READING,
        "told": reasons.in_words(document.reason) if document.reason.get("key") in reasons.said_in_review else "",
        "unreadable": reason(document.unreadable_reason) if document.read_state is ReadState.UNREADABLE else "",
        "needs_password": document.unreadable_reason in NEEDS_PASSWORD,
        "read_again": ReadAgainForm(languages=_languages(document, read)),
    } | (
        typed(document, form, read)
        | queue.place(user, document)._asdict()
        | _what_was_read(document, read)
        | _alike(user, document)
    )


def typed(document: Document, form: DocumentForm, read: DocumentReading | None) -> dict[str, Any]:
    """The form, how sure each field is, and what comes next with what stands there now."""
    return {
        "form": form,
        "hints": _hints(document, form, read.reading if read else Reading()),
        "next_step": next_step.in_words(form.drafted()),
        "proposal": _proposal(document) if form.counterparty_name.data == document.party_name else "",
        "doubt": paying_to.shown(current_user, form.drafted()),
        "rates": [words.of_rate(tax, document.currency) for tax in document.taxes],
    }


def _hints(document: Document, form: DocumentForm, reading: Reading) -> dict[str, hints.Hint]:
    """How sure each field is; one that a correction has taught says whose."""
    found, taught = hints.of_form(document, reading, form), learned.reasons(document, reading)
    for name, whose in taught.items():
        shown = hints.form_field(document, name)
        if shown in found and not found[shown].reason:
            found[shown] = replace(found[shown], reason=whose)
    return found


def turned(document: Document, form: DocumentForm, read: DocumentReading | None) -> dict[str, Any]:
    """The same after another direction was chosen: the other party that was read, unless somebody typed one."""
    if read and not names_party(document, form.counterparty_name.data, read.reading):
        is_back = form.turned_to is document.direction
        said = document.party_name if is_back else suggest.name(document, form.turned_to, read.reading)
        form.counterparty_name.raw_data, form.counterparty_name.data = None, said
    return typed(document, form, read)


def names_party(document: Document, name: str, reading: Reading) -> bool:
    """Did somebody say whom it is from or for, other than the document and what was read of either side?"""
    known = {document.party_name, *(suggest.name(document, direction, reading) for direction in Direction)}
    return name not in known


def _what_was_read(document: Document, read: DocumentReading | None) -> dict[str, Any]:
    reading = read.reading if read else Reading()
    return {
        "sheets": sheets.of(document, read),
        "drawn": [] if read else page_numbers(document),
        "marked_at_once": sheets.AT_ONCE,
        "said": reading,
        "facts": [
            (hints.field_name(name), hints.value_in_words(name, said.value)) for name, said in reading.fields.items()
        ],
        "plain": hints.number,
        "flags": [hints.of_flag(flag) for flag in document.flags],
    }


def _alike(user: User, document: Document) -> dict[str, Any]:
    """Documents that may be this one again; those out of sight are only counted (SPEC DU-1)."""
    found = compared(document)
    visible = only_visible(user, found)
    similar = only_visible(user, twins.similar(document))
    return {"warning": twins.WARNING, "twins": visible, "hidden_twins": len(found) - len(visible), "similar": similar}


def _languages(document: Document, read: DocumentReading | None) -> list[str]:
    return ((read.languages if read else "") or document.company.ocr_languages).split("+")


def _proposal(document: Document) -> str:
    """What stands beneath the counterparty: by what it is known, or that it is new."""
    known, facts = document.counterparty, document.counterparty_facts
    if known:
        return known.vat_number or known.siret or known.siren
    shown = ", ".join(str(facts[fact]) for fact in SHOWN if facts.get(fact))
    if shown:
        return _("New: made when you validate, with %(facts)s.", facts=shown)
    return _("New: made when you validate.") if document.counterparty_name else ""


def conflict(error: Changed, currency: str) -> dict[str, Any]:
    """Who changed what meanwhile: for each fact its name, what it was and what it is now."""
    names = words.NAMES
    plain = {name: pair for name, pair in error.changes.items() if name in names and not name.endswith("_id")}
    changes = [
        (str(names[name]), *(hints.value_in_words(name, value, currency) for value in pair))
        for name, pair in plain.items()
    ]
    return {"sentence": str(error), "changes": changes}
