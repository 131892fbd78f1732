"""The bench's arguments, and what each of them brings."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tests.bench.reading import families, groups, showing, speed, tills
from tests.bench.reading.measuring import Measured, measure
from tests.bench.reading.scorer import CORPUS, SHARED

DRAWN = {"generated": families.draw_all, "mixed": families.draw_mixed, "tills": tills.draw_all}


def answer(arguments: list[str]) -> None:
    """Read, score and print."""
    asked = parsed(arguments)
    if not (SHARED / "score").is_dir():
        print(f"skipped: the scorer is not at {SHARED / 'score'}")
        return
    has_manifest = asked.manifest.is_file()
    if not has_manifest:
        print(f"skipped: no manifest at {asked.manifest}")
    if asked.speed:
        if has_manifest:
            speed.main(asked.manifest)
        return
    with tempfile.TemporaryDirectory(prefix="facteur-bench-") as folder:
        sides = list(_sides(asked, has_manifest, asked.keep or Path(folder)))
    if sides:
        showing.show(sides)
        if asked.wrong:
            showing.show_wrong(sides)


def parsed(arguments: list[str]) -> argparse.Namespace:
    """The arguments by name."""
    parser = argparse.ArgumentParser(prog="facteur bench reading")
    parser.add_argument("manifest", nargs="?", type=Path, default=CORPUS, help="default: %(default)s")
    parser.add_argument("--families", choices=list(DRAWN), help="also read what is drawn for this run")
    parser.add_argument("--each", type=int, default=3, help="drawn papers of each family (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of what is drawn (default: %(default)s)")
    parser.add_argument("--family", default="", metavar="WORD", help="only families whose name holds this")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="draw into this folder and leave it there")
    parser.add_argument("--no-corpus", action="store_true", help="read the drawn ones alone")
    parser.add_argument("--unseen", action="store_true", help="hold the manifest to the goals for unseen documents")
    parser.add_argument("--groups", default="", metavar="A,B", help=f"only these of: {', '.join(groups.NAMES)}")
    parser.add_argument("--wrong", action="store_true", help="list each field that is wrong or missing")
    parser.add_argument("--speed", action="store_true", help="measure time and memory instead")
    asked = parser.parse_args(arguments)
    asked.groups = asked.groups.split(",") if asked.groups else list(groups.NAMES)
    if unknown := set(asked.groups) - set(groups.NAMES):
        parser.error(f"no group is called {', '.join(sorted(unknown))}")
    return asked


def _sides(asked: argparse.Namespace, has_manifest: bool, folder: Path):
    """The corpus, the drawn families, or both."""
    if has_manifest and not asked.no_corpus:
        yield side("corpus" if asked.manifest == CORPUS else asked.manifest.name, asked.manifest, asked, asked.unseen)
    if asked.families:
        folder.mkdir(parents=True, exist_ok=True)
        manifest = DRAWN[asked.families](folder, asked.each, asked.seed, asked.family)
        yield side(asked.families, manifest, asked, True)


def side(name: str, manifest: Path, asked: argparse.Namespace, is_unseen: bool) -> showing.Side:
    """One manifest, read and scored."""
    measured: dict[str, Measured] = measure(manifest, asked.groups)
    return showing.Side(name, measured, is_unseen)
