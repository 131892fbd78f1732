"""How well and how fast bank lines find their documents: a year with known truth, two seeds, beside a baseline."""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text

from app.bank import suggesting
from app.bank.automatic import sure_ones
from app.bank.book import Book, Known, Line, Open
from app.bank.candidates import AT_ONCE
from app.bank.models import BankTransaction
from app.bank.scoring import suggest
from app.bank.writing import Words
from app.core import clock
from app.counterparties.models import Counterparty, plain
from app.documents.models import Direction, Document, Kind, ReadState, Status, key_of
from app.extensions import db
from app.users.models import User
from tests.bank.lines import make_statement
from tests.bench import bank_year
from tests.bench.bank_year import Bill, Said, Year
from tests.factories import make_company, make_user
from tests.live import make_live_app

BILLS, MANY = 12_000, 100_000
SEEDS = {"seed 1 (looked at while it was written)": 1, "seed 31415 (held out)": 31415}
Answers = list[frozenset[int]]


@dataclass
class Score:
    """What was right, of how many."""

    automatic: int = 0
    wrong: int = 0
    asked: int = 0
    first: int = 0
    three: int = 0
    noise: int = 0
    raised: int = 0
    missed: Counter[str] = field(default_factory=Counter)

    def row(self, name: str) -> str:
        """One line of the table."""
        share = lambda part, whole: f"{100 * part / whole:7.2f} %" if whole else "      –  "  # noqa: E731
        right = self.automatic - self.wrong
        figures = [share(right, self.automatic), f"{self.automatic:7}", share(self.first, self.asked)]
        figures += [share(self.three, self.asked), share(self.raised, self.noise)]
        return f"  {name:<12}" + " ".join(figures)


def main() -> None:
    """Quality by both seeds, then speed."""
    for title, seed in SEEDS.items():
        year = bank_year.make(seed, BILLS)
        print(f"{title}: {len(year.bills)} documents, {len(year.lines)} lines, month by month")
        print("               automatic right   count      first   of three  noise with a suggestion")
        for name, run in (("baseline", baseline), ("facteur", ours)):
            score = quality(year, run)
            print(score.row(name), flush=True)
        print("  not first, by kind:", ", ".join(f"{kind} {count}" for kind, count in score.missed.most_common()))
    speed()
    one_line()


# --- Quality --------------------------------------------------------------------------------------


Run = Callable[[list[Said], list[Bill], Known], tuple[dict[int, Answers], dict[int, frozenset[int]]]]


def quality(year: Year, run: Run) -> Score:
    """Month by month: what was issued and is open, what came, and what people then matched and taught."""
    score, known = Score(), Known(parties={firm.number: firm.name for firm in year.firms})
    left = {bill.number: bill.minor for bill in year.bills}
    for lines in _months(year):
        last = max(line.day for line in lines)
        is_open = [bill for bill in year.bills if left[bill.number] and bill.issued <= last + timedelta(days=1)]
        answers, automatic = run(lines, [_left(bill, left) for bill in is_open], known)
        for line in lines:
            _count(score, line, answers.get(line.number, []), automatic.get(line.number))
        for line in lines:
            _settle(year, line, left, known)
    return score


def _months(year: Year) -> Iterable[list[Said]]:
    months: dict[tuple[int, int], list[Said]] = defaultdict(list)
    for line in year.lines:
        months[line.day.year, line.day.month].append(line)
    return [months[month] for month in sorted(months)]


def _left(bill: Bill, left: dict[int, int]) -> Bill:
    return bill if left[bill.number] == bill.minor else Bill(**{**bill.__dict__, "minor": left[bill.number]})


def _count(score: Score, line: Said, answers: Answers, automatic: frozenset[int] | None) -> None:
    if automatic is not None:
        score.automatic += 1
        score.wrong += automatic != line.truth
    if not line.truth:
        score.noise += 1
        score.raised += bool(answers)
        return
    score.asked += 1
    score.first += answers[:1] == [line.truth]
    score.three += line.truth in answers[:3]
    if answers[:1] != [line.truth]:
        score.missed[line.kind if line.label[:3] not in {"CHE", "REM"} else "cheque"] += 1


def _settle(year: Year, line: Said, left: dict[int, int], known: Known) -> None:
    """People match it rightly; what it says of its payer is known from then on."""
    paid = abs(line.minor)
    for number in line.truth:
        part = left[number] if line.kind != "part" else min(left[number], paid)
        left[number] -= part
        paid -= part
        firm = year.bills[number].firm.number
    if line.truth:
        if line.iban:
            known.ibans.setdefault(line.iban, Counter())[firm] += 1
        if name := _words(line).name:
            known.names.setdefault(name, Counter())[firm] += 1


def ours(lines: list[Said], bills: list[Bill], known: Known) -> tuple[dict[int, Answers], dict[int, frozenset[int]]]:
    """As the page of a line suggests, and as the job matches."""
    book, is_small = Book((_open(bill) for bill in bills), known), len(bills) <= AT_ONCE
    told = {line.number: suggest(_line(line), book) for line in lines}
    sure = sure_ones(told)
    told = {line.number: told[line.number] or suggest(_line(line), book, guess=is_small) for line in lines}
    answers = {number: [frozenset(d.id for d in each.documents) for each in likely] for number, likely in told.items()}
    return answers, {number: frozenset([each.documents[0].id]) for number, each in sure.items()}


