"""What is read of the corpus of bank files beside what is known of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.bank.formats import reading, table
from app.bank.formats.statement import StatementRead, Wrong
from app.reader import acts
from app.web.fields import compact
from tests.bench.reading.scorer import SHARED

CORPUS = SHARED / "corpus"
MANIFEST = CORPUS / "bank/manifest.jsonl"
USUAL = "EUR"
"""The currency of the account, where a table says none."""


def show() -> bool:
    """Print per format how many expectations hold, and each that does not; whether all do."""
    if not MANIFEST.exists():
        print(f"no corpus at {MANIFEST}")
        return True
    held, asked, differing = Counter[str](), Counter[str](), []
    for each in map(json.loads, MANIFEST.read_text(encoding="utf-8").splitlines()):
        for name, wanted, found in compared(each):
            asked[each["format"]] += 1
            held[each["format"]] += wanted == found
            if wanted != found:
                differing.append(f"  {each['file']}: {name} should be {wanted}, is {found}")
    for form in asked:
        print(f"{form:<12} {held[form]:>4} of {asked[form]} expectations hold")
    print("\n".join(differing) or "  nothing differs")
    return not differing


def compared(each: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Name, wanted and found of each expectation of a file; a value nobody knows is not asked for."""
    wanted = each["expect"]
    try:
        form, statements = read(CORPUS / each["file"])
    except Wrong as wrong:
        yield "refusal", bool(wanted.get("refuse")), True
        return print(f"  refused: {each['file']}: {wrong.note}") if wanted.get("refuse") else print(wrong.note)
    if wanted.get("refuse") or "note" in wanted:
        yield "refusal", bool(wanted.get("refuse")), False
        return
    found = summary(form, statements)
    for name in ("statements", "lines", "sum", "first_date", "last_date", "accounts", "currency"):
        if name in wanted:
            yield name, _plain(wanted[name]), _plain(found[name])
    for place, one in enumerate(wanted.get("per_statement", [])):
        told = _of_statement(statements[place]) if place < len(statements) else {}
        for name, value in one.items():
            if value is not None:
                yield f"{name} of statement {place + 1}", _plain(value), _plain(told.get(name))


def read(path: Path) -> tuple[str, list[StatementRead]]:
    """As an import reads it; a workbook through the reader's child."""
    data = path.read_bytes()
    if reading.judge(data) == "xlsx":
        rows = max((sheet.rows for sheet in acts.sheet(path)), key=len)
        return "xlsx", table.read(rows, table.guess(rows))
    return reading.read(data)


def summary(form: str, statements: list[StatementRead]) -> dict[str, Any]:
    """What the manifest says of a file; of MT940 it says the value dates."""
    lines = [line for each in statements for line in each.lines]
    days = sorted(day for line in lines if (day := line.value_date if form == "mt940" else line.date))
    usual = USUAL if form in ("csv", "xlsx") else ""
    return {
        "statements": len(statements),
        "lines": len(lines),
        "sum": f"{sum(each.total for each in statements):.2f}",
        "first_date": days[0].isoformat() if days else None,
        "last_date": days[-1].isoformat() if days else None,
        "accounts": sorted({each.account for each in statements} - {""}),
        "currency": sorted({each.currency or usual for each in statements} - {""}),
    }


def _of_statement(each: StatementRead) -> dict[str, Any]:
    written = lambda value: None if value is None else f"{value:.2f}"  # noqa: E731
    balances = {"opening": written(each.opening), "closing": written(each.closing)}
    holds = None if each.difference is None else each.difference == 0
    return {"account": each.account, "lines": len(each.lines), "sum": written(each.total), "balances": holds} | balances


def _plain(value: Any) -> Any:
    """Accounts are the same however they are grouped."""
    if isinstance(value, list):
        return sorted(compact(each) for each in value)
    return compact(value) if isinstance(value, str) and any(each.isalpha() for each in value) else value
