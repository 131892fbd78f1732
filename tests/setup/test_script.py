"""The `facteur` script as a person meets it. What it installs is tried on a bare machine, not here."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from app.config import ROOT

SCRIPTS = ("facteur", ".ci/run")
AGPL = "0d96a4ff68ad6d4b6f1f30f713b18d5184912ba8dd389f86aa7710db079abcb0"


def run(*command: str | Path, **how) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, **how)


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_is_posix_shell(script):
    """OP-1: it runs where nothing but the system's own shell is."""
    assert (ROOT / script).read_text().startswith("#!/bin/sh\n")
    assert run("sh", "-n", ROOT / script).stderr == ""


@pytest.mark.skipif(not shutil.which("shellcheck"), reason="shellcheck is not installed")
@pytest.mark.parametrize("script", SCRIPTS)
def test_shellcheck_finds_nothing(script):
    """OP-1: no unquoted path, no construct of another shell."""
    assert run("shellcheck", ROOT / script).stdout == ""


def test_help_lists_the_commands_from_any_folder(tmp_path):
    """OP-1: a person who types only the name learns what there is."""
    told = run(ROOT / "facteur", cwd=tmp_path)

    assert told.returncode == 0
    for command in ("run", "demo", "setup", "test", "lint", "bench", "soak"):
        assert f"./facteur {command}" in told.stdout


def test_an_unknown_command_is_answered_with_the_help(tmp_path):
    """OP-1: a typing error starts nothing."""
    told = run(ROOT / "facteur", "strat", cwd=tmp_path)

    assert told.returncode == 2
    assert "./facteur run" in told.stderr


def test_continuous_integration_runs_the_tests_and_nothing_else():
    """OP-1: what is green there is what a person runs here."""
    lines = (ROOT / ".ci" / "run").read_text().splitlines()[1:]

    assert [line for line in lines if line] == ['exec "$(dirname "$0")/../facteur" test']


def test_without_rights_and_without_programs_one_line_says_what_to_install(tmp_path):
    """OP-1: on a machine where we may install nothing, a person is told what to type, once."""
    bare = tmp_path / "bare bin"
    bare.mkdir()
    for name in ("sh", "dirname", "cat", "grep", "env", "ls"):
        (bare / name).symlink_to(shutil.which(name))
    (bare / "python3").symlink_to(shutil.which("python3"))
    (bare / "id").write_text("#!/bin/sh\necho 1000\n")
    (bare / "apt-get").write_text("#!/bin/sh\necho touched >&2\nexit 9\n")
    (bare / "id").chmod(0o755)
    (bare / "apt-get").chmod(0o755)
    checkout = tmp_path / "check out"
    checkout.mkdir()
    shutil.copy(ROOT / "facteur", checkout)

    told = run(checkout / "facteur", "setup", env={"PATH": str(bare), "HOME": str(tmp_path)})

    lines = [line for line in told.stdout.splitlines() if "apt-get install" in line]
    assert told.returncode == 1
    assert len(lines) == 1
    assert {"redis-tools", "tesseract-ocr", "tesseract-ocr-fra"} <= set(lines[0].split())
    assert "touched" not in told.stderr
    assert not (checkout / ".venv").exists()


def test_the_licence_is_the_whole_agpl():
    """OP-1: who runs Facteur for others owes them its source, and can read why."""
    assert hashlib.sha256((ROOT / "LICENSE").read_bytes()).hexdigest() == AGPL
