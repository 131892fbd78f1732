"""How the bench chooses, judges and counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.reading import goals, groups, teaching
from tests.bench.reading.measuring import Reading, read_or_say
from tests.bench.reading.scorer import SHARED

needs_the_scorer = pytest.mark.skipif(not (SHARED / "score").is_dir(), reason=f"no scorer at {SHARED}")


def document(group: str, seller: str = "Lumen", **said) -> dict:
    return {"group": group, "file": group, "doc_type": "invoice", "truth": {"seller_name": seller}, **said}


def test_taught_and_tested_never_share_a_group():
    """EX-6: the other profiles of a taught invoice would be no proof."""
    taught, tested = teaching.split([document("a"), document("a"), document("b"), document("c", layout="grid")])
    assert [each["group"] for each in taught] == ["a", "c"]
    assert [each["group"] for each in tested] == ["b"]


def test_a_file_that_crashes_the_reader_is_an_answer(tmp_path: Path):
    """S29: one file never ends the run."""
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7 and nothing else")
    assert read_or_say(groups.Paper("digital", "broken.pdf", broken))["error"]
    assert read_or_say(groups.Paper("rasterised", "broken.pdf", broken, ageing="scanned"))["error"] == "crashed"


@needs_the_scorer
def test_sureness_counts_only_what_was_asked_for():
    """EX-3: right when sure and covering are shares of the scored fields."""
    said = {"confidence": {"number": 0.95, "currency": 0.95, "total_gross": 0.5}}
    verdicts = {"number": "correct", "currency": "wrong", "total_gross": "correct", "iban": "missing"}
    readings = [Reading(document("a"), said, verdicts), Reading({"doc_type": "other"}, said, {})]
    assert goals.right_when_sure(readings) == (1, 2)
    assert goals.sure(readings) == (2, 4)


@needs_the_scorer
def test_a_sure_total_on_what_is_no_invoice_is_counted():
    """EX-4: no sure number or total on what is not an invoice."""
    sure = {"fields": {"total_gross": "12.00"}, "confidence": {"total_gross": 0.93}}
    unsure = {"fields": {"total_gross": "12.00"}, "confidence": {"total_gross": 0.4}}
    assert goals.not_fooled([Reading({"doc_type": "other"}, each, {}) for each in (sure, unsure)]) == (1, 2)
