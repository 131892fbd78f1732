"""What a line may settle, and what may settle a document: few rows by indexes for one, all of a company for many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, or_, select

from app.bank.allocating import takes_money_in
from app.bank.book import Book, Known, Line, Open
from app.bank.models import BankTransaction, Match
from app.bank.writing import Words, plain
from app.counterparties.models import Counterparty, CounterpartyIban
from app.counterparties.models import plain as name_key
from app.documents.models import Direction, Document, Kind
from app.extensions import db
from app.extraction.parties import bare_name

FACTS = (
    *(Document.id, Document.counterparty_id, Document.number, Document.gross_minor, Document.settled_minor),
    *(Document.currency, Document.direction, Document.kind, Document.issue_date, Document.due_date),
    *(Document.payment_reference, Counterparty.name),
)
AMOUNT: ColumnElement[int] = literal_column("coalesce(document.gross_minor, 0)")
"""As `ix_document_amount` has it."""
MOST, MOST_PARTIES, MOST_KEYS, MOST_LINES = 200, 12, 60, 300
AT_ONCE = 5000
"""Open documents that are looked through for one line."""
REACH = (timedelta(days=10), timedelta(days=150))
"""How long before its issue and after it a line whose label names a document is looked for."""


def is_open() -> ColumnElement[bool]:
    """A test on a row of `Document`: something of it can be matched now."""
    return and_(
        *(Document.validated_at.is_not(None), Document.trashed_at.is_(None), Document.awaits_approval.is_(False)),
        Document.gross_minor != Document.settled_minor,
    )


def line_of(row: BankTransaction) -> Line:
    """A line as matching reads it: what is open of it."""
    sign = 1 if row.amount_minor > 0 else -1
    facts = {"iban": row.party_iban, "party": row.counterparty_id, "original_currency": row.original_currency}
    original = row.original_minor if row.matched_minor == 0 else None
    words = Words(row.label, row.party_name, row.reference)
    return Line(row.id, row.date, sign * row.open_minor, row.currency, words, original_minor=original, **facts)


# --- All of a company -----------------------------------------------------------------------------


def whole_book(company_id: int) -> Book:
    """All that is open in a company, without loading a row whole."""
    rows = db.session.execute(_open_of(company_id).order_by(Document.id))
    return Book([_as_open(row) for row in rows], _known(company_id))


def small_book(company_id: int, known: Known, *only: ColumnElement[bool]) -> Book | None:
    """The same while somebody waits, with what is known of one payer: None where much is open; `only` narrows it."""
    first = select(Document.id).where(Document.company_id == company_id, is_open()).limit(AT_ONCE + 1).subquery()
    if db.session.scalars(select(func.count()).select_from(first)).one() > AT_ONCE:
        return None
    rows = db.session.execute(_open_of(company_id).where(*only).order_by(Document.id))
    return Book([_as_open(row) for row in rows], known)


def loose_lines(company_id: int, most: int | None = None) -> list[BankTransaction]:
    """The lines of a company that something is open of, newest first."""
    mine = select(BankTransaction).where(BankTransaction.company_id == company_id, BankTransaction.waits())
    return list(db.session.scalars(mine.order_by(BankTransaction.date.desc(), BankTransaction.id.desc()).limit(most)))


def _known(company_id: int, *only: ColumnElement[bool], ibans: ColumnElement[bool] | None = None) -> Known:
    """Who paid from where under which name, by earlier matches, and the accounts of counterparties."""
    known = Known()
    paid = select(BankTransaction.party_iban, BankTransaction.party_name, Document.counterparty_id, func.count())
    paid = paid.join(Match, Match.transaction_id == BankTransaction.id).join(Document, Document.id == Match.document_id)
    paid = paid.where(BankTransaction.company_id == company_id, Document.counterparty_id.is_not(None), *only)
    for iban, name, party, times in db.session.execute(paid.group_by(*paid.selected_columns[:3])):
        if iban:
            known.ibans.setdefault(iban, Counter())[party] += times
        if name and (bare := bare_name(name)):
            known.names.setdefault(bare, Counter())[party] += times
    own = select(CounterpartyIban.iban, CounterpartyIban.counterparty_id).join(CounterpartyIban.counterparty)
    own = own.where(Counterparty.company_id == company_id, *([] if ibans is None else [ibans]))
    for iban, party in db.session.execute(own):
        known.ibans.setdefault(iban, Counter()).setdefault(party, 0)
    return known


# --- One line -------------------------------------------------------------------------------------


def book_for(row: BankTransaction, line: Line, *only: ColumnElement[bool]) -> Book:
    """The few open documents that one line may be about, with what is known of its payer; `only` narrows them."""
    mine = BankTransaction.party_name == row.party_name if row.party_name else None
    seen = [test for test in (_same_iban(row), mine) if test is not None]
    known = _known(row.company_id, or_(False, *seen), ibans=CounterpartyIban.iban == (row.party_iban or None))
    parties = _parties(row, line, known)
    ways = [_by_amount(row), _by_party(parties), *_by_number(line)]
    rows: dict[int, Any] = {}
    for way in ways:
        found = _open_of(row.company_id).where(way, *only).order_by(Document.due_date, Document.id).limit(MOST)
        rows |= {each.id: each for each in db.session.execute(found)}
    return Book([_as_open(each) for each in rows.values()], known)


def _same_iban(row: BankTransaction) -> ColumnElement[bool] | None:
    return BankTransaction.party_iban == row.party_iban if row.party_iban else None


def _parties(row: BankTransaction, line: Line, known: Known) -> list[int]:
    """Counterparties by account, by earlier matches, by a rule, and by how their name begins."""
    found = {party for parties in (*known.ibans.values(), *known.names.values()) for party in parties}
    found |= {row.counterparty_id} if row.counterparty_id else set()
    words = [word for word in dict.fromkeys(line.words.words) if len(word) > 2][:4]
    starts = [_begins(Counterparty.name_key, word) for word in map(name_key, words)]
    if starts:
        named = select(Counterparty.id).where(Counterparty.company_id == row.company_id, or_(*starts))
        found |= set(db.session.scalars(named.where(Counterparty.archived_at.is_(None)).limit(5 * MOST_PARTIES)))
    return sorted(found)


def _by_amount(row: BankTransaction) -> ColumnElement[bool]:
    """All of it is open, and comes to what is open of the line, or to what was paid in another currency."""
    wanted = {row.open_minor} | ({abs(row.original_minor)} if row.original_minor else set())
    return and_(AMOUNT.in_(wanted), Document.settled_minor == 0)


def _by_party(parties: Iterable[int]) -> ColumnElement[bool]:
    return Document.counterparty_id.in_(list(parties))


def _by_number(line: Line) -> list[ColumnElement[bool]]:
    """Its number, or the beginning of it that the bank left, or its reference."""
    keys = {key.lower() for _start, _end, raw, loose in line.words.numbers() for key in (raw, loose)}
    ways: list[ColumnElement[bool]] = [Document.number_key.in_(sorted(keys)[:MOST_KEYS])] if keys else []
    is_said = Document.payment_reference != ""  # as the index has it
    ways += [and_(is_said, Document.payment_reference.in_(_references(keys)))] if keys else []
    return ways + [_begins(Document.number_key, cut.lower()) for cut in line.words.cut_ends()]


def _begins(column: Any, word: str) -> ColumnElement[bool]:
    """Does it begin so? SQLite finds a range by its index; how PostgreSQL sorts depends on its language."""
    if db.session.get_bind().dialect.name == "sqlite":
        return and_(column >= word, column < word + "\uffff")
    test: ColumnElement[bool] = column.startswith(word, autoescape=True)
    return test


def _references(keys: set[str]) -> list[str]:
    """As they may be kept: in one piece, in groups of four, or as Belgian banks print them."""
    told = []
    for key in sorted((each.upper() for each in keys if len(each) >= 8), key=len, reverse=True)[:MOST_KEYS]:
        told += [key, " ".join(key[start : start + 4] for start in range(0, len(key), 4))]
        told += [f"+++{key[:3]}/{key[3:7]}/{key[7:]}+++"] if len(key) == 12 and key.isdigit() else []
    return told


# --- One document ---------------------------------------------------------------------------------


def lines_for(document: Document, visible: Select[tuple[BankTransaction]]) -> list[BankTransaction]:
    """Bank lines that may settle it, of those somebody may see: by amount, account, party and number."""
    way = BankTransaction.amount_minor > 0 if takes_money_in(document) else BankTransaction.amount_minor < 0
    sign = 1 if takes_money_in(document) else -1
    base = visible.where(BankTransaction.company_id == document.company_id, BankTransaction.waits(), way)
    tests = [BankTransaction.amount_minor == sign * (document.open_minor or 0)]
    if document.counterparty_id:
        ibans = select(CounterpartyIban.iban).where(CounterpartyIban.counterparty_id == document.counterparty_id)
        tests += [BankTransaction.party_iban.in_(ibans), BankTransaction.counterparty_id == document.counterparty_id]
    tests += _texts(document)
    rows: dict[int, BankTransaction] = {}
    for test in tests:
        found = base.where(test).order_by(BankTransaction.date.desc(), BankTransaction.id.desc()).limit(MOST_LINES)
        rows |= {each.id: each for each in db.session.scalars(found)}
    return list(rows.values())


def _texts(document: Document) -> list[ColumnElement[bool]]:
    """Near its days: its number, or the first word of its counterparty's name, in the label."""
    day = document.issue_date or document.due_date
    if day is None:
        return []
    near = BankTransaction.date.between(day - REACH[0], day + REACH[1])
    words = bare_name(document.party_name).split()
    wanted = [document.number, *sorted(words, key=len, reverse=True)[:1]]
    return [
        and_(near, BankTransaction.label.icontains(plain(each), autoescape=True)) for each in wanted if len(each) > 3
    ]


def book_of(document: Document) -> Book:
    """The document alone, with what is known of its counterparty."""
    facts = _open_of(document.company_id).where(Document.id == document.id)
    if document.counterparty_id is None:
        return Book([_as_open(row) for row in db.session.execute(facts)])
    own = CounterpartyIban.counterparty_id == document.counterparty_id
    known = _known(document.company_id, Document.counterparty_id == document.counterparty_id, ibans=own)
    return Book([_as_open(row) for row in db.session.execute(facts)], known)


def _open_of(company_id: int) -> Select[Any]:
    rows = select(*FACTS).outerjoin(Counterparty, Counterparty.id == Document.counterparty_id)
    return rows.where(Document.company_id == company_id, is_open())


def _as_open(row: Any) -> Open:
    is_sale = row.direction is Direction.SALE
    takes_in = is_sale is (row.kind is Kind.INVOICE)
    facts = {"issued": row.issue_date, "due": row.due_date, "reference": row.payment_reference, "name": row.name or ""}
    left = row.gross_minor - row.settled_minor
    return Open(row.id, row.counterparty_id, row.number, left, row.currency, takes_in, is_sale, **facts)
