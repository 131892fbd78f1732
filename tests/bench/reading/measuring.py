"""Reads the papers of each group in two processes and judges what was said of them."""

from __future__ import annotations

import contextlib
import json
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.reading import ageing, groups, teaching
from tests.bench.reading.groups import Paper
from tests.bench.reading.scorer import Answer, Document, documents, scorer

PROCESSES = 2


@dataclass
class Reading:
    """One document, what was said of it, and what of that is right."""

    document: Document
    answer: Answer
    verdicts: dict[str, str]

    @property
    def is_exact(self) -> bool | None:
        """Whether number, day, total and currency are right; None where none of them is asked for."""
        keys = [self.verdicts[name] for name in scorer().KEY_FIELDS if name in self.verdicts]
        return all(verdict == "correct" for verdict in keys) if keys else None

    def confidence(self, name: str) -> float:
        """How sure a field was; nothing said is not sure."""
        if self.verdicts.get(name) == "missing":
            return 0.0
        return float((self.answer.get("confidence") or {}).get(name) or 0)


@dataclass
class Measured:
    """All readings of one group."""

    readings: list[Reading] = field(default_factory=list)
    reason: str = ""
    """Why there are none."""


def measure(manifest: Path, names: list[str]) -> dict[str, Measured]:
    """Each group asked for, read and judged."""
    known = documents(manifest)
    found = {name: Measured(judged(groups.papers(name, known), known)) for name in names}
    if not teaching.is_known():
        return found | {"taught": Measured(reason="not measured yet")}
    with teaching.lessons(known) as papers:
        return found | {"taught": Measured(judged(papers, known))}


def judged(papers: list[Paper], known: list[Document]) -> list[Reading]:
    """Every paper read, with its verdicts."""
    by_file = {document["file"]: document for document in known}
    return [
        Reading(by_file[paper.file], answer, scorer().judge(by_file[paper.file], answer, *_asked(paper)))
        for paper, answer in zip(papers, read_all(papers), strict=True)
    ]


def _asked(paper: Paper) -> tuple[tuple[str, ...], bool]:
    """The fields to judge, and whether those count that only an XML holds."""
    return scorer().ALL_FIELDS, paper.use_xml


def read_all(papers: list[Paper]) -> list[Answer]:
    """What is said of each, in their order."""
    if papers:
        print(f"reading {papers[0].group}: {len(papers)} files", file=sys.stderr, flush=True)
    with ProcessPoolExecutor(PROCESSES) as pool:
        return list(pool.map(read_or_say, papers))


def read_or_say(paper: Paper) -> Answer:
    """The same, but a crash is an answer too: one file must not end the bench."""
    try:
        return read(paper)
    except Exception as error:
        return {"file": paper.file, "error": "crashed", "reason": repr(error)}


def read(paper: Paper) -> Answer:
    """What `extract` prints for one paper."""
    from app.extraction.command import extract_file

    with _aged(paper) as path:
        how = {"taught": paper.taught} if paper.taught else {}
        said = extract_file(path, use_xml=paper.use_xml, force_ocr=paper.force_ocr, **how)
    return json.loads(json.dumps(said)) | {"file": paper.file}


@contextlib.contextmanager
def _aged(paper: Paper) -> Iterator[Path]:
    """The file as it is, or a scan or a picture made of it for this reading alone."""
    if not paper.ageing:
        yield paper.path
        return
    with tempfile.TemporaryDirectory(prefix="facteur-bench-") as folder:
        if paper.ageing == "scanned":
            yield ageing.scanned(paper.path, Path(folder) / f"{paper.path.stem}.pdf")
        else:
            yield ageing.pictured(paper.path, Path(folder) / f"{paper.path.stem}.png")
