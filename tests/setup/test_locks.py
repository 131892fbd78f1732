"""The lock files: what is installed is exactly what was tried, from wherever the machine gets its packages."""

from __future__ import annotations

import re

import pytest

from app.config import ROOT

LOCKS = ("requirements.lock", "requirements-dev.lock")


def pins(lock: str) -> dict[str, tuple[str, list[str]]]:
    """Package → its version and hashes."""
    found = {}
    for block in re.split(r"\n(?=[a-z0-9])", (ROOT / lock).read_text()):
        name, _, version = block.split()[0].partition("==")
        found[name] = (version, re.findall(r"--hash=(sha256:[0-9a-f]{64})\b", block))
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_index_and_no_address(lock):
    """OP-1: packages come from wherever the machine is told to take them."""
    assert not re.search(r"://|^\s*-(-index|-extra|-find|i |f )|@ ", (ROOT / lock).read_text(), re.M)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_a_version_and_hashes(lock):
    """OP-1: nothing is installed whose bytes nobody has seen."""
    locked = pins(lock)

    assert len(locked) > 50
    assert [name for name, (version, hashes) in locked.items() if not version or not hashes] == []


def test_the_development_lock_holds_all_of_the_other():
    """OP-1: what is tested is what is installed."""
    base, development = (pins(lock) for lock in LOCKS)

    assert {name: pin for name, pin in base.items() if development.get(name) != pin} == {}
