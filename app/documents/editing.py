"""Changing the facts of a document: whoever saves second is told, and nothing that must stay is changed."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.core import money
from app.core.database import change_if
from app.core.errors import Refused
from app.counterparties.models import Counterparty
from app.documents import defaults, doubts, labels, parties, status, words
from app.documents.models import Category, Direction, Document, ReadState
from app.documents.required import missing
from app.extensions import db
from app.users.models import User

AMOUNTS = ("net", "tax", "gross")
PARTY = "counterparty_name"
"""The field for whoever is on the other side."""
PLAIN = (
    *("kind", "direction", "number", "label", "counterparty_id", "counterparty_name", "category_id"),
    *("issue_date", "due_date", "currency", "order_reference", "payment_reference", "iban"),
    *("account_code", "treasury_category"),
)
CHANGEABLE = {*PLAIN, *AMOUNTS}
ALWAYS = {"label"}
"""May be changed in every status (SPEC RV-4)."""
READINGS = {"read", "not read", "rule"}
"""Acts of a reading, and of the rules it lets act."""
before_editing: list[Callable[[Document, set[str]], None]] = []
"""What stands against changing these columns, such as a payment under way; `pipeline` fills it."""


class Incomplete(Refused):
    """Something is missing or contradicts itself; `errors` has a sentence for each field."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(_("Not complete yet: %(fields)s.", fields=words.listed(errors)))
        self.errors = errors


class Changed(Refused):
    """Somebody saved another version meanwhile; `changes` has what was and is now of each column."""

    def __init__(self, entries: list[AuditEntry]) -> None:
        self.names = list(dict.fromkeys(entry.user_name or "Facteur" for entry in entries)) or ["Facteur"]
        self.changes: dict[str, list[Any]] = {}
        for entry in entries:
            for name, (was, now) in entry.changes.items():
                if was != now:  # a currency stands beside its amounts
                    self.changes[name] = [self.changes.get(name, [was])[0], now]
        who, what = ", ".join(self.names), words.listed(self.changes) or "–"
        sentence = _("%(who)s changed this document meanwhile (%(what)s).", who=who, what=what)
        super().__init__(" ".join((sentence, _("What you typed is kept: look at it, then save again."))))


def edit(document: Document, changes: dict[str, Any], *, by: User, version: int) -> set[str]:
    """Set these facts, as of `version`; amounts are `Decimal`, all other values as the columns have them.

    Answers what was filled in beside them because it is usual: nobody has seen that yet.
    Raises `Changed`, `Incomplete` or `Refused`; the caller then rolls back.
    """
    unknown = set(changes) - CHANGEABLE
    if unknown:
        raise ValueError(f"not to be edited: {sorted(unknown)}")
    told = _differences(document, changes)
    if not told:
        return set()
    is_label = set(told) <= ALWAYS
    if is_label:
        version = _despite_reading(document, told["label"][1], version)
    else:
        _check_allowed(document, told)
    _claim(document, version, anywhere=is_label)
    label = labels.usual(document)
    for name, (_was, now) in told.items():
        setattr(document, name, now)
    db.session.flush()
    db.session.expire(document, ["counterparty", "category"])
    if document.validated_at and document.counterparty is None and document.counterparty_name:
        parties.settle_on_typed(document, by=by)
        told["counterparty_id"] = (told["counterparty_id"][0], document.counterparty_id)
    filled = defaults.follow(document, set(told))
    told |= _followed(document, set(told), label) | filled
    if not is_label:
        _check_after(document)
    status.settle(document, by=by, act="edited", changes=_with_names(told) | {"version": [version, version + 1]})
    return set(filled)


