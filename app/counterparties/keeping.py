"""Making a counterparty, changing it, and saying who looks after it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.audit import trail
from app.audit.models import AuditEntry
from app.core import clock
from app.core.database import change_if
from app.core.errors import Refused
from app.counterparties import assignments, contacts, ibans
from app.counterparties.models import Counterparty, CounterpartyIban
from app.extensions import db
from app.tags.models import Tag
from app.users.models import Company, Membership, User

FACTS = ("name", "is_customer", "is_supplier", "vat_number", "siren", "siret", "email", "address")
FACTS_OF_A_SUPPLIER = ("numbering_restarts_yearly",)
FOUND_BY = {"name", "vat_number", "siren", "siret"}
after_renaming: list[Callable[[Counterparty], None]] = []
"""What follows its names, such as the words its documents are found by; `pipeline` fills it."""
after_becoming_customer: list[Callable[[Counterparty], None]] = []
"""What a new customer gets, such as the usual plan; `pipeline` fills it."""
after_archiving: list[Callable[[Counterparty], None]] = []
"""What follows when it is archived or taken back, such as its payments, which wait; `pipeline` fills it."""
DEFAULTS = (
    *("account_code", "default_category_id", "treasury_category", "default_label", "terms", "terms_days"),
    *("default_tags", "is_validated_automatically"),
)
"""What is usual for it, and fills its next documents (SPEC LC-6)."""
ALL = (*FACTS, *FACTS_OF_A_SUPPLIER, *DEFAULTS)


class Changed(Refused):
    """Somebody saved another version meanwhile; `changes` has what was and is now of each fact."""

    def __init__(self, entries: list[AuditEntry]) -> None:
        self.who = ", ".join(dict.fromkeys(entry.user_name or "Facteur" for entry in entries)) or "Facteur"
        self.changes: dict[str, list[Any]] = {}
        for entry in entries:
            for name, (was, now) in entry.changes.items():
                self.changes[name] = [self.changes.get(name, [was])[0], now]
        kept = _("What you typed is kept: look at it, then save again.")
        super().__init__(" ".join((_("%(who)s changed it meanwhile.", who=self.who), kept)))


def create(company: Company, facts: dict[str, Any], *, by: User | None) -> Counterparty:
    """A counterparty with these facts; its IBANs wait for somebody to confirm them (SAFETY R16)."""
    if not str(facts.get("name", "")).strip():
        raise Refused(_("A counterparty needs a name."))
    known = {name: facts[name] for name in ALL if facts.get(name)}
    counterparty = Counterparty(company=company, **known)
    counterparty.name = " ".join(counterparty.name.split())[:200]
    accounts = dict.fromkeys(ibans.compact(each) for each in facts.get("ibans") or [])
    counterparty.ibans = [CounterpartyIban(iban=iban, added_by_id=by.id if by else None) for iban in accounts if iban]
    db.session.add(counterparty)
    told = {name: [None, _plain(value)] for name, value in known.items()}
    trail.record(counterparty, by=by, act="created", changes=told | _category(counterparty, None, known))
    for row in counterparty.ibans:
        ibans.tell_added(counterparty, row.iban, by)
    if counterparty.is_customer:
        _welcome(counterparty)
    return counterparty


def make_customer(counterparty: Counterparty) -> None:
    """It is a customer for sure; one that was none gets what new ones get."""
    if not counterparty.is_customer:
        counterparty.is_customer = True
        _welcome(counterparty)


def _welcome(counterparty: Counterparty) -> None:
    for follow in after_becoming_customer:
        follow(counterparty)


def edit(counterparty: Counterparty, facts: dict[str, Any], *, by: User, version: int) -> None:
    """Change these facts, as of `version`; what was and what is now go into the trail.

    Raises `Changed` or `Refused`; the caller then rolls back.
    """
    was, category = {name: getattr(counterparty, name) for name in ALL}, counterparty.default_category
    changes = {name: [was[name], facts[name]] for name in was if name in facts and facts[name] != was[name]}
    if not changes:
        return
    _claim(counterparty, version)
    for name, (_was, now) in changes.items():
        setattr(counterparty, name, now)
    if not (counterparty.is_customer or counterparty.is_supplier):
        raise Refused(_("Say whether it is a customer, a supplier, or both."))
    told = {name: [_plain(each) for each in pair] for name, pair in changes.items()}
    told |= _category(counterparty, category, changes) | {"version": [version, version + 1]}
    trail.record(counterparty, by=by, act="edited", changes=told)
    if changes.get("is_customer", [None, False])[1]:
        _welcome(counterparty)
    if "email" in changes:
        counterparty.email_bounced_at = None
        contacts.tell_new_address(counterparty, *changes["email"], by=by)
    if FOUND_BY & set(changes):
        for follow in after_renaming:
            follow(counterparty)


def follow_merged_tag(gone: Tag, into: Tag, by: User) -> None:
    """Those for whom the first of two merged tags is usual have the other; no document changes by it."""
    usual = select(Counterparty).where(Counterparty.default_tags.any(Tag.id == gone.id)).order_by(Counterparty.id)
    for counterparty in db.session.scalars(usual.options(selectinload(Counterparty.default_tags))):
        was = list(counterparty.default_tags)
        counterparty.default_tags = list(dict.fromkeys(into if tag is gone else tag for tag in was))
        told = {"default_tags": [_plain(was), _plain(counterparty.default_tags)]}
        trail.record(counterparty, by=by, act="edited", changes=told)


def _plain(value: Any) -> Any:
    """Tags by their names, for the trail."""
    return [tag.name for tag in value] if isinstance(value, list) else value


def _category(counterparty: Counterparty, was: Any, changed: Any) -> dict[str, Any]:
    """The category that is usual for it by its name, where it was changed."""
    if "default_category_id" not in changed:
        return {}
    db.session.flush()
    db.session.expire(counterparty, ["default_category"])
    now = counterparty.default_category
    return {"default_category": [was and was.name, now and now.name]}


def _claim(counterparty: Counterparty, version: int) -> None:
    """Be the one who edits this version; everybody else is told."""
    if not change_if(db.session(), counterparty, Counterparty.version == version, version=version + 1):
        entries = list(db.session.scalars(AuditEntry.about(counterparty)))
        raise Changed([entry for entry in entries[::-1] if entry.changes.get("version", [0, 0])[1] > version])


def assign(counterparty: Counterparty, user_ids: Iterable[int], *, by: User) -> None:
    """Let exactly these people of its company look after it (SPEC US-2)."""
    members = select(User).join(Membership).where(Membership.company_id == counterparty.company_id)
    people = list(db.session.scalars(members.where(User.id.in_(list(user_ids))).order_by(User.id)))
    for user in people:
        assignments.change(user, [counterparty], [], by=by)
    for user in [each for each in counterparty.assigned_users if each not in people]:
        assignments.change(user, [], [counterparty], by=by)


def archive(counterparty: Counterparty, *, by: User, back: bool = False) -> None:
    """Leave it out of lists and choices, or take it back; its documents stay."""
    counterparty.archived_at = None if back else clock.now()
    trail.record(counterparty, by=by, act="taken back" if back else "archived")
    for follow in after_archiving:
        follow(counterparty)
