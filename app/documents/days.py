"""How many days lie between two days, and seconds between two moments, counted by the database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class days_between(FunctionElement[int]):
    """From the first day to the second; below zero where the second is earlier."""

    name = "days_between"
    type = Integer()
    inherit_cache = True


class seconds_between(FunctionElement[int]):
    """From the first moment to the second."""

    name = "seconds_between"
    type = BigInteger()
    inherit_cache = True


@compiles(days_between, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **how: Any) -> str:
    first, second = (compiler.process(each, **how) for each in element.clauses)
    return f"CAST(julianday({second}) - julianday({first}) AS INTEGER)"


@compiles(days_between, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **how: Any) -> str:
    first, second = (compiler.process(each, **how) for each in element.clauses)
    return f"(CAST({second} AS date) - CAST({first} AS date))"


@compiles(seconds_between, "sqlite")
def _seconds_on_sqlite(element: Any, compiler: Any, **how: Any) -> str:
    first, second = (compiler.process(each, **how) for each in element.clauses)
    return f"CAST(round((julianday({second}) - julianday({first})) * 86400) AS INTEGER)"


@compiles(seconds_between, "postgresql")
def _seconds_on_postgresql(element: Any, compiler: Any, **how: Any) -> str:
    first, second = (compiler.process(each, **how) for each in element.clauses)
    return f"CAST(EXTRACT(EPOCH FROM ({second} - {first})) AS BIGINT)"
