"""Which documents a list shows: what is looked for, in which order, and where its pages begin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Select,
    and_,
    bindparam,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
    union_all,
)

from app.core import money
from app.counterparties.models import Counterparty, plain
from app.documents import twins
from app.documents.counted import counted
from app.documents.models import Document, DocumentFile, FileRole, Status, document_tag
from app.documents.wanted import DECIDED, OPEN, UNSENT, Tab, Wanted
from app.extensions import db
from app.search.asking import Asked, by_index
from app.search.finding import Reasons, Search
from app.users.models import Company, User
from app.web.access import Permission, allowed
from app.web.keyset import Order, whole

__all__ = ["DECIDED", "OPEN", "Tab", "Wanted"]
MANY = 1000
"""So many are shown as 999+: to count a hundred thousand takes longer than anybody looks at the number."""
LAST_DAY: ColumnElement[date] = literal_column("'9999-12-31'", Date)
NOTHING: ColumnElement[int] = literal_column("0", BigInteger)
"""Written out, not parameters: only so is an index on the expression found."""
ORDERS = {
    "date": Order(func.coalesce(Document.issue_date, LAST_DAY), date.fromisoformat),
    "due": Order(func.coalesce(Document.due_date, LAST_DAY), date.fromisoformat),
    "amount": Order(func.coalesce(Document.gross_minor, NOTHING), whole),
    "arrival": Order(Document.id, whole),
}
"""By which a list may stand; with a minus sign the largest or latest comes first; an unknown day counts as the last."""
OF_A_STATUS = [tab for tab in Tab if tab.value in set(Status)]
"""Each document that is not in the trash is in one of these."""
USUAL = "-date"
ANYTHING = Wanted()
Counts = dict[Tab, tuple[int, bool]]
"""How many are in each tab, and whether there are more."""


def order_of(said: str | None) -> tuple[str, Order]:
    """The order the address asks for."""
    said = said if said and said.removeprefix("-") in ORDERS else USUAL
    return said, replace(ORDERS[said.removeprefix("-")], is_descending=said.startswith("-"))


def visible(user: User, company: Company, wanted: Wanted, today: date) -> Select[tuple[Document]]:
    """The documents of the company that `user` may see and that are wanted, whatever the tab and the words."""
    query = Document.visible_to(user).where(Document.company_id == company.id)
    return query.where(*_tests(wanted, company, today))


def listed(user: User, company: Company, wanted: Wanted, today: date) -> Select[tuple[Document]]:
    """All that a list shows of these, on all its pages: its tab and the words that were typed count too."""
    query = visible(user, company, wanted, today).where(wanted.tab.test())
    return query.where(having(wanted.q)) if wanted.q else query


def _tests(wanted: Wanted, company: Company, today: date) -> Iterator[ColumnElement[bool]]:
    if wanted.direction:
        yield Document.direction == wanted.direction
    if wanted.kind:
        yield Document.kind == wanted.kind
    if wanted.counterparty:
        yield Document.counterparty_id == wanted.counterparty
    if wanted.party:
        called = Counterparty.name_key == plain(wanted.party)
        yield Document.counterparty_id.in_(select(Counterparty.id).where(Counterparty.company_id == company.id, called))
    if wanted.source:
        yield Document.source == wanted.source
    if wanted.currency:
        yield Document.currency == wanted.currency
    yield from _choices(wanted)
    yield from _limits(wanted)
    yield from _states(wanted, today)


def _choices(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    """What it was given, or that it was given none."""
    if wanted.category is not None:
        yield Document.category_id == wanted.category if wanted.category else Document.category_id.is_(None)
    if wanted.assignee is not None:
        yield Document.assignee_id == wanted.assignee if wanted.assignee else Document.assignee_id.is_(None)
    if wanted.tag is not None:
        tagged = exists().where(document_tag.c.document_id == Document.id)
        yield tagged.where(document_tag.c.tag_id == wanted.tag) if wanted.tag else ~tagged


def _states(wanted: Wanted, today: date) -> Iterator[ColumnElement[bool]]:
    """What somebody should look at; only a document that is not validated yet may be there twice."""
    if wanted.late:
        yield and_(Document.due_date < today, ORDERS["due"].value < today, OPEN, ~UNSENT)
    if wanted.disputed:
        yield Document.disputed_at.is_not(None)
    if wanted.broken:
        yield and_(Document.promised_date < today, DECIDED, OPEN)
    if wanted.twins:
        yield and_(Document.validated_at.is_(None), twins.has_living_twin())
    if wanted.counted:
        yield counted()
    if wanted.open:
        yield OPEN
    if wanted.paid_late:
        yield or_(Document.paid_date > Document.due_date, Document.settled_date > Document.due_date)
    if wanted.fileless:
        yield ~exists().where(DocumentFile.document_id == Document.id, DocumentFile.role == FileRole.ORIGINAL)


def _limits(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    yield from between(Document.issue_date, ORDERS["date"].value, wanted.since, wanted.until)
    yield from between(Document.due_date, ORDERS["due"].value, wanted.due_since, wanted.due_until)
    if (wanted.at_least, wanted.at_most) != (None, None):
        special = [code for codes in money.BY_DECIMALS.values() for code in codes]
        pairs = [(Document.currency.in_(codes), codes[0]) for codes in money.BY_DECIMALS.values()]
        pairs.append((Document.currency.not_in(special), "EUR"))
        yield or_(*(and_(test, *_amounts(wanted, code)) for test, code in pairs))
        if wanted.at_least == wanted.at_most:
            minor = {_minor(wanted.at_least, code, ROUND_FLOOR) or 0 for _test, code in pairs}
            yield ORDERS["amount"].value.in_(
                sorted(minor)
            )  # how rare these are is known, not how rare all of the above


def between(column: Any, value: Any, least: Any, most: Any) -> Iterator[ColumnElement[bool]]:
    """Known and within these; said once more of what the index holds, which knows no unknown.

    Of one value alone a database knows how rare it is; of two limits it guesses.
    """
    if least is not None and most is not None and least >= most:
        yield and_(column == least, value == least) if least == most else false()
        return
    if least is not None:
        yield and_(column >= least, value >= least)
    if most is not None:
        yield and_(column <= most, value <= most)


def _amounts(wanted: Wanted, currency: str) -> Iterator[ColumnElement[bool]]:
    """The gross amount within these, in documents of a currency with as many decimals."""
    least, most = _minor(wanted.at_least, currency, ROUND_CEILING), _minor(wanted.at_most, currency, ROUND_FLOOR)
    return between(Document.gross_minor, ORDERS["amount"].value, least, most)


def _minor(limit: Decimal | None, currency: str, rounding: str) -> int | None:
    """A limit in minor units, never wider than it says: there are no 500.01 yen."""
    return None if limit is None else int(limit.scaleb(money.decimals(currency)).to_integral_value(rounding))


def having(words: str) -> ColumnElement[bool]:
    """Whether a row of `Document` has these words, for queries that read all of what they ask for."""
    asked = Asked.of(words)
    return Document.id.in_(by_index(asked.terms)) if asked.terms else false()


def narrow(user: User, company: Company, wanted: Wanted, sort: str = "") -> Search | None:
    """What keeps a page of the list to its rows, where the list as a whole would be read for them."""
    reasons = Document.reasons_to_see(user, company.id, validated=wanted.tab.is_decided, by_name=True)
    if wanted.q or len(reasons) > 1:
        day = ORDERS["date"].value if sort.removeprefix("-") == "date" else None
        return Search(Asked.of(wanted.q) if wanted.q else None, Document.id, reasons, day)
    return None


def counts(user: User, company: Company, wanted: Wanted, today: date, search: Search | None = None) -> Counts:
    """By one query; from `MANY` on nobody counts them."""
    if wanted.q:
        query = visible(user, company, wanted, today)
        query = query.order_by(ORDERS["date"].value.desc(), Document.id.desc())
        search = search or Search(Asked.of(wanted.q), Document.id)
        tests = [(tab.test(), reasons) for tab, reasons in _reasons(user, company).items()]
        return dict(zip(Tab, search.counts(query, tests), strict=True))
    if not wanted.is_filtered and allowed(user, Permission.SEE_ALL, company.id):
        row = db.session.execute(_counting_all(), {"company_id": company.id})
    else:
        query = select(Document).where(Document.company_id == company.id, *_tests(wanted, company, today))
        row = db.session.execute(_counting(query, _reasons(user, company), wanted))
    found = dict(row.mappings().one())
    found.setdefault(Tab.ALL, sum(found[tab] for tab in OF_A_STATUS))
    return {tab: (min(found[tab], MANY - 1), found[tab] >= MANY) for tab in Tab}


def _reasons(user: User, company: Company) -> Mapping[Tab, Reasons]:
    """Why somebody may see what is in each tab."""
    of_all = Document.reasons_to_see(user, company.id, by_name=True)
    of_decided = Document.reasons_to_see(user, company.id, validated=True, by_name=True) if len(of_all) > 1 else of_all
    return {tab: of_decided if tab.is_decided else of_all for tab in Tab}


def counts_of(ids: list[int]) -> Counts:
    """The same of a list that has no more than these."""
    query = select(*(func.count().filter(tab.test()) for tab in Tab)).where(Document.id.in_(ids))
    row = db.session.execute(query).one() if ids else [0] * len(Tab)
    return {tab: (count, False) for tab, count in zip(Tab, row, strict=True)}


@cache
def _counting_all() -> Select[Any]:
    """For the list of every day: made once, as putting it together takes longer than its answer."""
    all_of_company = select(Document).where(Document.company_id == bindparam("company_id"))
    return _counting(all_of_company, dict.fromkeys(Tab, (true(),)))


def _counting(among: Select[tuple[Document]], reasons: Mapping[Tab, Reasons], wanted: Wanted = ANYTHING) -> Select[Any]:
    """Of each tab as many as matter, looked for by each reason to see them, as each has an index of its own.

    All are those of all statuses, and so are not counted again. Those of one counterparty, and possible duplicates, are
    counted in one go: all of them are looked at for the rarest tab anyway.
    """
    tests = {tab: _test_of(tab, wanted, is_restricted=len(reasons[Tab.ALL]) > 1) for tab in Tab}
    if wanted.counterparty or wanted.party or wanted.twins:
        seen = among.where(or_(*reasons[Tab.ALL]))
        return seen.with_only_columns(*(func.count().filter(test).label(tab) for tab, test in tests.items()))
    del tests[Tab.ALL]
    return select(*(_count(among.where(test), reasons[tab]).label(tab) for tab, test in tests.items()))


def _test_of(tab: Tab, wanted: Wanted, *, is_restricted: bool) -> ColumnElement[bool]:
    """What is in it, said as the index says it that counts it."""
    if not _may_hold(tab, wanted):
        return false()
    if wanted.is_filtered:
        return tab.test()
    return tab.by_status() if is_restricted else tab.alone()


def _may_hold(tab: Tab, wanted: Wanted) -> bool:
    """Can the tab have any of it? A list of half a million is not read to find nothing."""
    if wanted.late and tab in {Tab.VALIDATED, Tab.TO_SEND}:
        return False
    return not wanted.twins or tab in {Tab.ALL, Tab.READING, Tab.UNREADABLE, Tab.TO_PROCESS, Tab.TO_SEND}


def _count(among: Select[tuple[Document]], reasons: Reasons) -> Any:
    """Each reason gives those that none before it gave: so enough of one are enough, and nothing is sorted."""
    ids, some = among.with_only_columns(Document.id).limit(MANY), []
    for place, reason in enumerate(reasons):
        earlier = [each.is_not(true()) for each in reasons[:place]]
        some.append(ids.where(reason, *earlier).subquery())
    found = union_all(*(select(each.c.id) for each in some)).limit(MANY).subquery() if len(some) > 1 else some[0]
    return select(func.count()).select_from(found).scalar_subquery()
