"""Lists, searches and a document among a million, beside the same among 10,000 and a bare page of the same rows."""

from __future__ import annotations

import gc
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from flask import Flask, render_template
from flask.testing import FlaskClient
from jinja2 import DictLoader
from sqlalchemy import text

from app.core import clock
from app.documents import search
from app.documents.wanted import Wanted
from app.extensions import db
from app.users import people, sessions
from app.users.models import Company, SignIn, User
from app.web.access import Role
from tests.bench import table, words
from tests.bench.crowded import fill
from tests.bench.pages import BARE_LIST
from tests.live import execute, let_go, make_live_app, migrate, own_postgresql

SMALL, MILLION, ON_SQLITE = 10_000, 1_000_000, 200_000
TIMES, UNCOUNTED = 45, 5
MOST_MS, MOST_GROWTH = 50, 1.5
SERVER: list[int] = []
"""The process of the database, where it is one of its own."""
ROW = "{:<40} {:>9} {:>9} {:>7}  {}"
ADDRESSES = {
    "list": "/documents",
    "list of a tab": "/documents?tab=to_match",
    "list, page far behind": "/documents?after=2021-03-05_{any}",
    "list by amount": "/documents?sort=-amount",
    "list of a counterparty": "/documents?counterparty={party}",
    "list of a month's purchases": "/documents?since=2023-05-01&until=2023-05-31&direction=purchase",
    "list of an amount": "/documents?at_least={amount}&at_most={amount}",
    "list of what is late": "/documents?late=yes",
    "list of possible duplicates": "/documents?twins=yes",
    "search: rare word": "/documents?q={rare}",
    "search: common word": "/documents?q=facture",
    "search: one of a hundred": "/documents?q=fournitures+{label}",
    "search: words of years ago": "/documents?q=2020+total",
    "search: number": "/documents?q=F-{number}",
    "search: end of a number": "/documents?q={number}",
    "search: amount": "/documents?q={amount}",
    "search: two words": "/documents?q={often}+{rare}",
    "search in the trash": "/trash?q=facture",
    "one document": "/documents/{any}",
}
OF_THE_RESTRICTED = ("list", "list of a tab", "search: rare word", "search: common word")


def main() -> None:
    """Measure both databases, each at both sizes."""
    with own_postgresql() as server:
        SERVER.append(int(Path(server.rpartition("host=")[2], "data", "postmaster.pid").read_text().split()[0]))
        compare("PostgreSQL", MILLION, lambda folder, name: _postgresql(server, folder, name))
    SERVER.clear()
    compare("SQLite", ON_SQLITE, lambda folder, _name: make_live_app(folder))


def _postgresql(server: str, folder: Path, name: str) -> Flask:
    execute(server, f"CREATE DATABASE {name}")
    app = make_live_app(folder, database_url=server.replace("/postgres?", f"/{name}?"))
    migrate(app)
    return app


def compare(database: str, count: int, make: Callable[[Path, str], Flask]) -> None:
    """Both sizes on one database, as a table."""
    found = {}
    for size in (SMALL, count):
        with tempfile.TemporaryDirectory(prefix="facteur-bench-") as folder:
            app = make(Path(folder), f"bench_{size}")
            found[size] = measure(app, *make_all(app, size), size)
            let_go(app)
    tell(database, count, found)


def tell(database: str, count: int, found: dict[int, dict[str, float]]) -> None:
    """The table, and what of it is not as it should be."""
    print(ROW.format(f"{database}, p95 of {TIMES}, ms of work", f"{SMALL:,}", f"{count:,}", "ratio", ""))
    missed = [name for name in found[count] if not _told(name, found[SMALL][name], found[count][name])]
    aim = f"{database}: p95 < {MOST_MS} ms and <= {MOST_GROWTH} of {SMALL:,}"
    table.target(f"{aim}; missed: {', '.join(missed) or 'none'}", not missed)


def _told(name: str, small: float, large: float) -> bool:
    """One line; whether its target was reached."""
    growth, is_bare = large / small, name.startswith("bare")
    is_met = is_bare or (large < MOST_MS and growth <= MOST_GROWTH)
    print(ROW.format(name, f"{small:.1f}", f"{large:.1f}", f"{growth:.2f}", "" if is_met else "MISSED"), flush=True)
    return is_met


def make_all(app: Flask, count: int) -> tuple[int, int, int]:
    """The company, its admin and its restricted member, once all documents are there."""
    began = time.perf_counter()
    with app.app_context():
        company, admin, member = _make_people()
        ids = company.id, admin.id, member.id
        fill(company, count, member)
    print(f"{count:,} documents made in {time.perf_counter() - began:.0f} s", flush=True)
    return ids


