"""Who may import whom: the tree of packages, read from the imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

APP = Path(__file__).resolve().parent.parent / "app"
LAYERS = """
core
web einvoice
reader
audit files
tasks
outbox
users
notices tags
counterparties
search
documents
comments
intake extraction
lists
mailboxes
review approval bank spreadsheets
bulk
rules payments
treasury
channels
dunning
sending accounting
analytics dashboard settings api
operation
demo
"""
RANK = {name: rank for rank, line in enumerate(LAYERS.split("\n")) for name in line.split()}
FREE = {"config", "extensions"}
"""Modules anyone may import."""
TOP = {"wiring", "pipeline", "schedule", "standing", "cli", "__init__", "config", "extensions"}
"""Modules beside the packages: they put things together, or are free to all."""
BELOW_NOTHING = {"routes.py", "command.py"}
"""Files that may import any package."""
OPENS_FILES = {"pymupdf", "fitz", "pikepdf", "PIL", "pillow_heif", "openpyxl", "pytesseract"}


def modules() -> list[Path]:
    return [path for path in sorted(APP.rglob("*.py")) if path.name != "__init__.py" or path.parent != APP]


def imports(path: Path) -> Iterator[str]:
    """All modules this file imports, wherever in the file, as dotted names."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def own_imports(path: Path) -> set[str]:
    """Packages (or modules beside them) of ours that this file imports."""
    return {name.split(".")[1] for name in imports(path) if name.startswith("app.")}


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(APP)))
def test_a_package_imports_only_those_above_it(path: Path):
    """STYLE 1: models, verbs, jobs and mails import their own package and the lines above."""
    package = path.relative_to(APP).parts[0].removesuffix(".py")
    if package in TOP or path.name in BELOW_NOTHING:
        return
    assert package in RANK, f"{package} has no place in the tree"
    for other in own_imports(path) - FREE - {package}:
        assert other in RANK, f"{path.relative_to(APP)} imports app.{other}"
        assert RANK[other] < RANK[package], f"{path.relative_to(APP)} imports {other}"


def test_nobody_imports_routes_but_the_wiring():
    """STYLE 1: a view is not a library."""
    for path in modules():
        if path.name != "wiring.py":
            assert not [name for name in imports(path) if name.endswith(".routes")], path


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(APP)))
def test_only_the_reader_opens_files(path: Path):
    """R12: hostile files are opened by the reader's child alone; the demo draws its own."""
    package = path.relative_to(APP).parts[0]
    if package in {"reader", "demo"}:
        return
    assert not {name.split(".")[0] for name in imports(path)} & OPENS_FILES


@pytest.mark.parametrize("name", ["einvoice", "reader", "core"])
def test_the_pure_packages_know_no_database_and_no_pages(name: str):
    """STYLE 1: UBL and CII, the child process: no database."""
    for path in (APP / name).rglob("*.py"):
        found = {each.split(".")[0] for each in imports(path)} & {"sqlalchemy", "flask_sqlalchemy"}
        assert not found or path.name in {"database.py", "types.py"}, path


def test_only_config_reads_the_environment():
    """STYLE 7: settings come from one place."""
    allowed = {"config.py", "faultpoint.py"}
    for path in modules():
        if path.name in allowed or path.relative_to(APP).parts[0] == "reader":
            continue
        assert "os.environ" not in path.read_text(encoding="utf-8"), path


def test_only_the_clock_tells_the_time():
    """STYLE 7: "now" is `clock.now()`, "today" is `clock.today(company)`."""
    for path in modules():
        if path.name != "clock.py":
            text = path.read_text(encoding="utf-8")
            assert "datetime.now(" not in text and "date.today(" not in text and "utcnow(" not in text, path
