"""Moving a document to another company because a rule says so."""

from __future__ import annotations

from flask_babel import gettext as _

from app.audit import trail
from app.core.errors import Refused
from app.documents import moving
from app.documents.models import Document
from app.extensions import db
from app.rules import acts, conditions
from app.rules.acts import Act
from app.rules.applications import standing
from app.rules.models import Rule
from app.users.models import Company


def move_by_rule(document_id: int, rule_id: int) -> None:
    """Move it where this rule says, or say in the trail why not; nothing where it is there or decided already.

    Rule and document are looked at once more: either may have been changed since it was asked for.
    """
    document = db.session.get(Document, document_id, with_for_update=True, populate_existing=True)
    rule = db.session.get(Rule, rule_id)
    if document is None or rule is None or not _is_still_wanted(document, rule):
        return
    company = db.session.get_one(Company, acts.of(rule, Act.MOVE)[0]["value"])
    try:
        _check(rule, company)
        moving.move(document, company, by=None, why=rule.reason)
    except Refused as refused:
        trail.record(document, by=None, act="not moved", why=f"{rule.reason}: {refused}")


def _is_still_wanted(document: Document, rule: Rule) -> bool:
    if document.validated_at or document.trashed_at:
        return False
    met = conditions.which(document, [each for each, _has_acted in standing(document)])
    return acts.winner(met, Act.MOVE) is rule


def _check(rule: Rule, company: Company) -> None:
    if not acts.may_move(rule, company.id):
        raise Refused(_("Whoever made the rule does not administer both companies."))