def measure(app: Flask, company_id: int, admin_id: int, member_id: int, count: int) -> dict[str, float]:
    """The 95th percentile of each, in milliseconds of work, all asked for in turn."""
    admin, member = (_browser(app, user_id, company_id) for user_id in (admin_id, member_id))
    ask = {"bare list": _bare(app, company_id), "tab counts alone": _counting(app, company_id, admin_id)}
    ask |= {name: _asking(admin, address, count) for name, address in ADDRESSES.items()}
    ask |= {f"restricted: {name}": _asking(member, ADDRESSES[name], count) for name in OF_THE_RESTRICTED}
    gc.freeze()  # as `wsgi.py` does
    taken: dict[str, list[float]] = {name: [] for name in ask}
    for name, each in ((name, each) for _time in range(TIMES + UNCOUNTED) for name, each in ask.items()):
        began = _worked()
        each()
        taken[name].append((_worked() - began) * 1000)
    return {name: statistics.quantiles(times[UNCOUNTED:], n=20)[-1] for name, times in taken.items()}


def _worked() -> float:
    """Seconds this process and the database's have worked so far: what others do meanwhile does not count."""
    children = Path(f"/proc/{SERVER[0]}/task/{SERVER[0]}/children").read_text().split() if SERVER else []
    told = [path.read_text().split()[0] for pid in children if (path := Path(f"/proc/{pid}/schedstat")).exists()]
    return time.process_time() + sum(map(int, told)) / 1e9


def _make_people() -> tuple[Company, User, User]:
    company = people.create_company("Atelier Zoé")
    company.restrict_non_admins = True
    made = [
        people.create(f"{role}@atelier.example", role=role, name=role.value, password="correct horse battery")
        for role in (Role.ADMIN, Role.MEMBER)
    ]
    db.session.commit()
    return company, *made  # type: ignore[return-value]


def _browser(app: Flask, user_id: int, company_id: int) -> FlaskClient:
    token, browser = f"token-of-{user_id}", app.test_client()
    with app.app_context():
        db.session.add(SignIn(token_hash=sessions.digest(token), user_id=user_id, company_id=company_id))
        db.session.commit()
        db.session.remove()
    with browser.session_transaction() as session:
        session["_user_id"], session["_fresh"] = token, True
    return browser


def _asking(browser: FlaskClient, address: str, count: int) -> Callable[[], None]:
    """Ask for it, each time for another number, word or amount."""
    chance = random.Random(5)

    def ask() -> None:
        number = chance.randrange(1, count)
        said = {"any": number, "number": f"{number:07}", "amount": f"{chance.randrange(1_000, 900_000) / 100:.2f}"}
        said |= {"label": number % 97, "party": 1 + number % 400, "rare": chance.choice(words.vocabulary()[10_000:])}
        said["often"] = chance.choice(words.vocabulary()[20:100])
        answer = browser.get(address.format(**said))
        assert answer.status_code == 200, (address, answer.status_code)

    return ask


def _counting(app: Flask, company_id: int, user_id: int) -> Callable[[], None]:
    def count() -> None:
        with app.app_context():
            user, company = db.session.get_one(User, user_id), db.session.get_one(Company, company_id)
            search.counts(user, company, Wanted(), clock.today())

    return count


def _bare(app: Flask, company_id: int) -> Callable[[], None]:
    """What the rows of the first page cost with Flask, Jinja and SQL alone: no rights, no words, no shell around."""
    bare = Flask("bare")
    bare.jinja_loader = DictLoader({"list": BARE_LIST})  # type: ignore[assignment]
    query = text(
        "SELECT d.*, c.name FROM document d LEFT JOIN counterparty c ON c.id = d.counterparty_id "
        "WHERE d.company_id = :company AND d.trashed_at IS NULL "
        "ORDER BY coalesce(d.issue_date, '9999-12-31') DESC, d.id DESC LIMIT 25"
    )

    @bare.get("/documents")
    def documents() -> str:
        with engine.connect() as connection:
            return render_template("list", rows=connection.execute(query, {"company": company_id}).all())

    with app.app_context():
        engine = db.engine
    browser = bare.test_client()
    return lambda: _must(browser.get("/documents").status_code == 200)


def _must(is_so: bool) -> None:
    assert is_so


if __name__ == "__main__":
    sys.exit(main())
