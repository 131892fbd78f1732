"""What the doctor finds: one line for each part, with what to do where it is not well."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.core import faults


class State(StrEnum):
    """How a part is."""

    OK = "ok"
    WARNING = "warning"
    BROKEN = "broken"


@dataclass(frozen=True)
class Finding:
    """One part: how it is, what was found, and what to do."""

    part: str
    state: State
    said: str
    do: str = ""


def ok(part: str, said: str) -> Finding:
    """It is well."""
    return Finding(part, State.OK, said)


def warning(part: str, said: str, do: str) -> Finding:
    """It works, and something should be mended."""
    return Finding(part, State.WARNING, said, do)


def broken(part: str, said: str, do: str) -> Finding:
    """It does not work, or endangers what is kept."""
    return Finding(part, State.BROKEN, said, do)


Check = Callable[[], Iterable[Finding]]


def of(check: Check) -> list[Finding]:
    """What one check finds; a check that fails itself is a finding too."""
    part = check.__name__.removeprefix("check_").replace("_", " ")
    try:
        return list(check())
    except Exception as error:
        return [
            broken(part, f"could not be examined: {faults.told(error)}", "Mend what is broken above, then ask again.")
        ]
