"""Rules for labels: what lines with these words are; the first that fits decides (SPEC BK-3)."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import Select, func, select

from app.audit import trail
from app.bank import ignoring
from app.bank.models import BankTransaction, LabelRule, Statement
from app.bank.writing import plain
from app.core import clock
from app.core.database import change_if, hold
from app.core.errors import Refused
from app.counterparties.models import Counterparty
from app.documents.models import Category
from app.extensions import db
from app.users.models import Company, User

MOST, SHOWN = 200, 10
"""Rules of a company; lines a preview shows."""


def of(company: Company) -> list[LabelRule]:
    """Its rules, in their order, as they are now: others may have moved them while this one waited to."""
    mine = select(LabelRule).where(LabelRule.company_id == company.id, LabelRule.removed_at.is_(None))
    mine = mine.order_by(LabelRule.position, LabelRule.id).execution_options(populate_existing=True)
    return list(db.session.scalars(mine))


def add(
    company: Company,
    words: str,
    *,
    by: User,
    counterparty: Counterparty | None = None,
    category: Category | None = None,
    is_ignoring: bool = False,
) -> LabelRule:
    """A new one, the last."""
    hold(db.session(), f"label-rules:{company.id}")
    words = " ".join(words.split())[:200]
    _check(company, words, counterparty, category, is_ignoring)
    last = db.session.scalar(select(func.max(LabelRule.position)).where(LabelRule.company_id == company.id)) or 0
    rule = LabelRule(company_id=company.id, position=last + 1, words=words, is_ignoring=is_ignoring)
    rule.counterparty, rule.category = counterparty, category
    db.session.add(rule)
    said = {"words": [None, words], "counterparty": [None, counterparty and counterparty.name]}
    trail.record(rule, by=by, act="created", changes=said | {"is_ignoring": [None, is_ignoring]})
    return rule


def _check(
    company: Company, words: str, counterparty: Counterparty | None, category: Category | None, is_ignoring: bool
) -> None:
    if len(of(company)) >= MOST:
        raise Refused(_("There are %(most)d rules already, which is the most.", most=MOST))
    if len(plain(words)) < 3:
        raise Refused(_("Enter words of at least three letters."))
    if not (counterparty or category or is_ignoring):
        raise Refused(_("Say what such lines are: whose, of which category, or nothing to match."))
    if any(each and each.company_id != company.id for each in (counterparty, category)):
        raise Refused(_("This choice no longer exists: choose again."))


def remove(rule: LabelRule, *, by: User) -> None:
    """It says nothing any more; what it said of lines stays."""
    if change_if(db.session(), rule, LabelRule.removed_at.is_(None), removed_at=clock.now()):
        trail.record(rule, by=by, act="rule removed", changes={"words": [rule.words, None]})


def bring_back(rule: LabelRule, *, by: User) -> None:
    """Undo the removal: it stands where it stood."""
    if change_if(db.session(), rule, LabelRule.removed_at.is_not(None), removed_at=None):
        trail.record(rule, by=by, act="brought back")


def shift(rule: LabelRule, places: int, *, by: User) -> tuple[int, int]:
    """Let it decide one place earlier or later; which place that is, and of how many."""
    hold(db.session(), f"label-rules:{rule.company_id}")
    rules = of(rule.company)
    if rule not in rules:
        raise Refused(_("This rule was removed meanwhile, so nothing was moved."))
    here = rules.index(rule)
    there = min(max(here + places, 0), len(rules) - 1)
    rules.insert(there, rules.pop(here))
    for position, each in enumerate(rules, 1):
        each.position = position
    trail.record(rule.company, by=by, act="label rules ordered", changes={"rule": [None, rule.words]})
    return there + 1, len(rules)


def fits(rule: LabelRule, line: BankTransaction) -> bool:
    """Do all of its words stand in the label or the name? Accents and case do not matter."""
    said = plain(f"{line.label} {line.party_name}")
    return all(word in said for word in plain(rule.words).split())


def touched(rule: LabelRule) -> tuple[int, list[BankTransaction]]:
    """How many lines it would say something new of, and the newest of them."""
    lines = db.session.scalars(_untold(rule.company_id)).all()
    found = [line for line in lines if fits(rule, line) and _is_new(rule, line)]
    return len(found), found[:SHOWN]


def apply(company: Company, lines: Iterable[BankTransaction], *, by: User | None) -> int:
    """Let the first rule that fits speak of each line; of how many something was said."""
    rules, count = of(company), 0
    for line in lines:
        rule = next((each for each in rules if fits(each, line)), None)
        count += bool(rule and _say(rule, line, by))
    return count


def apply_to_all(company: Company, *, by: User | None) -> int:
    """To all lines that nothing settled yet."""
    return apply(company, db.session.scalars(_untold(company.id)).all(), by=by)


def apply_to_statement(statement: Statement) -> int:
    """To the lines a statement brought, where nobody was quicker."""
    company = statement.account.company
    mine = _untold(company.id).where(BankTransaction.statement_id == statement.id)
    return apply(company, db.session.scalars(mine).all(), by=None)


def _untold(company_id: int) -> Select[tuple[BankTransaction]]:
    """The lines rules may speak of, the newest first."""
    mine = select(BankTransaction).where(BankTransaction.company_id == company_id)
    mine = mine.where(BankTransaction.matched_minor == 0, BankTransaction.ignored_at.is_(None))
    return mine.order_by(BankTransaction.date.desc(), BankTransaction.id.desc())


def _is_new(rule: LabelRule, line: BankTransaction) -> bool:
    told = rule.counterparty_id not in {None, line.counterparty_id}
    return told or rule.category_id not in {None, line.category_id} or rule.is_ignoring


def _say(rule: LabelRule, line: BankTransaction, by: User | None) -> bool:
    """What the rule says of the line, unless it is so already."""
    if not _is_new(rule, line):
        return False
    wanted = {name: getattr(rule, name) for name in ("counterparty_id", "category_id") if getattr(rule, name)}
    changes = {name: [getattr(line, name), now] for name, now in wanted.items() if getattr(line, name) != now}
    for name, (_was, now) in changes.items():
        setattr(line, name, now)
    trail.record(line, by=by, act="label rule applied", why=rule.words, changes=changes)
    if rule.is_ignoring:
        with force_locale(by.spoken if by else "fr"):
            ignoring.ignore(line, _("Rule: %(words)s", words=rule.words), by=by)
    return True
