"""The accounts of a counterparty: which are confirmed, and what holds a payment to one that is not (SPEC CP-3)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import delete
from stdnum import iban as iban_number

from app.audit import trail
from app.core import clock
from app.core.database import insert_unless_there
from app.core.errors import Refused
from app.counterparties.models import Counterparty, CounterpartyIban
from app.extensions import db
from app.users.models import User

LOOKALIKES = str.maketrans("OQDILZSGBΑΒΕАВЕОС", "000112568ABEABE0C")
"""Signs that a hurried reader takes for each other, Greek and Cyrillic capitals among them."""


class Doubt(StrEnum):
    """Why a payment to an account waits for a second person."""

    NEW = "iban_new"
    """The supplier was never paid to any."""
    CHANGED = "iban_changed"
    """It is not one of those confirmed."""
    COUNTRY = "iban_country"
    """Nor is its country that of any of them."""
    LOOKALIKE = "iban_lookalike"
    """It differs from a confirmed one only by signs that look alike, or by very few."""
    WRONG = "iban_wrong"
    """Its check digits say that it is none."""

    @property
    def label(self) -> Any:
        """As a warning says it."""
        return {
            "iban_new": lazy_gettext("IBAN never seen for this supplier"),
            "iban_changed": lazy_gettext("Not the IBAN this supplier is paid on"),
            "iban_country": lazy_gettext("IBAN of another country than before"),
            "iban_lookalike": lazy_gettext("This IBAN only looks like the confirmed one"),
            "iban_wrong": lazy_gettext("The check digits of this IBAN are wrong"),
        }[self.value]


@dataclass(frozen=True)
class Held:
    """A payment to this account waits; `like` is the confirmed one it resembles or stands against."""

    doubt: Doubt
    iban: str
    like: str = ""


def compact(number: str) -> str:
    """An account number as it is compared: capitals without blanks; a foreign letter stays what it is."""
    return "".join(number.split()).upper()[:34]


def confirmed(counterparty: Counterparty) -> list[CounterpartyIban]:
    """Those that may be paid to, the one confirmed last first."""
    known = [each for each in counterparty.ibans if each.confirmed_at]
    return sorted(known, key=lambda each: (each.confirmed_at, each.id), reverse=True)


def hold(document_iban: str, counterparty: Counterparty | None) -> Held | None:
    """What holds a payment of something on which this account is printed; None: nothing does."""
    printed, known = compact(document_iban), [each.iban for each in (confirmed(counterparty) if counterparty else [])]
    if not printed or printed in known:
        return None
    if like := next((each for each in known if look_alike(printed, each)), ""):
        return Held(Doubt.LOOKALIKE, printed, like)
    if not iban_number.is_valid(printed):
        return Held(Doubt.WRONG, printed)
    if not known:
        return Held(Doubt.NEW, printed)
    is_elsewhere = printed[:2] not in {each[:2] for each in known}
    return Held(Doubt.COUNTRY if is_elsewhere else Doubt.CHANGED, printed, known[0])


def look_alike(one: str, other: str) -> bool:
    """May somebody take one for the other: the same but for confusable signs, two signs, or two that changed places?"""
    if _folded(one) == _folded(other):
        return True
    return len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) <= 2


def _folded(number: str) -> str:
    return unicodedata.normalize("NFKC", number).upper().translate(LOOKALIKES)


def is_usual(document_iban: str, counterparty: Counterparty) -> bool:
    """Was this account there before any other, or did a person confirm it? `rules.conditions` asks the same in SQL."""
    row = next((each for each in counterparty.ibans if each.iban == compact(document_iban)), None)
    if row is None:
        return False
    return bool(row.confirmed_at) or not any(each.confirmed_at or each.id < row.id for each in counterparty.ibans)


# --- Adding and removing --------------------------------------------------------------------------

ADDED = "IBAN added"


def note(counterparty: Counterparty, document_iban: str, *, by: User | None) -> None:
    """Keep an account that a validated purchase brought, to be confirmed; two at once keep it once."""
    printed = compact(document_iban)
    if iban_number.is_valid(printed) and not _row(counterparty, printed):
        _keep(counterparty, printed, by)


def add(counterparty: Counterparty, number: str, *, by: User, bic: str = "") -> CounterpartyIban:
    """Add one by hand; somebody else confirms it."""
    printed = compact(number)
    if not iban_number.is_valid(printed):
        raise Refused(_("The check digits of this IBAN are wrong: compare it with an invoice."))
    if _row(counterparty, printed):
        raise Refused(_("This IBAN is there already."))
    _keep(counterparty, printed, by, bic)
    return _row(counterparty, printed) or _gone()


def _row(counterparty: Counterparty, iban: str) -> CounterpartyIban | None:
    return next((each for each in counterparty.ibans if each.iban == iban), None)


def _gone() -> CounterpartyIban:
    raise Refused(_("Somebody removed it meanwhile. Nothing was changed."))


def _keep(counterparty: Counterparty, iban: str, by: User | None, bic: str = "") -> None:
    db.session.flush()
    facts = {"counterparty_id": counterparty.id, "iban": iban, "added_by_id": by.id if by else None}
    insert = insert_unless_there(db.session, CounterpartyIban)
    db.session.execute(insert.values(**facts, bic=bic, channel="", created_at=clock.now()))
    db.session.expire(counterparty, ["ibans"])
    tell_added(counterparty, iban, by)


def tell_added(counterparty: Counterparty, iban: str, by: User | None) -> None:
    """Who brought it stays in the trail, whatever becomes of its row: they never confirm it alone."""
    if by:
        trail.record(counterparty, by=by, act=ADDED, changes={"iban": [None, iban]})


def remove(iban: CounterpartyIban, *, by: User) -> None:
    """Take one off that nobody confirmed, such as a slip of the hand."""
    gone = delete(CounterpartyIban).where(CounterpartyIban.id == iban.id, CounterpartyIban.confirmed_at.is_(None))
    counterparty, number = iban.counterparty, iban.iban
    if not db.session.execute(gone.execution_options(synchronize_session=False)).rowcount:
        raise Refused(_("It is confirmed: take the confirmation back first. Nothing was changed."))
    db.session.expunge(iban)
    db.session.expire(counterparty, ["ibans"])
    trail.record(counterparty, by=by, act="IBAN removed", changes={"iban": [number, None]})
