"""Invoices of invented suppliers in six languages, drawn anew by seed: nobody's rules were tuned to them.

A family is one supplier's way to word and lay out its papers, described in `known/*.toml` and drawn by the functions
of `heads`, `metas`, `tables`, `sums` and `marks`. `draw_all` writes PDFs and a manifest like the corpus has.
"""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

from tests.bench.reading.families import page, truth
from tests.bench.reading.families.family import Family, facts, families
from tests.bench.reading.families.mixed import mixed

LAYOUTS = 50


def draw_all(folder: Path, each: int, seed: int = 1, only: str = "") -> Path:
    """Draw `each` papers of every family (of those whose name holds `only`); gives the manifest's path."""
    return _drawn(folder, [family for family in families() if only in family.name], each, seed)


def draw_mixed(folder: Path, each: int, seed: int = 1, only: str = "") -> Path:
    """The same of fifty layouts that are mixed by chance, other ones for each seed."""
    return _drawn(folder, [family for family in mixed(LAYOUTS, seed) if only in family.name], each, seed)


def _drawn(folder: Path, chosen: list[Family], each: int, seed: int) -> Path:
    lines = []
    for family in chosen:
        for turn in range(each):
            chance = Random(f"{seed} {family.name} {turn}")
            about = facts(family, chance, turn)
            name = f"{family.name}-{turn + 1}.pdf"
            data, said = page.draw(family, about)
            (folder / name).write_bytes(data)
            lines.append(truth.line(family, about, said, data, name))
    manifest = folder / "manifest.jsonl"
    manifest.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
    return manifest
