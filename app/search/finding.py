"""Finding the next rows of a list that have the words, whether one document has them or a million.

The list is walked in its own order first, as common words are on the first page; only what is rarer than that is
asked of the index, and of its terms only those that few of the walked rows had. So nothing ever sorts what half of
all documents have; where many have the words and none of the first rows do, a list by date is asked for one stretch of
days after the other.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    any_,
    case,
    cast,
    func,
    literal,
    select,
    union,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql import operators

from app.extensions import db
from app.search.asking import Asked, Term, asking_the_index, by_index, is_postgresql
from app.search.models import DocumentText

Reasons = Sequence[ColumnElement[bool]]
"""Why somebody may see a row: one of them is enough, and each has an index of its own."""
WALKED = 300
"""So many rows of the list are looked at before the index is asked."""
LOOKED_AT = 300
"""So many of each tab, where what the index knows is too much to be counted."""
FEW = 5000
"""So many are taken from the index to be counted and sorted here."""
SOME = 3
"""Where so many of them have the words, the list is walked on until the page should be full."""
COMMON = 12
"""A term that more than one of so many walked rows has is not asked of the index where another is rarer."""


@dataclass
class Search:
    """One question about one list; what is learnt for its rows serves its counts."""

    asked: Asked | None
    """None where no words are looked for."""
    row: Any
    """The column with the id of a document."""
    reasons: Reasons = ()
    """Why the person may see what they see, where there are several: each is looked for by its own index."""
    day: Any = None
    """The column of days that the list stands by, whose month each document has as a word; None for other lists."""
    rare: Sequence[Term] = ()
    """The terms to ask the index for; none where the first rows of the list were enough."""

    def narrow(self, query: Select[Any]) -> Select[Any]:
        """The same ordered query for one page, kept to its rows, which are found here."""
        limit = query._limit or 0
        if self.asked is None:
            return query.where(self._is_within(query, self.reasons))
        found, is_all = self._walk(query)
        if not is_all and len(found) < limit:
            found = self._from_the_index(query, limit)
        return query.where(self.row.in_(found[:limit]))

    def _walk(self, query: Select[Any]) -> tuple[list[int], bool]:
        """Those among the first rows that have all terms; and whether there are no more rows than these."""
        terms, limit = self._terms, query._limit or 0
        if not terms:
            return [], True
        rows, count = self._looked_through(query, WALKED), WALKED
        found = [row[0] for row in rows if all(row[1:])]
        if SOME <= len(found) < limit and len(rows) == WALKED:
            count = WALKED * limit * 3 // (2 * len(found))
            rows = self._looked_through(query, count)
            found = [row[0] for row in rows if all(row[1:])]
        if len(found) < limit:
            seen = [sum(map(bool, column)) for column in zip(*rows, strict=True)][1:] or [0] * len(terms)
            most = max(min(seen), len(rows) // COMMON)
            self.rare = [term for term, each in zip(terms, seen, strict=True) if each <= most]
        return found, len(rows) < count

    def _looked_through(self, query: Select[Any], count: int) -> list[Any]:
        """The first rows: the id, then of each term whether it is there."""
        query = query.limit(count)
        walk = self._reached(query, self.reasons).with_only_columns(
            self.row, *(term.is_there() for term in self._terms)
        )
        return list(db.session.execute(walk.outerjoin(DocumentText, DocumentText.document_id == self.row)))

    def _reached(self, query: Select[Any], reasons: Reasons) -> Select[Any]:
        """The same rows, reached by each reason to see them where there are several."""
        return query.where(self._is_within(query, reasons)) if len(reasons) > 1 else query

    def _is_within(self, query: Select[Any], reasons: Reasons) -> ColumnElement[bool]:
        """Is it among the first rows there are for each reason? So nobody walks past what somebody may not see."""
        firsts = [query.where(reason).with_only_columns(self.row.label("id")).subquery() for reason in reasons]
        return self.row.in_(union(*(select(each.c.id) for each in firsts)))

    def _from_the_index(self, query: Select[Any], limit: int) -> list[int]:
        if self.few is not None:
            return self._first_of(query, self.few, limit)
        return self._by_stretch(query, limit) if self.day is not None else self._by_index(query, limit)

    @property
    def _terms(self) -> Sequence[Term]:
        return self.asked.terms if self.asked else ()

    @cached_property
    def few(self) -> list[int] | None:
        """The ids of all documents with the words, the list's other conditions aside; None where they are many."""
        return self._few_with() if self.rare else None

    def _few_with(self, *also: Term) -> list[int] | None:
        """The same of those that the index knows by these terms too."""
        with asking_the_index():
            found = list(db.session.scalars(by_index([*self.rare, *also], self._others).limit(FEW + 1)))
        return found if len(found) <= FEW else None

    @property
    def _others(self) -> list[Term]:
        return [term for term in self._terms if term not in self.rare]

    def _by_stretch(self, query: Select[Any], limit: int) -> list[int]:
        """The first rows in order, of one year after the other; of a year that has many, month by month."""
        is_down = query._order_by_clauses[0].modifier is operators.desc_op
        found: list[int] = []
        while len(found) < limit and (first := self._first_day(query)):
            few = self._few_with(Term.of_year(first))
            if few:
                of_year = self.day.between(first.replace(month=1, day=1), _last_of_year(first))
                found += self._first_of(query.where(of_year), few, limit - len(found))
            for month in _months(first, is_down) if few is None else ():
                found += self._by_index(query, limit - len(found), Term.of_month(month))
                if len(found) >= limit:
                    break
            query = query.where(
                self.day < first.replace(month=1, day=1) if is_down else self.day > _last_of_year(first)
            )
        return found

    def _first_day(self, query: Select[Any]) -> date | None:
        """Where the rest of the list begins."""
        return db.session.scalar(self._reached(query.limit(1), self.reasons).with_only_columns(self.day))

    def _first_of(self, query: Select[Any], few: list[int], limit: int) -> list[int]:
        """The first rows in order among these; sorted apart, else the list would be walked for them."""
        query = query.with_only_columns(self.row.label("id")).limit(None)
        found = query.where(self._is_one_of(few)).cte("found").prefix_with("MATERIALIZED", dialect="postgresql")
        return list(db.session.scalars(select(found.c.id).limit(limit)))

    def _is_one_of(self, few: list[int]) -> ColumnElement[bool]:
        """Said with one parameter, however many they are."""
        if is_postgresql():
            return self.row == any_(cast(few, ARRAY(Integer)))
        each = func.json_each(json.dumps(few)).table_valued("value")
        return self.row.in_(select(cast(each.c.value, Integer)))

    def _by_index(self, query: Select[Any], limit: int, *also: Term) -> list[int]:
        """The first rows in order among all that the index gives; sorted apart, else the walk would only go on.

        Only the first of them are looked at for the words the index was not asked for: a scalar subquery is asked of
        one row after the other as they stand, a join might take them in any order.
        """
        having = by_index([*self.rare, *also]).cte("having_the_words").prefix_with("MATERIALIZED", dialect="postgresql")
        query = query.with_only_columns(self.row.label("id")).limit(None)
        found = query.where(self.row.in_(select(*having.c)))
        found = found.cte("found").prefix_with("MATERIALIZED", dialect="postgresql")
        there = and_(True, *(each.is_there() for each in self._others))
        has_others = select(there).where(DocumentText.document_id == found.c.id).scalar_subquery()
        with asking_the_index():
            return list(db.session.scalars(select(found.c.id).where(has_others).limit(limit)))

    def counts(
        self, query: Select[Any], tests: Sequence[tuple[ColumnElement[bool], Reasons]]
    ) -> list[tuple[int, bool]]:
        """How many rows of the query pass each test, and whether there are more; after `narrow`.

        Beside each test stand the reasons to see what passes it.
        """
        if not self._terms:
            return [(0, False)] * len(tests)
        if self.few is None:
            return self._looked_at(query, tests)
        sums = [func.coalesce(func.sum(case((test, 1), else_=0)), 0) for test, _reasons in tests]
        found = db.session.execute(query.order_by(None).with_only_columns(*sums).where(self._is_one_of(self.few))).one()
        return [(count, False) for count in found]

    def _looked_at(
        self, query: Select[Any], tests: Sequence[tuple[ColumnElement[bool], Reasons]]
    ) -> list[tuple[int, bool]]:
        """The same among the first rows of each."""
        walks = [self._reached(query.where(test).limit(LOOKED_AT), reasons) for test, reasons in tests]
        parts = [self._part(place, walk.with_only_columns(self.row.label("id"))) for place, walk in enumerate(walks)]
        rows = sorted(db.session.execute(union_all(*parts)))
        return [(found or 0, walked == LOOKED_AT) for _place, walked, found in rows]

    def _part(self, place: int, walk: Select[Any]) -> Select[Any]:
        walked = walk.subquery()
        found = func.sum(case((and_(*(term.is_there() for term in self._terms)), 1), else_=0))
        joined = select(literal(place), func.count(), found).select_from(walked)
        return joined.outerjoin(DocumentText, DocumentText.document_id == walked.c.id)


def _months(first: date, is_down: bool) -> list[date]:
    """The months of its year from there on, in the order of the list; of what has no day there is one alone."""
    months = range(first.month, 0, -1) if is_down else range(first.month, 13)
    return [first.replace(month=month, day=1) for month in months][: 1 if first == date.max else None]


def _last_of_year(day: date) -> date:
    return day.replace(month=12, day=31)