def baseline(
    lines: list[Said], bills: list[Bill], _known: Known
) -> tuple[dict[int, Answers], dict[int, frozenset[int]]]:
    """The plain way: the number as it is printed and the amount; else the amount, nearest to its due date."""
    by_minor: dict[int, list[Bill]] = defaultdict(list)
    for bill in bills:
        by_minor[bill.minor if bill.firm.is_customer is not bill.is_credit else -bill.minor].append(bill)
    answers, automatic = {}, {}
    for line in lines:
        same = by_minor.get(line.minor, [])
        ranked = sorted(same, key=lambda bill: (bill.text not in line.label, abs((bill.due - line.day).days)))
        answers[line.number] = [frozenset([bill.number]) for bill in ranked[:5]]
        if ranked and ranked[0].text in line.label:
            automatic[line.number] = answers[line.number][0]
    return answers, automatic


def _open(bill: Bill) -> Open:
    takes_in = bill.firm.is_customer is not bill.is_credit
    facts = {"issued": bill.issued, "due": bill.due, "reference": bill.reference, "name": bill.firm.name}
    return Open(bill.number, bill.firm.number, bill.text, bill.minor, "EUR", takes_in, bill.firm.is_customer, **facts)


def _words(line: Said) -> Words:
    return Words(line.label, line.name, line.reference)


def _line(line: Said) -> Line:
    return Line(line.number, line.day, line.minor, "EUR", _words(line), line.iban)


# --- Speed ----------------------------------------------------------------------------------------


def speed() -> None:
    """All of a large company's lines against all its open documents, on one core."""
    year = bank_year.make(3, MANY)
    lines = (year.lines * 2)[:MANY]
    known = Known(parties={firm.number: firm.name for firm in year.firms})
    began = time.process_time()
    book = Book((_open(bill) for bill in year.bills), known)
    built = time.process_time()
    count = sum(len(suggest(_line(line), book)) for line in lines)
    ended = time.process_time()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{len(lines)} lines against {len(year.bills)} open documents, CPU seconds of one core:", end=" ")
    print(f"book {built - began:.1f} s, {count} suggestions {ended - built:.1f} s; {most:.0f} MB at most", flush=True)


def one_line() -> None:
    """The suggestions of one line and of one document, from a database with as many open documents."""
    with tempfile.TemporaryDirectory(prefix="facteur-bench-") as folder:
        app = make_live_app(Path(folder))
        with app.app_context():
            user_id, ids, document_ids = _fill()
            user = db.session.get_one(User, user_id)
            for name, model, chosen, ask in (
                ("a line's documents", BankTransaction, ids, suggesting.for_line),
                ("a document's lines", Document, document_ids, suggesting.for_document),
            ):
                times = sorted(_timed(user, db.session.get_one(model, each), ask) for each in chosen)
                half, most = times[len(times) // 2], times[int(len(times) * 0.95)]
                print(f"{name}: median {half * 1000:.1f} ms, 95 % below {most * 1000:.1f} ms of CPU", flush=True)


def _timed(user: User, row: Any, ask: Any) -> float:
    began = time.process_time()
    ask(user, row)
    return time.process_time() - began


def _fill() -> tuple[int, list[int], list[int]]:
    """One large company on SQLite; some of its lines and documents to ask about."""
    year, company = bank_year.make(3, MANY), make_company()
    user, statement = make_user(company=company), make_statement(company)
    firms = [{"id": 1000 + firm.number, "company_id": company.id, "name": firm.name, **FIRM} for firm in year.firms]
    for firm in firms:
        firm["name_key"] = plain(firm["name"])
    db.session.execute(insert(Counterparty.__table__), firms)
    db.session.execute(insert(Document.__table__), [_row(bill, company.id) for bill in year.bills])
    common = {"company_id": company.id, "account_id": statement.account_id, "statement_id": statement.id} | LINE
    lines = [
        common | {"id": 1000 + line.number, "key": str(line.number), "date": line.day, "amount_minor": line.minor}
        | {"label": line.label, "party_name": line.name, "party_iban": line.iban, "reference": line.reference}
        for line in year.lines
    ]  # fmt: skip
    db.session.execute(insert(BankTransaction.__table__), lines)
    db.session.commit()
    db.session.execute(text("ANALYZE"))
    return user.id, [line["id"] for line in lines[::400]], [1000 + bill.number for bill in year.bills[::400]]


def _row(bill: Bill, company_id: int) -> dict[str, Any]:
    direction = Direction.SALE if bill.firm.is_customer else Direction.PURCHASE
    facts = {"id": 1000 + bill.number, "company_id": company_id, "counterparty_id": 1000 + bill.firm.number}
    facts |= {"number": bill.text, "number_key": key_of(bill.text), "gross_minor": bill.minor, "direction": direction}
    facts |= {"kind": Kind.CREDIT_NOTE if bill.is_credit else Kind.INVOICE, "payment_reference": bill.reference}
    facts |= {"issue_date": bill.issued, "due_date": bill.due, "validated_at": NOW, "created_at": NOW}
    return facts | {"status": Status.TO_MATCH, "read_state": ReadState.READ, "reason": {"key": "to_match"}}


NOW = clock.now()
FIRM = {"is_supplier": True, "is_customer": True, "created_at": NOW}
LINE = {"currency": "EUR", "bank_reference": "", "original_currency": "", "matched_minor": 0, "created_at": NOW}
LINE |= {"ignored_reason": ""}


if __name__ == "__main__":
    sys.exit(main())
