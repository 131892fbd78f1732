"""The filters of a list as people see them: what may be chosen, and chips of what is in force."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import format_decimal
from flask_babel import gettext as _
from sqlalchemy import Row, select

from app.counterparties.models import Counterparty, plain
from app.documents import categories
from app.documents.models import Category, Direction, Kind
from app.documents.wanted import Tab, Wanted
from app.extensions import db
from app.tags.models import Tag
from app.users.models import Company, Membership, User
from app.web.filters import day

Link = Callable[..., str]
Sources = Mapping[str, Any]
"""What each way in is called; the packages that bring documents in know it."""
DAYS = ("since", "until", "due_since", "due_until")
AMOUNTS = ("at_least", "at_most")
NAMES_AT_ONCE = 20


@dataclass(frozen=True)
class Known:
    """All that a company's documents may be given, put away or not: for filters, and for who offers a choice."""

    categories: Sequence[Row[Any]]
    """Each `id, name, account_code, archived_at`."""
    tags: Sequence[Row[Any]]
    """Each `id, name, archived_at`."""
    people: Sequence[Row[Any]]
    """Each `id, name, email, is_disabled, role`."""

    @classmethod
    def of(cls, company: Company) -> Known:
        """By one statement each."""
        facts = (Category.id, Category.name, Category.account_code, Category.archived_at)
        tags = select(Tag.id, Tag.name, Tag.archived_at).where(Tag.company_id == company.id)
        people = select(User.id, User.name, User.email, User.is_disabled, Membership.role).join(Membership)
        people = people.where(Membership.company_id == company.id)
        return cls(
            db.session.execute(categories.of(company).with_only_columns(*facts)).all(),
            db.session.execute(tags.order_by(Tag.position, Tag.name_key)).all(),
            db.session.execute(people.order_by(User.name, User.id)).all(),
        )


def choices(company: Company) -> dict[str, Any]:
    """What the form of filters offers: what the company has, put away or not, as documents keep it."""
    known = Known.of(company)
    return {
        "directions": list(Direction),
        "kinds": list(Kind),
        "categories": _pairs(known.categories),
        "tags": _pairs(known.tags),
        "people": _pairs(known.people),
        "all_tab": Tab.ALL,
        "known": known,
    }


def _pairs(rows: Sequence[Row[Any]]) -> list[tuple[int, str]]:
    return [(row.id, row.name) for row in rows]


def chips(user: User, company: Company, wanted: Wanted, sources: Sources, link: Link) -> list[dict[str, str]]:
    """The filters in force; each can be taken off."""
    said = [*_plain(wanted, sources), *_limits(wanted), *_chosen(user, company, wanted), *_states(wanted)]
    return [{"label": str(label), "remove_url": link(**{name: None})} for name, label in said if label]


Said = Iterator[tuple[str, Any]]
"""The filter, and how it is called while it is in force."""


def left_out(wanted: Wanted, said: Any) -> list[str]:
    """What was typed as a day or an amount and is none: the list is as if it had not been asked for."""
    typed = lambda names: (said[name] for name in names if said.get(name) and getattr(wanted, name) is None)  # noqa: E731
    days = [_("“%(text)s” is not a date.", text=each[:40]) for each in typed(DAYS)]
    return days + [_("“%(text)s” is not an amount.", text=each[:40]) for each in typed(AMOUNTS)]


def _plain(wanted: Wanted, sources: Sources) -> Said:
    yield "q", wanted.q and _("“%(words)s”", words=wanted.q)
    yield "direction", wanted.direction and wanted.direction.label
    yield "kind", wanted.kind and wanted.kind.label
    yield "source", wanted.source and _("Came by: %(source)s", source=sources.get(wanted.source, wanted.source))


def _limits(wanted: Wanted) -> Said:
    yield "since", wanted.since and _("Issued since %(day)s", day=day(wanted.since))
    yield "until", wanted.until and _("Issued until %(day)s", day=day(wanted.until))
    yield "due_since", wanted.due_since and _("Due since %(day)s", day=day(wanted.due_since))
    yield "due_until", wanted.due_until and _("Due until %(day)s", day=day(wanted.due_until))
    yield "at_least", wanted.at_least is not None and _("At least %(amount)s", amount=_number(wanted.at_least))
    yield "at_most", wanted.at_most is not None and _("At most %(amount)s", amount=_number(wanted.at_most))


def _number(amount: Decimal) -> str:
    return format_decimal(amount)


def _chosen(user: User, company: Company, wanted: Wanted) -> Said:
    if wanted.counterparty:
        yield "counterparty", party_of(user, wanted) or _("One counterparty")
    yield "party", wanted.party
    if wanted.category is not None:
        yield "category", _named(Category, company, wanted.category, _("Without a category"), _("One category"))
    if wanted.tag is not None:
        yield "tag", _named(Tag, company, wanted.tag, _("Without a tag"), _("One tag"))
    if wanted.assignee is not None:
        yield "assignee", _person(company, wanted.assignee)


def party_of(user: User, wanted: Wanted) -> str:
    """The name of the counterparty that is asked for; empty for one that the person does not see."""
    if not wanted.counterparty:
        return wanted.party
    seen = Counterparty.visible_to(user).where(Counterparty.id == wanted.counterparty)
    return db.session.scalar(seen.with_only_columns(Counterparty.name)) or ""


def names_like(user: User, company: Company, words: str) -> list[str]:
    """Counterparties to choose from while a name is typed, of those one sees."""
    seen = Counterparty.visible_to(user).where(Counterparty.company_id == company.id)
    for word in words.split()[:5]:
        seen = seen.where(Counterparty.name_key.contains(plain(word), autoescape=True))
    names = seen.with_only_columns(Counterparty.name).order_by(Counterparty.name).distinct()
    return list(db.session.scalars(names.limit(NAMES_AT_ONCE))) if words else []


def _named(model: Any, company: Company, id: int, without: str, unknown: str) -> str:
    """The name of what was chosen, where the company has it."""
    name = db.session.scalar(select(model.name).where(model.id == id, model.company_id == company.id))
    return without if id == 0 else name or unknown


def _person(company: Company, id: int) -> str:
    if id == 0:
        return _("Assigned to nobody")
    name = db.session.scalar(
        select(User.name).join(Membership).where(User.id == id, Membership.company_id == company.id)
    )
    return _("Assigned to %(name)s", name=name) if name else _("Assigned to somebody")


def _states(wanted: Wanted) -> Said:
    yield "late", wanted.late and _("Late")
    yield "disputed", wanted.disputed and _("Disputed")
    yield "broken", wanted.broken and _("Promised and past")
    yield "twins", wanted.twins and _("Possible duplicates")
    yield "fileless", wanted.fileless and _("Without a file")
    yield "currency", wanted.currency
    yield "counted", wanted.counted and _("Counts in the figures")
    yield "open", wanted.open and _("Still open")
    yield "paid_late", wanted.paid_late and _("Paid late")
