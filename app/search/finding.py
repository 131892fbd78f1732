"""Finding the next rows of a list that have the words, whether one document has them or a million.

The list is walked in its own order first, as common words are on the first page; only what is rarer than that is
asked of the index, and of its terms only those that few of the walked rows had. So nothing ever sorts what half of
all documents have. What it costs at a million documents: a walk 2 to 6 ms, a rare word 1 to 3 ms, and what one of a
hundred has, spread over all years, up to 60 ms.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, any_, case, cast, func, literal, select, union_all
from sqlalchemy.dialects.postgresql import ARRAY

from app.extensions import db
from app.search.asking import Asked, Term, by_index, is_postgresql
from app.search.models import DocumentText

WALKED = 300
"""So many rows of the list are looked at before the index is asked."""
LOOKED_AT = 300
"""So many of each tab, where what the index knows is too much to be counted."""
FEW = 5000
"""So many are taken from the index to be counted and sorted here."""
SOME = 3
"""Where so many of them have the words, the list is walked on until the page should be full."""
COMMON = 4
"""A term that more than one of so many walked rows has is not asked of the index where another is rarer."""


@dataclass
class Search:
    """One question about one list; what is learnt for its rows serves its counts."""

    asked: Asked
    row: Any
    """The column with the id of a document."""
    rare: Sequence[Term] = ()
    """The terms to ask the index for; none where the first rows of the list were enough."""

    def narrow(self, query: Select[Any], ways: Sequence[tuple[ColumnElement[Any], bool]]) -> Select[Any]:
        """The same query for one page, kept to its rows, which are found here; `ways` are its order, True is down."""
        limit = query._limit or 0
        found, is_all = self._walk(query)
        if not is_all and len(found) < limit:
            found = self._by_index(query, ways, limit)
        return query.where(self.row.in_(found[:limit]))

    def _walk(self, query: Select[Any]) -> tuple[list[int], bool]:
        """Those among the first rows that have all terms; and whether there are no more rows than these."""
        terms, limit = self.asked.terms, query._limit or 0
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
        walk = query.with_only_columns(self.row, *(term.is_there() for term in self.asked.terms))
        walk = walk.outerjoin(DocumentText, DocumentText.document_id == self.row)
        return list(db.session.execute(walk.limit(count)))

    @cached_property
    def few(self) -> list[int] | None:
        """The ids of all documents with the words, the list's other conditions aside; None where they are many."""
        found = list(db.session.scalars(self._all().limit(FEW + 1))) if self.rare else [0] * (FEW + 1)
        return found if len(found) <= FEW else None

    def _all(self) -> Select[tuple[int]]:
        return by_index(self.rare, [term for term in self.asked.terms if term not in self.rare])

    def _is_among_them(self) -> ColumnElement[bool]:
        if self.few is None:
            found = self._all().cte("having_the_words").prefix_with("MATERIALIZED", dialect="postgresql")
            return self.row.in_(select(*found.c))
        if is_postgresql():
            return self.row == any_(cast(self.few, ARRAY(Integer)))
        each = func.json_each(json.dumps(self.few)).table_valued("value")
        return self.row.in_(select(cast(each.c.value, Integer)))

    def _by_index(self, query: Select[Any], ways: Sequence[tuple[ColumnElement[Any], bool]], limit: int) -> list[int]:
        """The first rows in order among all that have the words; sorted apart, else the walk would only go on."""
        values = [value.label(f"by_{place}") for place, (value, _is_down) in enumerate(ways)]
        query = query.with_only_columns(self.row.label("id"), *values).order_by(None).limit(None)
        found = query.where(self._is_among_them()).cte("found").prefix_with("MATERIALIZED", dialect="postgresql")
        places = [(found.c[f"by_{place}"], is_down) for place, (_value, is_down) in enumerate(ways)]
        order = [place.desc() if is_down else place.asc() for place, is_down in places]
        return list(db.session.scalars(select(found.c.id).order_by(*order).limit(limit)))

    def counts(self, query: Select[Any], tests: Sequence[ColumnElement[bool]]) -> list[tuple[int, bool]]:
        """How many rows of the query pass each test, and whether there are more; after `narrow`."""
        if not self.asked.terms:
            return [(0, False)] * len(tests)
        if self.few is None:
            return self._looked_at(query, tests)
        sums = [func.coalesce(func.sum(case((test, 1), else_=0)), 0) for test in tests]
        found = db.session.execute(query.order_by(None).with_only_columns(*sums).where(self._is_among_them())).one()
        return [(count, False) for count in found]

    def _looked_at(self, query: Select[Any], tests: Sequence[ColumnElement[bool]]) -> list[tuple[int, bool]]:
        """The same among the first rows of each."""
        walks = [query.where(test).with_only_columns(self.row.label("id")).limit(LOOKED_AT) for test in tests]
        parts = [self._part(place, walk) for place, walk in enumerate(walks)]
        rows = sorted(db.session.execute(union_all(*parts)))
        return [(found or 0, walked == LOOKED_AT) for _place, walked, found in rows]

    def _part(self, place: int, walk: Select[Any]) -> Select[Any]:
        walked = walk.subquery()
        found = func.sum(case((self.asked.is_there(), 1), else_=0))
        joined = select(literal(place), func.count(), found).select_from(walked)
        return joined.outerjoin(DocumentText, DocumentText.document_id == walked.c.id)
