"""Two documents side by side: what each says, and where they differ (SPEC DU-1)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from app.documents import twins
from app.documents.models import Document, TrashKind, key_of
from app.documents.sight import only_visible
from app.documents.words import NAMES, party
from app.files import store
from app.users.models import User
from app.web.filters import amount, day, iban, moment, size


@dataclass
class Pair:
    """A document and one that may be the same: which came later, and what may be done."""

    other: Document
    new: Document
    existing: Document
    is_same_file: bool = False

    @property
    def can_replace(self) -> bool:
        return twins.can_replace(self.new, self.existing)

    @property
    def can_restart(self) -> bool:
        """Could it be that the supplier counts from one each year?"""
        return twins.are_of_two_years(self.new, self.existing)

    @property
    def facts(self) -> list[Fact]:
        return list(_facts(self.new, self.existing))

    @property
    def page_count(self) -> int:
        """Of the longer one."""
        return max(len(page_numbers(self.new)), len(page_numbers(self.existing)))


@dataclass(frozen=True)
class Fact:
    """One fact of both, in words; `differs` where they do not say the same."""

    name: str
    new: str
    existing: str
    differs: bool = False


def pair_of(document: Document, other: Document, *, is_same_file: bool = False) -> Pair:
    """The two as new and existing one: whichever came later is the new one."""
    new, existing = (document, other) if document.id > other.id else (other, document)
    return Pair(other, new, existing, is_same_file)


def pairs_of(user: User, document: Document) -> tuple[list[Pair], int]:
    """What the document may be again, and how many of them `user` may not see."""
    found = compared(document)
    visible = only_visible(user, found)
    pairs = [pair_of(document, twin) for twin in visible]
    return pairs + _same_file(user, document, visible), len(found) - len(visible)


def compared(document: Document) -> list[Document]:
    """Those it may be again; what is in the trash as a duplicate was decided, and is not compared once more."""
    if document.trashed_at:
        return []
    return [twin for twin in twins.same_number(document) if twin.trash_kind is not TrashKind.DUPLICATE]


def _same_file(user: User, document: Document, known: list[Document]) -> list[Pair]:
    """The same bytes lie in the trash: offered with *Restore* until this one is decided (SPEC DU-2)."""
    if document.validated_at or document.trashed_at or document.original is None:
        return []
    found = twins.same_bytes_in_trash(document.company_id, document.original.file, but=document)
    visible = only_visible(user, [found] if found and found not in known else [])
    return [Pair(twin, document, twin, is_same_file=True) for twin in visible]


def page_numbers(document: Document) -> list[int]:
    """The pages of its original that were drawn."""
    if document.original is None:
        return []
    folder = store.pages_folder(document.original.file)
    names = (path.stem.removeprefix("page-") for path in folder.glob("page-*.png"))
    return sorted(int(name) for name in names if name.isdigit())


# --- What each says -------------------------------------------------------------------------------


def _facts(new: Document, existing: Document) -> Iterator[Fact]:
    """Those that at least one of them has, in the order of the form; when they arrived is told, not compared."""
    names = {name: str(said) for name, said in NAMES.items()}
    for name, said, meant in (
        (names["kind"], lambda one: str(one.kind.label), _of("kind")),
        (names["number"], _of("number"), lambda one: key_of(one.number)),
        (party(new.direction), _of("party_name"), _party),
        (names["issue_date"], lambda one: day(one.issue_date), _of("issue_date")),
        (names["due_date"], lambda one: day(one.due_date), _of("due_date")),
        (names["net"], _money("net_minor"), _money("net_minor")),
        (names["tax"], _money("tax_minor"), _money("tax_minor")),
        (names["gross"], _money("gross_minor"), _money("gross_minor")),
        (names["iban"], lambda one: iban(one.iban), _of("iban")),
        (names["order_reference"], _of("order_reference"), _of("order_reference")),
        (names["label"], _of("label"), _of("label")),
        (_("File"), _file, lambda one: one.original.file_id if one.original else None),
    ):
        if said(new) or said(existing):
            yield Fact(name, said(new), said(existing), meant(new) != meant(existing))
    yield Fact(_("Arrived"), moment(new.created_at), moment(existing.created_at))


def _of(column: str) -> Callable[[Document], Any]:
    return lambda one: getattr(one, column)


def _money(column: str) -> Callable[[Document], str]:
    return lambda one: amount(getattr(one, column), one.currency)


def _party(document: Document) -> Any:
    return document.counterparty_id or document.counterparty_name.casefold()


def _file(document: Document) -> str:
    return f"{document.original.name} · {size(document.original.file.size)}" if document.original else ""
