"""Taught one document of each layout, the others of that layout are read (EX-6)."""

from __future__ import annotations

import contextlib
import inspect
import json
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from app.extraction.command import extract_file
from tests.bench.reading.groups import Paper
from tests.bench.reading.scorer import Document


def is_known() -> bool:
    """Whether the reader can be taught yet."""
    return "taught" in inspect.signature(extract_file).parameters


def split(documents: list[Document]) -> tuple[list[Document], list[Document]]:
    """One document of each layout to teach, the others to be read; never two of one group on both sides."""
    layouts = defaultdict(list)
    for document in documents:
        layout = document.get("layout") or document["truth"].get("seller_name")
        if document["doc_type"] == "invoice" and layout:
            layouts[layout].append(document)
    taught = [those[0] for those in layouts.values()]
    used = {document["group"] for document in taught}
    return taught, [each for those in layouts.values() for each in those[1:] if each["group"] not in used]


@contextlib.contextmanager
def lessons(documents: list[Document]) -> Iterator[list[Paper]]:
    """The papers to be read after the lessons, which stand in a file while this lasts."""
    there = [document for document in documents if document["path"].is_file()]
    taught, tested = split(there)
    with tempfile.TemporaryDirectory(prefix="facteur-bench-") as folder:
        path = Path(folder) / "taught.jsonl"
        path.write_text("".join(_lesson(each) for each in taught), "utf-8")
        yield [Paper("taught", each["file"], each["path"], taught=path) for each in tested]


def _lesson(document: Document) -> str:
    fields = {name: value for name, value in document["truth"].items() if value is not None}
    return json.dumps({"file": str(document["path"]), "fields": fields}, ensure_ascii=False) + "\n"
