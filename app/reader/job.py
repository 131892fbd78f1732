"""What the parent asks of the child, and the time it has."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from app.reader.limits import Limits


@dataclass(slots=True)
class Job:
    """One file to open. `deadline` is when the current page must be done, by the monotonic clock."""

    work: Path
    environment: dict[str, str] = field(default_factory=dict)
    """All that the child and its programs find in theirs."""
    languages: str = "fra+eng"
    password: str | None = None
    force_ocr: bool = False
    text_only: bool = False
    """No OCR at all: pages without a text layer have no words."""
    draw: bool = False
    limits: Limits = field(default_factory=Limits)
    act: str = "read"
    """What to do with it: a key of `app.reader.child.ACTS`, or `read`."""
    asked: dict[str, Any] = field(default_factory=dict)
    """What this act needs to know."""
    handle: int = -1
    """The open file, once the child has it: it need not be allowed to find it."""
    deadline: float = 0.0

    def to_json(self) -> dict:
        """What travels to the child."""
        return asdict(self) | {"work": str(self.work)}

    @classmethod
    def from_json(cls, said: dict) -> Job:
        """The job as the child gets it."""
        return cls(**said | {"work": Path(said["work"]), "limits": Limits(**said["limits"])})

    def begin_page(self) -> None:
        """Start the clock of a page; a tenth of the time is left for drawing and telling."""
        self.deadline = time.monotonic() + self.limits.page_seconds * 0.9

    @property
    def seconds_left(self) -> float:
        """What the current page may still take."""
        return self.deadline - time.monotonic()
