"""What the pages of documents show, gathered with few queries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from flask import url_for
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _
from sqlalchemy import and_, select
from sqlalchemy.orm import joinedload, load_only, selectinload

from app.core import clock
from app.counterparties.models import Counterparty
from app.documents import filtering, history, paying, paying_to, retention, search, twins, words
from app.documents.comparing import page_numbers, pairs_of
from app.documents.filtering import Sources
from app.documents.models import Direction, Document, Kind, Status
from app.documents.sight import only_visible
from app.documents.wanted import Tab, Wanted, words_in
from app.extensions import db
from app.search.asking import Asked
from app.users.models import Company, User
from app.web import keyset
from app.web.access import Permission, allowed

IN_REVIEW = (Status.TO_PROCESS, Status.UNREADABLE, Status.READING)
"""What has its place in the review."""
SHOWN = (
    *(Document.status, Document.number, Document.label, Document.direction, Document.kind, Document.reason),
    *(Document.counterparty_id, Document.counterparty_name, Document.issue_date, Document.due_date),
    *(Document.currency, Document.gross_minor, Document.settled_minor, Document.validated_at, Document.trashed_at),
    *(Document.paid_minor, Document.paid_date, Document.paid_means, Document.disputed_at, Document.dispute_reason),
    *(Document.to_send_at, Document.sent_at),
    *(Document.promised_date, Document.reminders_paused_until),
)
IN_A_LIST = (
    load_only(*SHOWN, raiseload=True),
    joinedload(Document.counterparty).load_only(Counterparty.name, raiseload=True),
)
"""A row of a list shows few of the many columns; whoever asks for another is told."""
MAY_BE_TWIN = and_(Document.validated_at.is_(None), twins.has_living_twin()).label("may_be_twin")
"""For a row of a list: whether somebody has to compare it."""

asks_for_approval: list[Callable[[Company], bool]] = []
"""Whether a rule of the company asks for approval: its tab is shown then, be it empty (LC-2); `pipeline` fills it."""


# --- Lists ----------------------------------------------------------------------------------------


def list_page(user: User, company: Company, said: Any, sources: Sources) -> dict[str, Any]:
    """One page of a list, its tabs and its filters."""
    wanted, today = Wanted.from_address(said), clock.today(company)
    sort, order = search.order_of(said.get("sort"))
    query = search.visible(user, company, wanted, today).where(wanted.tab.test()).add_columns(MAY_BE_TWIN)
    asked, place = (
        search.narrow(user, company, wanted, sort),
        {name: said.get(name, "") for name in ("before", "after")},
    )
    leaf = keyset.leaf(query.options(*IN_A_LIST), order, Document.id, **place, narrow=asked and asked.narrow)
    with_names([document for document, _may_be_twin in leaf.rows])
    link = _linker("documents.index", wanted, sort)
    is_whole = wanted.tab is Tab.ALL and not (any(place.values()) or leaf.after)
    counts = (
        search.counts_of([document.id for document, _may_be_twin in leaf.rows])
        if is_whole
        else search.counts(user, company, wanted, today, asked)
    )
    return {
        "rows": leaf.rows,
        "pages": {
            "previous_url": link(before=leaf.before) if leaf.before else None,
            "next_url": link(after=leaf.after) if leaf.after else None,
        },
        "tabs": _tabs(company, wanted, counts, link),
        "chips": filtering.chips(user, company, wanted, sources, link),
        "left_out": filtering.left_out(wanted, said),
        "party": filtering.party_of(user, wanted),
        "is_asked": bool(Asked.of(wanted.q).terms),
        "sorts": _sorts(sort, link),
        "wanted": wanted,
        "link": link,
        "sort": sort,
        "today": today,
        "sources": sources,
        **filtering.choices(company),
    }


def latest(user: User, company: Company, wanted: Wanted, count: int = 10) -> dict[str, Any]:
    """The newest documents that are wanted, for a page about something else."""
    today = clock.today(company)
    query = search.visible(user, company, wanted, today).where(wanted.tab.test())
    query = query.add_columns(MAY_BE_TWIN).options(*IN_A_LIST)
    order = (search.ORDERS["date"].value.desc(), Document.id.desc())
    rows = list(db.session.execute(query.order_by(*order).limit(count)))
    with_names([document for document, _may_be_twin in rows])
    return {"rows": rows, "today": today}


def with_names(documents: list[Document]) -> None:
    """Load the files of those that are called by nothing else, all at once."""
    nameless = [each.id for each in documents if not each.party_name]
    if nameless:
        query = select(Document).where(Document.id.in_(nameless)).options(selectinload(Document.files))
        db.session.scalars(query.execution_options(populate_existing=True)).all()


def _linker(endpoint: str, wanted: Wanted, sort: str) -> Callable[..., str]:
    """`link(tab=…)`: the address of this list with one thing changed; its pages begin anew."""

    def link(before: str | None = None, after: str | None = None, sort: str = sort, **changed: Any) -> str:
        said = replace(wanted, **changed).in_address()
        said |= {} if sort == search.USUAL else {"sort": sort}
        return url_for(endpoint, **said, before=before, after=after)

    return link


def _tabs(company: Company, wanted: Wanted, counts: search.Counts, link: Callable[..., str]) -> list[dict[str, Any]]:
    """Among sales the last one is called as customers call it, and *to match* is what is outstanding or available."""
    is_sale = wanted.direction is Direction.SALE
    labels = {Tab.VALIDATED: _("Paid sales")} if is_sale else {}
    kept = {tab for tab in Tab if tab.is_kept} - ({Tab.TO_MATCH} if is_sale else set())
    kept |= {Tab.TO_APPROVE} if any(asks(company) for asks in asks_for_approval) else set()
    kept |= {Tab.TO_SEND} if company.sends_since and wanted.direction is not Direction.PURCHASE else set()
    told = [tab for tab in Tab if tab in kept or wanted.tab is tab or (any(counts[tab]) and not tab.is_kept)]
    return [
        {
            "label": labels.get(tab, tab.label),
            "url": link(tab=tab),
            "count": counted(*counts[tab]),
            "active": wanted.tab is tab,
        }
        for tab in told
    ]


def counted(count: int, has_more: bool = False) -> str:
    """A count as it is shown; what nobody counted to the end is more than that."""
    return f"{count}+" if has_more else str(count)


def _sorts(sort: str, link: Callable[..., str]) -> dict[str, dict[str, Any]]:
    """For the head of each column: where a click leads, and how the list stands now."""
    heads = {}
    for name in search.ORDERS:
        is_down = sort == f"-{name}"
        standing = "descending" if is_down else "ascending" if sort == name else None
        heads[name] = {"url": link(sort=name if is_down else f"-{name}"), "standing": standing}
    return heads


def late(document: Document, today: Any) -> str:
    """How late it is, in words; empty where it is not, or its customer has not got it yet."""
    is_counted = not (document.trashed_at or document.is_to_send or document.kind is Kind.CREDIT_NOTE)
    if not is_counted or not document.due_date or not document.open_minor:
        return ""
    days = (today - document.due_date).days
    count = format_decimal(days)
    return ngettext("%(count)s day late", "%(count)s days late", days, count=count) if days > 0 else ""


# --- One document ---------------------------------------------------------------------------------


def document_page(user: User, document: Document) -> dict[str, Any]:
    """All that stands on the page of one document."""
    pairs, hidden_count = pairs_of(user, document)
    linked = Counterparty.visible_to(user).with_only_columns(Counterparty.id).filter_by(id=document.counterparty_id)
    return {
        "document": document,
        "today": clock.today(document.company),
        "pages": page_numbers(document),
        "timeline": history.of(document),
        "pairs": pairs,
        "hidden_count": hidden_count,
        "similar": only_visible(user, twins.similar(document)) if may_be_compared(document) else [],
        "warning": twins.WARNING,
        "page_numbers": page_numbers,
        "doubt": paying_to.on_its_page(user, document),
        "duplicate_of": next(iter(only_visible(user, [document.duplicate_of] if document.duplicate_of else [])), None),
        "may_validate": document.status in IN_REVIEW,
        "may_pay": paying.may_pay(document),
        "way": words.way_of_paying(document),
        "linked": set(db.session.scalars(linked)),
    }


def may_be_compared(document: Document) -> bool:
    """Is it still to be decided? A rent of the same amount each month is no reason for a lasting warning."""
    return not (document.trashed_at or document.validated_at)


# --- The trash ------------------------------------------------------------------------------------


def trash_page(user: User, company: Company, said: Any) -> dict[str, Any]:
    """One page of the trash, what was put there last first; what is typed is looked for as in the lists."""
    wanted = Wanted(q=words_in(said))
    query = Document.visible_to(user).where(Document.company_id == company.id, Document.trashed_at.is_not(None))
    query = query.options(
        joinedload(Document.counterparty),
        joinedload(Document.trashed_by),
        joinedload(Document.duplicate_of),
        selectinload(Document.files),
    )
    order = keyset.Order(Document.trashed_at, keyset.moment)
    asked, place = search.narrow(user, company, wanted), {name: said.get(name, "") for name in ("before", "after")}
    leaf = keyset.leaf(query, order, Document.id, **place, narrow=asked and asked.narrow)
    link = partial(url_for, "documents.trash_list", q=wanted.q or None)
    documents = [row[0] for row in leaf.rows]
    firsts = [each.duplicate_of for each in documents if each.duplicate_of]
    is_admin = allowed(user, Permission.ADMINISTER, company.id)
    may_empty = is_admin and not wanted.q  # beside what was found it would seem to mean that alone
    removable, kept = retention.in_trash(company) if may_empty else (0, 0)
    return {
        "documents": documents,
        "seen": only_visible(user, firsts),
        "removable": removable,
        "kept": kept,
        "now": clock.now(),
        "held": retention.held_among(documents),
        "days": retention.days_kept(company),
        "last": retention.last_emptied(company) if is_admin else None,
        "stopped": retention.plan(company).sentence if is_admin else "",
        "pages": {
            "previous_url": link(before=leaf.before) if leaf.before else None,
            "next_url": link(after=leaf.after) if leaf.after else None,
        },
        "wanted": wanted,
    }
