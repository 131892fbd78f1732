"""What somebody typed into the box: words, numbers and amounts, and how either database is asked for them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    cast,
    column,
    func,
    literal_column,
    or_,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from app.core import money
from app.extensions import db
from app.search.folding import LONGEST, parts_of, word_of_amount, word_of_month
from app.search.models import DocumentText

MOST_WORDS = 8
_CHUNK = re.compile(r"\d{1,3}(?:[ '’\u00a0\u202f]\d{3})+(?:[.,]\d+)?(?!\S)|\S+")
"""Digits in groups belong together: 1 234,56 or 732 829 320."""
_FTS = table("document_fts", column("rowid", Integer))
_IN_POSTGRESQL = literal_column(
    "array_to_tsvector(string_to_array(btrim(document_text.facts || document_text.pages), ' '))"
)
"""Written as the index has it."""


@dataclass(frozen=True)
class Atom:
    """One word that is looked for, whole or as the beginning of a word."""

    word: str
    is_whole: bool = False

    def is_there(self) -> ColumnElement[bool]:
        """Whether a row of `DocumentText` has it, without an index."""
        sought = f" {self.word} " if self.is_whole else f" {self.word}"
        if is_postgresql():
            return func.strpos(DocumentText.all_words(), sought) > 0
        return func.instr(DocumentText.all_words(), sought) > 0

    @property
    def in_fts(self) -> str:
        return f'"{self.word}"' + ("" if self.is_whole else "*")

    @property
    def in_tsquery(self) -> str:
        return f"'{self.word}'" + ("" if self.is_whole else ":*")


@dataclass(frozen=True)
class Term:
    """One of these ways of finding it is enough; each way wants all of its words."""

    ways: tuple[tuple[Atom, ...], ...]

    @classmethod
    def of_month(cls, day: date) -> Term:
        """That a document is of the month of this day, whose word it has."""
        return cls(((Atom(word_of_month(day), is_whole=True),),))

    @classmethod
    def of_year(cls, day: date) -> Term:
        """The same of its year."""
        return cls(((Atom(word_of_month(day)[:-2]),),))

    def is_there(self) -> ColumnElement[bool]:
        """The same as of its words."""
        return or_(*(and_(*(atom.is_there() for atom in way)) for way in self.ways))

    @property
    def in_fts(self) -> str:
        return "(" + " OR ".join("(" + " AND ".join(atom.in_fts for atom in way) + ")" for way in self.ways) + ")"

    @property
    def in_tsquery(self) -> str:
        return "(" + " | ".join("(" + " & ".join(atom.in_tsquery for atom in way) + ")" for way in self.ways) + ")"


@dataclass(frozen=True)
class Asked:
    """All that must be found of one document."""

    terms: tuple[Term, ...]

    @classmethod
    def of(cls, typed: str) -> Asked:
        """What these words mean; signs without letters and digits mean nothing."""
        chunks = [typed] if money.parse_amount(typed) is not None else _CHUNK.findall(typed)[:MOST_WORDS]
        return cls(tuple(term for chunk in chunks if (term := _term(chunk))))

    def is_there(self) -> ColumnElement[bool]:
        """Whether a row of `DocumentText` has all of it; nothing has it where nothing was meant."""
        return and_(*(term.is_there() for term in self.terms)) if self.terms else literal_column("1 = 0")


@contextmanager
def asking_the_index() -> Iterator[None]:
    """PostgreSQL takes what it would compute of each row for nothing, and a map of many rows for small: so it is told.

    Without, a word of a hundred thousand of a million documents took ten times as long.
    """
    if not is_postgresql():
        yield
        return
    wanted = {"work_mem": "64MB", "enable_seqscan": "off"}
    before = db.session.execute(select(*map(func.current_setting, wanted))).one()
    db.session.execute(_setting(wanted))
    yield
    db.session.execute(_setting(dict(zip(wanted, before, strict=True))))


def _setting(values: dict[str, str]) -> Select[Any]:
    """Until the transaction ends, if not before: one that breaks off puts them back by itself."""
    return select(*(func.set_config(name, value, True) for name, value in values.items()))


def by_index(terms: Sequence[Term], others: Sequence[Term] = ()) -> Select[tuple[int]]:
    """The ids of all documents with these terms, asked of the index of words; each is then looked at for the others."""
    if is_postgresql():
        words = cast(" & ".join(term.in_tsquery for term in terms), TSQUERY)
        query = select(DocumentText.document_id).where(_IN_POSTGRESQL.op("@@")(words))
    else:
        words = " AND ".join(term.in_fts for term in terms)
        query = select(_FTS.c.rowid).where(literal_column("document_fts").op("MATCH")(words))
        query = query.join(DocumentText, DocumentText.document_id == _FTS.c.rowid) if others else query
    return query.where(*(term.is_there() for term in others))


def _term(chunk: str) -> Term | None:
    """The ways one chunk may stand in a document."""
    parts = parts_of(chunk)
    if not parts:
        return None
    amount, joined = money.parse_amount(chunk), _atoms(["".join(parts)])
    ways = [joined, _atoms(parts)] if amount is None else [joined, (Atom(word_of_amount(amount), is_whole=True),)]
    return Term(tuple(dict.fromkeys(ways)))


def _atoms(parts: list[str]) -> tuple[Atom, ...]:
    """A single sign is a word of its own: half of all words begin with it."""
    return tuple(Atom(part[:LONGEST], is_whole=len(part) == 1) for part in parts)


def is_postgresql() -> bool:
    """Is the database one? Else it is SQLite."""
    return db.session.get_bind().dialect.name == "postgresql"
