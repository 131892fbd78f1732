"""Moving a document to another company: its files, its mail and its history go with it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from app.audit import trail
from app.counterparties import finding
from app.counterparties.models import Counterparty
from app.documents import status, twins
from app.documents.models import Category, Document
from app.extensions import db
from app.intake.models import Message, MessageState, Part
from app.rules import acts
from app.rules.acts import Act
from app.rules.models import Rule
from app.tags.models import Tag
from app.users.models import Company
from app.web.access import Permission, companies_with


def move_by_rule(document_id: int, rule_id: int) -> None:
    """Move it where this rule says, or say in the trail why not; nothing where it is there or decided already."""
    document = db.session.get(Document, document_id, with_for_update=True, populate_existing=True)
    rule = db.session.get(Rule, rule_id)
    if document is None or rule is None or not _is_still_wanted(document, rule):
        return
    company = db.session.get_one(Company, acts.of(rule, Act.MOVE)[0]["value"])
    if why := _in_the_way(document, rule, company):
        trail.record(document, by=None, act="not moved", why=f"{rule.reason}: {why}")
        return
    move(document, company, why=rule.reason)


def _is_still_wanted(document: Document, rule: Rule) -> bool:
    is_open = not document.validated_at and not document.trashed_at
    return is_open and rule.is_on and not rule.removed_at and document.company_id == rule.company_id


def _in_the_way(document: Document, rule: Rule, company: Company) -> str:
    """For the trail: why it stays."""
    if not acts.may_move(rule, company.id):
        return "whoever made it does not administer both companies"
    file = document.original.file if document.original else None
    return f"{company.name} has this file already" if file and twins.same_bytes(company.id, file) else ""


def move(document: Document, company: Company, *, why: str) -> None:
    """Let it belong to another company, with the counterparty, category and tags of that one."""
    was = document.company
    facts = _found_there(document, company)
    told = {name: [_told(getattr(document, name)), _told(value)] for name, value in facts.items()}
    mails = _mails(document)
    for name, value in (facts | {"company": company}).items():
        setattr(document, name, value)
    document.version += 1
    db.session.flush()
    _bring(mails, was, company)
    version = {"version": [document.version - 1, document.version]}
    changes = {"company": [was.name, company.name], "company_id": [was.id, company.id]}
    status.settle(document, by=None, act="moved", why=why, changes=told | changes | version)


def _told(value: Any) -> Any:
    return [each.name for each in value] if isinstance(value, list) else getattr(value, "name", value)


def _found_there(document: Document, company: Company) -> dict[str, Any]:
    """Its counterparty, category, tags and person, as far as the other company has them."""
    party, facts = document.counterparty, document.counterparty_facts
    name = document.party_name
    if party:
        facts = {each: getattr(party, each) for each in (*finding.IDENTIFIERS, "email", "address")}
        facts = {each: value for each, value in facts.items() if value} | _ibans(party)
    known = finding.known(company.id, name, facts)
    may = document.assignee and company.id in companies_with(document.assignee, Permission.EDIT)
    return {
        "counterparty": known,
        "counterparty_name": "" if known else name,
        "counterparty_facts": {} if known else facts,
        "category": _category(document.category, company),
        "tags": _tags(document.tags, company),
        "assignee": document.assignee if may else None,
    }


def _ibans(party: Counterparty) -> dict[str, list[str]]:
    ibans = [each.iban for each in party.ibans]
    return {"ibans": ibans} if ibans else {}


def _category(category: Category | None, company: Company) -> Category | None:
    """The one of the same name, else of the same account."""
    if category is None:
        return None
    query = select(Category).where(Category.company_id == company.id, Category.archived_at.is_(None))
    offered = list(db.session.scalars(query.order_by(Category.id)))
    called = [each for each in offered if each.name.casefold() == category.name.casefold()]
    booked = [each for each in offered if category.account_code and each.account_code == category.account_code]
    return next(iter(called + booked), None)


def _tags(tags: list[Tag], company: Company) -> list[Tag]:
    keys = [tag.name_key for tag in tags]
    query = select(Tag).where(Tag.company_id == company.id, Tag.name_key.in_(keys), Tag.archived_at.is_(None))
    return list(db.session.scalars(query)) if keys else []


def _mails(document: Document) -> list[Message]:
    """The messages that brought it and nothing else: what brought several stays where the others are."""
    query = select(Message).where(Message.parts.any(Part.document_id == document.id))
    found = list(db.session.scalars(query))
    return [each for each in found if {part.document_id for part in each.parts} <= {None, document.id}]


def _bring(messages: list[Message], was: Company, company: Company) -> None:
    """Into the other mail log, unless the same message lies there already."""
    for message in messages:
        same = select(Message.id).where(
            Message.company_id == company.id,
            Message.direction == message.direction,
            Message.raw_id == message.raw_id,
            Message.state != MessageState.REPEATED,
        )
        if db.session.scalar(same.limit(1)) is None:
            mine = update(Message).where(Message.id == message.id, Message.company_id == was.id)
            db.session.execute(mine.values(company_id=company.id))
            db.session.expire(message)
            trail.record(message, by=None, act="moved", changes={"company": [was.name, company.name]})


__all__ = ["move", "move_by_rule"]
