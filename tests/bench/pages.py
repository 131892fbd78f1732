"""The list and the review page among 10,000 and 100,000 documents, beside a bare page of the same rows."""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pysqlite3
from flask import Flask, render_template
from jinja2 import DictLoader

from app.extensions import db
from app.users import people, sessions
from app.users.models import SignIn
from app.web.access import Role
from tests.bench.many import fill
from tests.live import make_live_app

SMALL, LARGE = 10_000, 100_000
TIMES = 60
ROW = "{:<44} {:>10} {:>10} {:>8}  {}"
BARE_LIST = """<!doctype html><title>Documents</title><table>{% for row in rows %}
<tr><td>{{ row.status }}</td>
<td><a href="/documents/{{ row.id }}">{{ row.name }}</a> {{ row.direction }} {{ row.label }}</td>
<td>{{ row.number }}</td><td>{{ row.issue_date }}</td><td>{{ row.due_date }}</td>
<td>{{ row.gross_minor / 100 }} {{ row.currency }}</td><td>{{ row.reason }}</td></tr>{% endfor %}</table>"""
BARE_REVIEW = """<!doctype html><title>Review</title><form>{% for name, value in document.items() %}
<label>{{ name }} <input name="{{ name }}" value="{{ value }}"></label>{% endfor %}</form>
<svg>{% for word in words %}<rect x="{{ word[1] }}" y="{{ word[2] }}" width="{{ word[3] - word[1] }}"
height="{{ word[4] - word[2] }}"><title>{{ word[0] }}</title></rect>{% endfor %}</svg>"""


def main() -> None:
    """Measure both sizes, ours and the bare pages in turn, and print one table."""
    found = {}
    for count in (SMALL, LARGE):
        with tempfile.TemporaryDirectory(prefix="facteur-bench-") as folder:
            found[count] = measure(Path(folder), count)
    print(ROW.format(f"one page, median of {TIMES}, in ms", f"{SMALL:,}", f"{LARGE:,}", "ratio", ""))
    for name in ("list", "review"):
        ours, bare = [{count: found[count][f"{kind}{name}"] for count in found} for kind in ("", "bare ")]
        print(ROW.format(f"bare page: {name}", *_told(bare), "1", ""))
        ratio = ours[LARGE] / bare[LARGE]
        print(ROW.format(f"ours: {name}", *_told(ours), f"{ratio:.1f}", f"target: <= 3: {_met(ratio <= 3)}"))
        growth = ours[LARGE] / ours[SMALL]
        print(
            ROW.format(
                f"{name}: {LARGE:,} against {SMALL:,}", "", "", f"{growth:.1f}", f"<= 2.5: {_met(growth <= 2.5)}"
            )
        )


def _told(seconds: dict[int, float]) -> tuple[str, str]:
    return f"{seconds[SMALL] * 1000:.1f}", f"{seconds[LARGE] * 1000:.1f}"


def _met(is_met: bool) -> str:
    return "met" if is_met else "MISSED"


def measure(folder: Path, count: int) -> dict[str, float]:
    """Median seconds of each page, all asked for in turn."""
    app = make_live_app(folder)
    with app.app_context():
        company = people.create_company("Atelier Zoé")
        person = people.create("zoe@atelier.example", role=Role.ADMIN, name="Zoé", password="correct horse battery")
        db.session.commit()
        document_id = fill(company, count)
        token = "token-of-the-bench"
        db.session.add(SignIn(token_hash=sessions.digest(token), user=person, company=company))
        db.session.commit()
        company_id = company.id
        db.session.remove()
    browser = app.test_client()
    with browser.session_transaction() as session:
        session["_user_id"], session["_fresh"] = token, True
    bare = bare_app(folder / "facteur.db", company_id, document_id).test_client()
    pages: dict[str, Callable[[], Any]] = {
        "bare list": lambda: bare.get("/documents"),
        "list": lambda: browser.get("/documents"),
        "bare review": lambda: bare.get("/review"),
        "review": lambda: browser.get(f"/review/{document_id}"),
    }
    taken: dict[str, list[float]] = {name: [] for name in pages}
    for _each in range(TIMES):
        for name, ask in pages.items():
            began = time.perf_counter()
            answer = ask()
            taken[name].append(time.perf_counter() - began)
            assert answer.status_code == 200, (name, answer.status_code)
    return {name: statistics.median(seconds[5:]) for name, seconds in taken.items()}


def bare_app(path: Path, company_id: int, document_id: int) -> Flask:
    """What the same rows cost with Flask, Jinja and sqlite3 alone: no rights, no words, no shell around them."""
    app = Flask("bare")
    app.jinja_loader = DictLoader({"list": BARE_LIST, "review": BARE_REVIEW})  # type: ignore[assignment]
    connection = pysqlite3.connect(str(path))
    connection.row_factory = pysqlite3.Row

    @app.get("/documents")
    def documents():
        rows = connection.execute(
            "SELECT d.*, c.name FROM document d LEFT JOIN counterparty c ON c.id = d.counterparty_id "
            "WHERE d.company_id = ? AND d.trashed_at IS NULL "
            "ORDER BY coalesce(d.issue_date, '9999-12-31') DESC, d.id DESC LIMIT 25",
            (company_id,),
        ).fetchall()
        return render_template("list", rows=rows)

    @app.get("/review")
    def review():
        document = connection.execute("SELECT * FROM document WHERE id = ?", (document_id,)).fetchone()
        reading = connection.execute(
            "SELECT pages FROM document_reading WHERE document_id = ?", (document_id,)
        ).fetchone()
        words = [word for page in json.loads(reading["pages"]) for word in page["words"]]
        return render_template("review", document=dict(document), words=words)

    return app


if __name__ == "__main__":
    sys.exit(main())
