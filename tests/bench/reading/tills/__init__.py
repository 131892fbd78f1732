"""Till receipts of invented shops in six languages, drawn by seed and aged as thermal paper is.

A shop in `shops.toml` says how its till words and sets a slip. Those whose name begins with `held-` are there to
measure with: nobody looks at them one by one.
"""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

from tests.bench.reading.tills import paper
from tests.bench.reading.tills.shop import Shop, shops
from tests.bench.reading.tills.slip import Sale, rows


def draw_all(folder: Path, each: int, seed: int = 1, only: str = "") -> Path:
    """Draw `each` slips of every shop (of those whose name holds `only`); gives the manifest's path."""
    lines = []
    for shop in shops():
        for turn in range(each if only in shop.key else 0):
            chance = Random(f"{seed} {shop.key} {turn}")
            sale, name = Sale(shop, chance), f"{shop.key}-{turn + 1}.jpg"
            (folder / name).write_bytes(paper.photographed(rows(sale), shop, chance))
            lines.append(line(shop, sale, name))
    manifest = folder / "manifest.jsonl"
    manifest.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in lines), "utf-8")
    return manifest


def line(shop: Shop, sale: Sale, file: str) -> dict[str, Any]:
    """The manifest's line of a slip."""
    truth = {"issue_date": sale.day.isoformat(), "total_gross": str(sale.to_pay), "seller_name": shop.name}
    truth |= {"currency": shop.currency} if shop.sign else {}
    return {
        "file": file, "set": shop.key, "group": file.removesuffix(".jpg"), "layout": shop.key,
        "doc_type": "receipt", "medium": "scan", "has_xml": False, "language": shop.language, "truth": truth,
        "notes": [], "visible": dict.fromkeys(truth, True),
    }  # fmt: skip
