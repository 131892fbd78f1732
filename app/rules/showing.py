"""What the pages of rules show: sentences, counts, the documents a rule would touch."""

from __future__ import annotations

from itertools import chain
from typing import Any

from sqlalchemy import Select, case, func, select

from app.documents.models import Document
from app.documents.showing import IN_A_LIST, with_names
from app.extensions import db
from app.rules import conditions, keeping, running, words
from app.rules.models import Match, Rule, RuleRun
from app.rules.names import Names
from app.users.models import Company, User

SHOWN = 20


def list_page(user: User, company: Company) -> dict[str, Any]:
    """All rules of a company: each as a sentence, with how many documents wait for it."""
    rules = keeping.of(company)
    said = [list(chain.from_iterable(each)) for each in ([r.conditions for r in rules], [r.actions for r in rules])]
    names = Names(*said)
    return {
        "company": company,
        "rules": rules,
        "sentences": {rule.id: words.sentence(rule, names) for rule in rules},
        "broken": {rule.id: gone for rule in rules if (gone := names.missing(rule.conditions, rule.actions))},
        "counts": counts(user, rules, company),
        "runs": under_way(rules),
        "most": keeping.MOST,
    }


def counts(user: User, rules: list[Rule], company: Company) -> dict[int, int]:
    """How many of the documents that wait meet each rule: one query for all."""
    if not rules:
        return {}
    sums = [func.sum(case((conditions.holds(rule), 1), else_=0)) for rule in rules]
    row = db.session.execute(seen(user, company).with_only_columns(*sums)).one()
    return {rule.id: count or 0 for rule, count in zip(rules, row, strict=True)}


def seen(user: User, company: Company) -> Select[tuple[Document]]:
    """What waits in a company and the person may see."""
    mine = Document.visible_to(user).where(Document.company_id == company.id)
    return mine.where(Document.status.in_(running.WAITING))


def preview(user: User, company: Company, said: list[dict[str, Any]], match: Match) -> dict[str, Any]:
    """Which waiting documents meet these conditions: how many, and the first of them.

    The conditions are asked once, for the numbers; with them the few that are shown are found at once.
    """
    query = seen(user, company).where(conditions.met(said, match)).with_only_columns(Document.id)
    ids = sorted(db.session.scalars(query))
    shown = select(Document).where(Document.id.in_(ids[:SHOWN])).options(*IN_A_LIST)
    documents = list(db.session.scalars(shown.order_by(Document.id))) if ids else []
    with_names(documents)
    return {"count": len(ids), "documents": documents}


def under_way(rules: list[Rule]) -> dict[int, RuleRun]:
    """Rule's id → what is being applied just now."""
    ids = [rule.id for rule in rules]
    query = select(RuleRun).where(RuleRun.rule_id.in_(ids), RuleRun.ended_at.is_(None)).order_by(RuleRun.id)
    return {run.rule_id: run for run in db.session.scalars(query)} if ids else {}


def sentence_of(rule: Rule) -> str:
    """One rule as it is stored."""
    return words.sentence(rule, Names(rule.conditions, rule.actions))
