"""Prometheus' text format: what a metric is called, what it counts, and its values by label."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

TYPE = "text/plain; version=0.0.4; charset=utf-8"
_ESCAPED = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


@dataclass(frozen=True)
class Gauge:
    """One figure, as often as there are combinations of its labels."""

    name: str
    help: str
    values: Iterable[tuple[Mapping[str, object], float | int | None]]


def written(gauges: Iterable[Gauge]) -> str:
    """All of them; a value nobody knows is left out."""
    lines = []
    for gauge in gauges:
        lines += [f"# HELP facteur_{gauge.name} {gauge.help}", f"# TYPE facteur_{gauge.name} gauge"]
        lines += [f"facteur_{gauge.name}{_labels(by)} {value}" for by, value in gauge.values if value is not None]
    return "\n".join(lines) + "\n"


def _labels(by: Mapping[str, object]) -> str:
    written = ",".join(f'{name}="{str(value).translate(_ESCAPED)}"' for name, value in by.items())
    return f"{{{written}}}" if written else ""
