"""A document laid out, with every label and every candidate found: what all decisions are made from."""

from __future__ import annotations

from dataclasses import dataclass

from app.extraction.evidence import Evidence, gather
from app.extraction.labels import Label, find_labels
from app.extraction.layout import Layout, lay_out
from app.extraction.spots import Values
from app.extraction.values import find_values
from app.reader.contents import Contents


@dataclass(slots=True)
class Study:
    """One document, taken apart once."""

    layout: Layout
    labels: list[Label]
    values: Values
    evidence: Evidence
    language: str


def study(contents: Contents) -> Study:
    """Take a document apart."""
    layout = lay_out(contents)
    labels, language = find_labels(layout)
    values = find_values(layout)
    return Study(layout, labels, values, gather(layout, labels, values), language)
