"""A table of figures to be kept as a file: CSV or XLSX."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Response

from app.lists import csv_table, xlsx_table
from app.lists.blueprint import XLSX
from app.lists.streaming import download


def table(kind: str, name: str, title: Any, heads: Iterable[Any], rows: Iterable[list[Any]]) -> Response:
    """These rows as a file of this name: texts stay texts, amounts are numbers, days are days (SAFETY S83)."""
    if kind == "csv":
        return download(csv_table.pieces(heads, rows), f"{name}.csv", "text/csv")
    return download(xlsx_table.pieces(title, heads, rows), f"{name}.xlsx", XLSX)
