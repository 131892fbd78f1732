"""The ledger as a list: which documents stand where with the accountant, and which wait for what."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from app.accounting import selecting, sight, standing
from app.accounting.kinds import Journal, Said, State
from app.accounting.models import Sharing
from app.accounting.run_models import Delivery, Envelope, Export
from app.accounting.selecting import JOURNALS, Wait
from app.accounting.standing import Trouble
from app.documents.models import Document
from app.documents.search import ORDERS
from app.documents.showing import with_names
from app.extensions import db
from app.users.models import Company, User
from app.web import keyset

NEXT = "next"
LEDGER = [State.SENT, State.LEAVING, State.REFUSED, State.UNCERTAIN, State.WITHHELD]
TROUBLES = [Trouble.ERRORS, Trouble.CHANGED]
STATES: dict[str, Any] = {each.value: each.label for each in (*LEDGER, *TROUBLES)}
WAITS: dict[str, Any] = {NEXT: _("Taken by the next run")} | {each.value: each.label for each in Wait}
"""What can be looked for, in the address and in words."""


@dataclass(frozen=True)
class Sought:
    """What is looked for; each stands in the address."""

    state: str = ""
    journal: Journal | None = None
    said: Said | None = None
    since: date | None = None
    until: date | None = None

    @classmethod
    def from_address(cls, said: Any) -> Sought:
        """What the address says; what makes no sense is left out."""
        among = lambda words, name: next((each for each in words if each.value == said.get(name)), None)  # noqa: E731
        return cls(
            state=said.get("state", "") if said.get("state") in STATES | WAITS else "",
            journal=among(Journal, "journal"),
            said=among(Said, "said"),
            since=said.get("since", None, date.fromisoformat),
            until=said.get("until", None, date.fromisoformat),
        )

    def in_address(self, **other: Any) -> dict[str, Any]:
        """As the address says it; what is usual is left out."""
        named = replace(self, **other)
        words = {name: each.value if (each := getattr(named, name)) else None for name in ("journal", "said")}
        return {"state": named.state or None, "since": named.since, "until": named.until} | words

    @property
    def is_narrowed(self) -> bool:
        """Is it more than the whole ledger?"""
        return self != Sought()


def list_page(user: User, company: Company, said: Any) -> dict[str, Any]:
    """One page of it, by issue date."""
    sought = Sought.from_address(said)
    place = {name: said.get(name, "") for name in ("before", "after")}
    leaf = keyset.leaf(_wanted(user, company, sought), ORDERS["date"], Document.id, **place)
    documents = [row[0] for row in leaf.rows]
    with_names(documents)
    link = lambda **at: url_for("accounting.documents", **sought.in_address(), **at)  # noqa: E731
    return {
        "rows": leaf.rows,
        "sought": sought,
        "reasons": standing.reasons(company, documents) if sought.state in _FAILED else {},
        "wait": WAITS.get(sought.state),
        "leaves": _leaves(company, documents) if sought.state == Wait.DELAYED else {},
        "states": STATES,
        "waits": WAITS,
        "journals": list(Journal),
        "answers": list(Said),
        "pages": {
            "previous_url": link(before=leaf.before) if leaf.before else None,
            "next_url": link(after=leaf.after) if leaf.after else None,
        },
    }


_FAILED = {Trouble.ERRORS, State.REFUSED}
"""Where each line says why."""


def _wanted(user: User, company: Company, sought: Sought) -> Select[tuple[Document, Export]]:
    """Documents in this person's sight, each with where it stands."""
    query = select(Document, Export).outerjoin(Export, Export.document_id == Document.id)
    query = query.where(Document.id.in_(sight.visible(user, company)), *_tests(user, company, sought))
    if sought.journal:
        query = query.where(JOURNALS[sought.journal])
    if sought.since:
        query = query.where(Document.issue_date >= sought.since)
    if sought.until:
        query = query.where(Document.issue_date <= sought.until)
    if sought.said:
        query = query.where(Export.said == sought.said)
    mail = joinedload(Export.delivery).joinedload(Delivery.envelope).joinedload(Envelope.run)
    return query.options(joinedload(Document.counterparty), mail)


def _tests(user: User, company: Company, sought: Sought) -> list[Any]:
    """Where it is to stand: in the ledger, in a list of troubles, or before the next run."""
    state = sought.state
    if state in WAITS:
        return [Document.id.in_(_before(company, state))]
    if state in {each.value for each in TROUBLES}:
        ids = standing.those(user, company, Trouble(state)).with_only_columns(Document.id)
        return [Document.id.in_(ids)]
    return [Export.state == State(state) if state else Export.state.in_(LEDGER)]


def _before(company: Company, state: str) -> Any:
    """The ids of what the next run takes, or of what waits for this reason."""
    sharing = db.session.get(Sharing, company.id)
    if sharing is None:
        return []
    asked = selecting.candidates(sharing) if state == NEXT else selecting.those(sharing, Wait(state))
    return asked.order_by(None).with_only_columns(Document.id)


def _leaves(company: Company, documents: list[Document]) -> dict[int, date | None]:
    """When the delay of each is over."""
    sharing = db.session.get(Sharing, company.id)
    return {each.id: selecting.leaves_on(each, sharing) for each in documents} if sharing else {}


def chosen(sought: Sought) -> str:
    """What the list is called."""
    return str((STATES | WAITS).get(sought.state) or gettext("Ledger"))