def _differences(document: Document, changes: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Column → (was, will be), only where they differ."""
    wanted = {name: changes[name] for name in PLAIN if name in changes}
    currency = wanted.get("currency", document.currency)
    for name in AMOUNTS:
        if name in changes or currency != document.currency:
            wanted[f"{name}_minor"] = _minor(document, name, changes, currency)
    if wanted.get("counterparty_id"):
        wanted["counterparty_name"] = ""
    return {name: (getattr(document, name), now) for name, now in wanted.items() if getattr(document, name) != now}


def _followed(document: Document, touched: set[str], label: str) -> dict[str, tuple[Any, Any]]:
    """What follows the facts a person changed: a label nobody wrote, the tax per rate, what is not sure any more."""
    known = fields_of(touched)
    document.unsure = [name for name in document.unsure if name not in known]
    followed = {} if "label" in touched else labels.follow(document, label)
    if document.taxes and known & {"currency", *AMOUNTS} and not doubts.rates_fit(document):
        followed["taxes"] = (words.rates(document), "")
        document.taxes = []
    return followed


def fields_of(columns: Any) -> set[str]:
    """The fields of the form that show these columns."""
    return {PARTY if name.startswith("counterparty") else name.removesuffix("_minor") for name in columns}


def _minor(document: Document, name: str, changes: dict[str, Any], currency: str) -> int | None:
    """The amount in minor units of its new currency, also where only the currency changes."""
    was = getattr(document, f"{name}_minor")
    before = None if was is None else money.from_minor(was, document.currency)
    amount: Decimal | None = changes.get(name, before)
    return None if amount is None else money.to_minor(amount, currency)


def takes_only_label(document: Document) -> bool:
    """Can nothing else of it be changed now?"""
    return bool(document.trashed_at) or document.read_state is ReadState.READING


def _check_allowed(document: Document, told: dict[str, tuple[Any, Any]]) -> None:
    check_place(document)
    if document.read_state is ReadState.READING:
        raise Refused(_("It is still being read: wait a moment, then check it."))
    if document.validated_at and "direction" in told:
        raise Refused(_("A validated document stays a sale or a purchase: delete it and import it again."))
    if "number" in told and (fixed := why_number_is_fixed(document)):
        raise Refused(fixed)
    if document.settled_minor and "currency" in told:
        raise Refused(_("A part is settled already: the currency can no longer be changed."))
    if "gross_minor" in told and document.settled_minor and document.settled_minor > (told["gross_minor"][1] or 0):
        raise Incomplete({"gross": _("More than this is settled already.")})
    if document.settled_minor and "kind" in told:
        raise Refused(_("A part is settled already: an invoice stays one, and so does a credit note."))
    for ask in before_editing:
        ask(document, set(told))
    _check_company(document, Counterparty, told.get("counterparty_id"))
    _check_company(document, Category, told.get("category_id"))


def check_place(document: Document) -> None:
    """Raise `Refused` where it lies in the trash: nothing is changed there."""
    if document.trashed_at:
        raise Refused(_("It is in the trash: restore it first."))


def why_number_is_fixed(document: Document) -> str:
    """Why its number can't be changed any more; empty where it can (SPEC RV-5)."""
    if document.validated_at and document.direction is Direction.SALE:
        return _("The number of a validated sale cannot be changed: delete the invoice and import it again.")
    return _("The accountant has it under this number: it can no longer be changed.") if document.exported_at else ""


def _check_company(document: Document, model: Any, change: tuple[Any, Any] | None) -> None:
    """What the document is given belongs to its company."""
    if change and change[1] is not None:
        query = select(model.id).where(model.id == change[1], model.company_id == document.company_id)
        if db.session.scalar(query) is None:
            raise Refused(_("This choice no longer exists: choose again."))


def _claim(document: Document, version: int, *, anywhere: bool) -> None:
    """Be the one who edits this version, and not in the trash; everybody else is told. A label is given `anywhere`."""
    still = (Document.version == version, *(() if anywhere else (Document.trashed_at.is_(None),)))
    if not change_if(db.session(), document, *still, version=version + 1):
        if not anywhere:
            check_place(document)
        raise Changed(since(document, version))


def _despite_reading(document: Document, label: str, version: int) -> int:
    """Its version now, where it was only read since and somebody typed another label than they had before them."""
    came = since(document, version)
    was = next((entry.changes["label"][0] for entry in came if "label" in entry.changes), None)
    is_read = bool(came) and {entry.act for entry in came} <= READINGS
    return document.version if is_read and label != was else version


def since(document: Document, version: int) -> list[AuditEntry]:
    """What made its later versions, oldest first."""
    entries = list(db.session.scalars(AuditEntry.about(document)))
    return [entry for entry in entries[::-1] if entry.changes.get("version", [0, 0])[1] > version]


def _check_after(document: Document) -> None:
    """A validated document stays complete."""
    if not document.validated_at:
        return
    if errors := missing(document):
        raise Incomplete(errors)


def _with_names(told: dict[str, tuple[Any, Any]]) -> dict[str, Any]:
    """The changes for the trail: who and what is chosen also by name, as it outlives the rows."""
    named = {}
    for name, model in (("counterparty", Counterparty), ("category", Category)):
        if pair := told.get(f"{name}_id"):
            named[name] = [each and db.session.get_one(model, each).name for each in pair]
    return told | named
