"""The table of the bench: each goal, what was reached, on how many documents."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from tests.bench.reading.goals import Row, rows
from tests.bench.reading.measuring import Measured, Reading
from tests.bench.reading.scorer import scorer

LABEL, CELL = "{:<12}{:<27}", "{:>8} {:>8} {:>5} {:<8}"


@dataclass
class Side:
    """One manifest's column of the table."""

    name: str
    measured: dict[str, Measured]
    is_unseen: bool

    def goal(self, row: Row) -> float | None:
        return row.unseen if self.is_unseen else row.known


def show(sides: list[Side]) -> None:
    """The tables, all sides beside each other."""
    print(LABEL.format("", "") + "   ".join(f"{_title(side):<32}" for side in sides).rstrip())
    print(
        LABEL.format("group", "measure") + "   ".join(CELL.format("goal", "reached", "of", "") for _ in sides).rstrip()
    )
    for row in rows():
        cells = [_cell(side, row) for side in sides]
        if any(cells):
            print((LABEL.format(row.group, row.what) + "   ".join(cell or " " * 32 for cell in cells)).rstrip())
    for side in sides:
        show_speed(side)
        if side.is_unseen:
            show_sets(side)


def _title(side: Side) -> str:
    files = {one.document["file"] for measured in side.measured.values() for one in measured.readings}
    return f"   {side.name} ({len(files)} documents)"


def _cell(side: Side, row: Row) -> str:
    measured = side.measured.get(row.group)
    if measured is None:
        return ""
    if measured.reason:
        return f"   {measured.reason:<29}"
    reached, count = row.share(measured.readings)
    if not count:
        return ""
    goal, percent = side.goal(row), 100 * reached / count
    verdict = "" if goal is None else "met" if percent >= goal - 1e-9 else "MISSED"
    return CELL.format("–" if goal is None else f"{goal:g} %", f"{percent:.1f} %", count, verdict)


def show_speed(side: Side) -> None:
    """Seconds for each document, by group."""
    for name, measured in side.measured.items():
        seconds = [one.answer["seconds"] for one in measured.readings if "seconds" in one.answer]
        if seconds:
            middle, late = (scorer().quantile(seconds, percent) for percent in (50, 95))
            print(f"{side.name}, {name}: {middle:.2f} s a document in the median, {late:.2f} s at p95")


def show_sets(side: Side) -> None:
    """The families that were not read whole, worst first."""
    for name, measured in side.measured.items():
        found = defaultdict(list)
        for one in measured.readings:
            if one.is_exact is not None:
                found[one.document["set"]].append(one.is_exact)
        missed = sorted((sum(each) / len(each), set_name, each) for set_name, each in found.items() if not all(each))
        if found:
            print(f"{side.name}, {name}: {len(found) - len(missed)} of {len(found)} families exact throughout", end="")
            print(
                ": " * bool(missed) + ", ".join(f"{set_name} {sum(each)}/{len(each)}" for _, set_name, each in missed)
            )


def show_wrong(sides: list[Side]) -> None:
    """Every field that is wrong or missing, with what was said instead and how surely."""
    for side in sides:
        for name, measured in side.measured.items():
            for one in measured.readings:
                _show_wrong(f"{side.name} {name}", one)


def _show_wrong(where: str, one: Reading) -> None:
    said = one.answer.get("fields") or {}
    if one.answer.get("error") and one.document["doc_type"] != "other":
        print(f"{where}: {one.document['file']}: {one.answer['error']}: {one.answer.get('reason')}")
    for field, verdict in one.verdicts.items():
        if verdict != "correct":
            truth, sure = one.document["truth"][field], one.confidence(field)
            print(f"{where}: {one.document['file']}: {field}: {truth!r}, said {said.get(field)!r} ({sure:.2f})")
    if one.document["doc_type"] == "other":
        given = {field: said[field] for field in ("number", "total_gross") if said.get(field)}
        if given and not one.answer.get("flags"):
            print(f"{where}: {one.document['file']}: no invoice, said {given}")
