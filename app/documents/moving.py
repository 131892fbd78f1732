"""A document goes to another company of the installation: what arrived at the wrong address, or by a rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.audit import trail
from app.core.database import change_if
from app.core.errors import Refused
from app.counterparties import finding
from app.counterparties.models import Counterparty, plain
from app.documents import defaults, labels, status, twins
from app.documents.models import Category, Document, ReadState
from app.extensions import db
from app.tags.models import Tag
from app.users.models import Company, User
from app.web.access import Permission

before_moving: list[Callable[[Document], None]] = []
"""What stands against it, such as pages that are being arranged anew; `pipeline` fills it."""


USUAL: dict[str, Any] = {"account_code": "", "treasury_category": "", "due_date": None}
"""Facts that a company's own defaults fill in, and how they stand empty; category and tags go by their names."""


def move(document: Document, company: Company, *, by: User | None, why: str = "") -> None:
    """Give it to `company`, with its files, its reading, its comments and its trail; only while nobody validated it.

    Counterparty, category and tags are those of the same identifiers or name there, where there are such. The
    message it came with stays in the log of the address it was sent to. `by` is None where a rule does it.
    Raises `Refused`.
    """
    _check(document, company, by)
    for ask in before_moving:
        ask(document)
    was, label = document.company, labels.usual(document)
    facts, known_as = _facts_there(document, company), _by_name(document)
    _claim(document, company)
    told = _take_over(document, company, facts, known_as) | labels.follow(document, label)
    told |= {"company": (was.name, company.name), "company_id": (was.id, company.id)}
    told |= {"version": (document.version - 1, document.version)}
    trail.record(was, by=by, act="document moved", why=document.number or document.label, changes=_gone(document, was))
    status.settle(document, by=by, act="moved", why=why, changes=told)


def _check(document: Document, company: Company, by: User | None) -> None:
    if document.company_id == company.id:
        raise Refused(_("It belongs to %(company)s already.", company=company.name))
    if by and not {document.company_id, company.id} <= set(by.company_ids(Permission.EDIT)):
        raise Refused(_("You may not change documents in both companies."))
    _check_state(document)
    if document.original and twins.same_bytes(company.id, document.original.file):
        raise Refused(_("%(company)s has the same file already. Nothing was moved.", company=company.name))


def _check_state(document: Document) -> None:
    if document.trashed_at:
        raise Refused(_("It is in the trash: restore it first."))
    if document.read_state is ReadState.READING:
        raise Refused(_("It is still being read: wait a moment, then move it."))
    if document.validated_at:
        raise Refused(_("It is validated: only what waits to be checked goes to another company."))


def _claim(document: Document, company: Company) -> None:
    """One move only, and never beside a validation."""
    seen, here = document.version, document.company_id
    still = (Document.version == seen, Document.company_id == here)
    untouched = (Document.validated_at.is_(None), Document.trashed_at.is_(None))
    if not change_if(db.session(), document, *still, *untouched, company_id=company.id, version=seen + 1):
        _check_state(document)
        raise Refused(_("Somebody changed it meanwhile: look at it again."))


def _facts_there(document: Document, company: Company) -> dict[str, Any]:
    """Whom it is from or for, its category, tags and assignee, as they are called in the other company."""
    party, known = document.counterparty, dict(document.counterparty_facts)
    if party:
        known |= {name: value for name in finding.IDENTIFIERS if (value := getattr(party, name))}
    assignee = document.assignee
    return {
        "counterparty": _counterparty_there(document, company, known),
        "counterparty_name": document.party_name,
        "counterparty_facts": known,
        "category": _category_there(document, company),
        "tags": _tags_there(document, company),
        "assignee": assignee if assignee and company.id in assignee.company_ids(Permission.EDIT) else None,
    }


def _counterparty_there(document: Document, company: Company, known: dict[str, Any]) -> Counterparty | None:
    return finding.known(company.id, document.party_name, known) if document.party_name or known else None


def _category_there(document: Document, company: Company) -> Category | None:
    """The one of the same name, else of the same account."""
    wanted = document.category
    if wanted is None:
        return None
    living = select(Category).where(Category.company_id == company.id, Category.archived_at.is_(None))
    fitting = [
        each for each in db.session.scalars(living.order_by(Category.id))
        if each.direction in {None, document.direction}
    ]  # fmt: skip
    same_name = [each for each in fitting if plain(each.name) == plain(wanted.name)]
    same_code = [each for each in fitting if wanted.account_code and each.account_code == wanted.account_code]
    return next(iter(same_name + same_code), None)


def _tags_there(document: Document, company: Company) -> list[Tag]:
    names = [tag.name_key for tag in document.tags]
    same = select(Tag).where(Tag.company_id == company.id, Tag.name_key.in_(names), Tag.archived_at.is_(None))
    return list(db.session.scalars(same.order_by(Tag.position, Tag.name_key)))


def _take_over(document: Document, company: Company, facts: dict[str, Any], was: dict[str, str]) -> dict[str, Any]:
    """Set the facts as they are there; what changed by it, by name."""
    found = facts["counterparty"]
    document.company, document.counterparty, document.category = company, found, facts["category"]
    document.counterparty_name = "" if found else facts["counterparty_name"]
    document.counterparty_facts = {} if found else facts["counterparty_facts"]
    document.tags, document.assignee = facts["tags"], facts["assignee"]
    usual = _leave_what_was_usual(document)
    db.session.flush()
    usual |= defaults.fill(document)
    now = _by_name(document)
    return usual | {name: (was[name], now[name]) for name in was if was[name] != now[name]}


def _leave_what_was_usual(document: Document) -> dict[str, Any]:
    """What was filled in because it is usual in the company it leaves says nothing in the other one."""
    left = {name: nothing for name, nothing in USUAL.items() if name in document.usual}
    told = {name: (getattr(document, name), nothing) for name, nothing in left.items()}
    for name, nothing in left.items():
        setattr(document, name, nothing)
    document.usual = []
    return told


def _by_name(document: Document) -> dict[str, str]:
    return {
        "counterparty": document.party_name,
        "category": document.category.name if document.category else "",
        "tags": ", ".join(tag.name for tag in document.tags),
        "assignee": document.assignee.name if document.assignee else "",
    }


def _gone(document: Document, was: Company) -> dict[str, list[Any]]:
    """For the trail of the company it left, which shows the document no more."""
    return {"document": [None, document.id], "company": [was.name, document.company.name]}
