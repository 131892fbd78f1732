"""Finding a counterparty by what people type or by what was read."""

from __future__ import annotations

import re
from typing import Any

from rapidfuzz import fuzz
from sqlalchemy import Select, and_, or_, select

from app.counterparties.models import Counterparty, CounterpartyIban, plain
from app.extensions import db
from app.users.models import User

AT_ONCE = 20
ALIKE = 88
"""Of 100, from which two names may be one that was read badly."""
MARK = " · "
"""Between a name and the identifier that tells it from others of that name."""
IDENTIFIERS = ("vat_number", "siret", "siren")


def known(company_id: int, name: str, facts: dict[str, Any] | None = None) -> Counterparty | None:
    """The one counterparty with one of these identifiers or accounts, else with this name; None where it is not clear.

    An account says nothing beside quite another name: a factor or a group is paid for many.
    """
    facts = facts or {}
    for test in (getattr(Counterparty, fact) == facts[fact] for fact in IDENTIFIERS if facts.get(fact)):
        if found := _only(company_id, test):
            return found
    for iban in facts.get("ibans") or []:
        found = _only(company_id, Counterparty.ibans.any(CounterpartyIban.iban == iban))
        if found and _may_be_called(found, name):
            return found
    namesakes = called(company_id, name)
    return namesakes[0] if len(namesakes) == 1 else None


def _only(company_id: int, test: Any) -> Counterparty | None:
    """The one such counterparty, or into which the one such was merged."""
    found = list(db.session.scalars(_living(company_id).where(test).limit(2))) or _took_over(company_id, test)
    return found[0] if len(found) == 1 else None


def _may_be_called(counterparty: Counterparty, name: str) -> bool:
    """Is it called so, but for a misread letter or a word more or less?"""
    said = _bare(name)
    known = [_bare(each) for each in (counterparty.name, *counterparty.other_names)]
    return not said or any(fuzz.token_sort_ratio(said, each) >= ALIKE or _is_part(said, each) for each in known)


def _bare(name: str) -> str:
    return " ".join(re.findall(r"\w+", plain(name).replace(".", "")))


def _is_part(one: str, other: str) -> bool:
    """Are all words of the shorter name in the longer? One word alone may be a trade."""
    fewer, more = sorted((one.split(), other.split()), key=len)
    return len(fewer) > 1 and set(fewer) <= set(more)


def called(company_id: int, name: str) -> list[Counterparty]:
    """All with this name or label; accents and case do not matter."""
    wanted = plain(name)
    if not wanted:
        return []
    before, _dot, mark = name.rpartition(MARK)
    marked = or_(*(getattr(Counterparty, fact) == mark.strip() for fact in IDENTIFIERS))
    is_label = and_(Counterparty.name_key == plain(before), marked)
    test = or_(Counterparty.name_key == wanted, is_label) if before else Counterparty.name_key == wanted
    found = db.session.scalars(_living(company_id).where(test).order_by(Counterparty.id))
    return list(found) or _took_over(company_id, test)


def _took_over(company_id: int, test: Any) -> list[Counterparty]:
    """Those into which such a one was merged."""
    gone = select(Counterparty.merged_into_id).where(
        Counterparty.company_id == company_id, Counterparty.merged_into_id.is_not(None), test
    )
    ids = set(db.session.scalars(gone))
    return list(db.session.scalars(_living(company_id).where(Counterparty.id.in_(ids)))) if ids else []


def _living(company_id: int) -> Select[tuple[Counterparty]]:
    return select(Counterparty).where(Counterparty.company_id == company_id, Counterparty.archived_at.is_(None))


def named(user: User, company_id: int, words: str, *, reviewing: bool) -> list[Counterparty]:
    """Those to choose from while `words` are typed, by name or identifier; no more of them is shown (SPEC US-2).

    All of the company where an unvalidated document is under review, else those the person may see.
    """
    query = Counterparty.names_for(user, company_id).order_by(Counterparty.name, Counterparty.id)
    if not reviewing:
        query = query.where(Counterparty.id.in_(Counterparty.visible_to(user).with_only_columns(Counterparty.id)))
    for word in words.split()[:5]:
        part = f"%{escaped(word)}%"
        columns = (Counterparty.name, Counterparty.vat_number, Counterparty.siren, Counterparty.siret)
        query = query.where(or_(*(column.ilike(part, escape="\\") for column in columns)))
    return list(db.session.scalars(query.limit(AT_ONCE)))


def escaped(word: str) -> str:
    """The word with LIKE's own signs made plain."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def is_called(counterparty: Counterparty | None, said: str) -> bool:
    """Is this its name or its label?"""
    return counterparty is not None and plain(said) in {plain(counterparty.name), plain(label(counterparty))}


def label(counterparty: Counterparty) -> str:
    """Its name, with an identifier that tells it from others of that name."""
    mark = counterparty.vat_number or counterparty.siret or counterparty.siren
    return f"{counterparty.name}{MARK}{mark}" if mark else counterparty.name
