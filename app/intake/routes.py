"""Pages: add invoices, and the mail log."""

from __future__ import annotations

from flask import Response, current_app, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.core.storage import Damaged
from app.documents.models import Direction
from app.documents.sight import visible_ids
from app.extensions import db
from app.files.leaving import as_download, damaged
from app.intake import (
    addresses,
    assignments,
    by_hand,
    forwarding,
    forwarding_pages,
    judgements,
    judging,
    maillog,
    openings,
    posting,
    quarantine,
    rules,
    sender_pages,
    sender_words,
    texts,
    unassigning_pages,
    uploads,
    waiting_pages,
    watch_pages,
    words,
)
from app.intake.blueprint import answer, bp, chosen_direction, company_here, message_to_change, tell, wants_json
from app.intake.blueprint import message_or_404 as found
from app.intake.models import Message, Source
from app.mailboxes import models as mailboxes
from app.tasks.jobs import commit
from app.web.access import Permission, requires
from app.web.ids import row_id
from app.web.pages import page

__all__ = [
    "assignments",
    "bp",
    "by_hand",
    "forwarding_pages",
    "judgements",
    "posting",
    "sender_pages",
    "unassigning_pages",
    "waiting_pages",
    "watch_pages",
]


@bp.get("/add")
@requires(Permission.EDIT)
def new():
    """Add invoices: drop them, choose them, take a picture."""
    company = company_here()
    return page(
        "intake/new.html",
        tab="upload",
        direction=chosen_direction(),
        directions=Direction,
        largest=uploads.largest(),
        here=company,
        arrivals=uploads.latest(company, current_user),
    )


@bp.get("/add/by-email")
@requires(Permission.EDIT)
def by_email():
    """Add invoices: the two addresses to mail them to."""
    company = company_here()
    mine = [(direction, addresses.full(addresses.living(company, direction))) for direction in Direction]
    facts = {"hook_is_on": bool(current_app.config["SETTINGS"].hook_secret), "mailboxes": mailboxes.of(company)}
    facts["requests"] = list(db.session.scalars(forwarding.waiting(current_user, company)))
    facts["rules"] = waiting_pages.rules_of(company)
    return page("intake/by_email.html", tab="by_email", addresses=mine, here=company, **facts)


@bp.post("/uploads")
@requires(Permission.EDIT)
def upload():
    """Take files; one file a request from our script, all at once from a plain form."""
    company = company_here()
    taken = uploads.take_all(request.files.getlist("files"), company, chosen_direction(), by=current_user)
    if wants_json():
        return answer(taken)
    tell(taken)
    return redirect(url_for(".new", direction=chosen_direction().value), 303)


@bp.get("/messages")
@requires(Permission.EDIT)
def index():
    """The mail log."""
    company, wanted = company_here(), _wanted()
    sheet = maillog.sheet(company, current_user, wanted)
    link = lambda **at: url_for(".index", **_filters(wanted), **at)  # noqa: E731
    around = {
        "previous_url": link(after=sheet.newer_than) if sheet.newer_than else None,
        "next_url": link(before=sheet.older_than) if sheet.older_than else None,
    }
    return page(
        "intake/index.html",
        messages=sheet.messages,
        wanted=wanted,
        around=around,
        outcomes=maillog.outcomes(),
        sources={each.value: each.label for each in Source},
        words=words,
        senders=sender_words,
        here=company,
    )


@bp.get("/messages/<int:message_id>")
@requires(Permission.EDIT)
def show(message_id: int):
    """One message: what it said of itself, and what became of each part."""
    message = found(message_id)
    told = {"words": words, "senders": sender_words, "visible": _visible_documents(message)}
    told |= {"candidates": judgements.candidates(message), "judging": judging, "sender": rules.address_of(message)}
    can_be_text = texts.can_be_made(message)
    told |= {"can_be_text": can_be_text, "is_being_made": can_be_text and texts.is_being_made(message)}
    told |= {"quarantine": quarantine.facts(message)}
    return page("intake/show.html", message=message, **told)


@bp.get("/messages/<int:message_id>/raw")
@requires(Permission.EDIT)
def raw(message_id: int) -> Response:
    """The original, as it arrived; what is damaged is never served as good."""
    message = found(message_id)
    name = message.raw_name or f"message-{message.id}"
    try:
        return as_download(message.raw, name if "." in name else f"{name}{'.eml' if message.is_mail else ''}")
    except Damaged:
        return damaged(message.raw)


@bp.post("/messages/<int:message_id>/openings")
@requires(Permission.EDIT)
def read_again(message_id: int):
    """Open it again, for the parts nothing was made of."""
    message = message_to_change(message_id)
    openings.open_again(message, by=current_user)
    commit()
    flash(_("The message is being opened again."))
    return redirect(url_for(".show", message_id=message.id), 303)


@bp.post("/messages/<int:message_id>/documents")
@requires(Permission.EDIT)
def take_anyway(message_id: int):
    """Make documents of a message that looked automatic."""
    message = message_to_change(message_id)
    openings.take_anyway(message, by=current_user)
    commit()
    flash(_("Its attachments are being taken."))
    return redirect(url_for(".show", message_id=message.id), 303)


def _visible_documents(message: Message) -> set[int]:
    """Which of the documents it speaks of this person may see; a twin may be out of sight."""
    spoken = {part.document_id for part in message.parts} | {part.reason.get("document") for part in message.parts}
    return visible_ids(current_user, spoken)


def _wanted() -> maillog.Wanted:
    args = request.args
    return maillog.Wanted(
        outcome=args.get("outcome", ""),
        source=args.get("source", ""),
        search=args.get("q", "").strip()[: maillog.LONGEST_SEARCH],
        before=args.get("before", type=row_id),
        after=args.get("after", type=row_id),
    )


def _filters(wanted: maillog.Wanted) -> dict[str, str]:
    named = {"outcome": wanted.outcome, "source": wanted.source, "q": wanted.search}
    return {name: value for name, value in named.items() if value}
