"""Time and memory of reading, each beside what it cannot do without in the same run."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pymupdf

from app.extraction.choose import read_fields
from app.reader import cage
from app.reader.contents import Contents, Unreadable
from tests.bench.reading import groups, measuring
from tests.bench.reading.memory import Watch
from tests.bench.reading.scorer import documents, scorer

TIMES, PICTURES = 5, 16
ROW = "{:<62} {:>10} {:>10} {:<8}"


@dataclass(frozen=True)
class Turn:
    """One reading: its seconds, what it gave, and the megabytes of its reader (with all that it started)."""

    seconds: float
    contents: Contents | None
    megabytes: float
    with_tesseract: float


def main(manifest: Path) -> None:
    """Measure and print one table; ratios hold within one run only."""
    known = documents(manifest)
    digital = [paper.path for paper in groups.papers("digital", known)]
    pictured = [paper.path for name in ("pictures", "cropped", "bed", "scans") for paper in groups.papers(name, known)]
    pictured = [path for path in pictured if path.suffix != ".pdf"]
    print(ROW.format("", "goal", "reached", "").rstrip())
    turns = {path: read(path) for path in [*digital, *pictured[:: max(1, len(pictured) // PICTURES)]]}
    show_digital({path: turns[path].contents for path in digital if turns[path].contents})
    show_scans({path: turn for path, turn in turns.items() if path in pictured and turn.contents})
    show_workers([*digital[::6], *pictured[::8]])
    show_memory(turns)


def row(what: str, goal: str, reached: str, is_met: bool | None = None) -> None:
    verdict = "" if is_met is None else "met" if is_met else "MISSED"
    print(ROW.format(what, goal, reached, verdict).rstrip(), flush=True)


def read(path: Path) -> Turn:
    """One file through the cage, its reader's memory watched."""
    began = time.perf_counter()
    with Watch(os.getpid()) as watch:
        try:
            contents = cage.read(path)
        except Unreadable:
            contents = None
    return Turn(time.perf_counter() - began, contents, watch.reader, watch.together)


# --- Digital pages --------------------------------------------------------------------------------


def show_digital(read_before: dict[Path, Contents]) -> None:
    """Text to fields, against the bare text read, page by page."""
    ratios, seconds = [], []
    for path, contents in read_before.items():
        bare = fastest(lambda path=path: bare_text(path))
        fields = fastest(lambda contents=contents: read_fields(contents, use_xml=False))
        ratios.append(fields / bare)
        seconds.append(fields / max(1, len(contents.pages)))
    middle, late = statistics.median(ratios), 1000 * scorer().quantile(seconds, 95)
    row("digital: text → fields against get_text, median", "≤ 5 ×", f"{middle:.1f} ×", middle <= 5)
    row("digital: text → fields, a page at p95", "≤ 30 ms", f"{late:.1f} ms", late <= 30)


def bare_text(path: Path) -> None:
    """The words of all pages and nothing else."""
    with pymupdf.open(path) as pages:
        for page in pages:
            page.get_text("words")


def fastest(act: Callable[[], object]) -> float:
    """Seconds of the fastest of some turns: what else runs here only ever adds."""
    return min(_seconds(act) for _turn in range(TIMES))


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


# --- Scans ----------------------------------------------------------------------------------------


def show_scans(turns: dict[Path, Turn]) -> None:
    """Whole reading against the bare command, apart where a second pass was made."""
    once, twice = [], []
    for path, turn in turns.items():
        extraction = _seconds(lambda turn=turn: read_fields(turn.contents))
        ratio = (turn.seconds + extraction) / _seconds(lambda path=path: tesseract(path))
        (twice if any(page.passes for page in turn.contents.pages) else once).append(ratio)
    for name, ratios, goal in (("one pass", once, 1.25), ("a second pass", twice, 2.0)):
        if ratios:
            middle = statistics.median(ratios)
            what = f"picture, {name}: against the tesseract command, median of {len(ratios)}"
            row(what, f"≤ {goal:g} ×", f"{middle:.2f} ×", middle <= goal)


def tesseract(path: Path) -> None:
    """The same picture through the command alone, one thread, as the reader has it."""
    command = ["tesseract", str(path), "stdout", "-l", "fra+eng", "tsv"]
    subprocess.run(command, env=os.environ | {"OMP_THREAD_LIMIT": "1"}, capture_output=True, check=False)


# --- Two workers, memory --------------------------------------------------------------------------


def show_workers(paths: list[Path]) -> None:
    """The same files read by one worker and by two."""
    papers = [groups.Paper("speed", path.name, path) for path in paths]
    one, two = (_with_workers(papers, count) for count in (1, 2))
    row(f"two workers against one, {len(papers)} files", "≥ 1.8 ×", f"{one / two:.2f} ×", one / two >= 1.8)


def _with_workers(papers: list[groups.Paper], count: int) -> float:
    with ProcessPoolExecutor(count) as pool:
        list(pool.map(measuring.read, papers[:count]))
        return _seconds(lambda: list(pool.map(measuring.read, papers)))


def show_memory(turns: dict[Path, Turn]) -> None:
    """The most that any reader held."""
    worst = _most(turns, lambda turn: turn.megabytes)
    row(
        f"memory of a reader, worst of {len(turns)}: {worst[1].name[:28]}",
        "≤ 300 MB",
        f"{worst[0]:.0f} MB",
        worst[0] <= 300,
    )
    both = _most(turns, lambda turn: turn.with_tesseract)
    row(f"with the Tesseract it started: {both[1].name[:30]}", "–", f"{both[0]:.0f} MB")


def _most(turns: dict[Path, Turn], weight: Callable[[Turn], float]) -> tuple[float, Path]:
    weights: Iterable[tuple[float, Path]] = ((weight(turn), path) for path, turn in turns.items())
    return max(weights, key=lambda pair: pair[0])
