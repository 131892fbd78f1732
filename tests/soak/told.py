"""What a loop has to tell."""

from __future__ import annotations

import os
from dataclasses import dataclass, field


@dataclass
class Told:
    """Figures by their name, and the guarantees that were broken, in words."""

    figures: dict[str, object] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    summary: str = ""
    """All of it in one line."""

    def check(self, is_kept: bool, otherwise: str) -> None:
        """Note a guarantee that was broken."""
        if not is_kept:
            self.broken.append(otherwise)

    def table(self, title: str) -> str:
        """One line for each figure."""
        rows = [f"  {name:<36} {figure!s:>12}" for name, figure in self.figures.items()]
        summary = [f"  {self.summary}"] if self.summary else []
        return "\n".join([title, *rows, *summary, *(f"  BROKEN: {sentence}" for sentence in self.broken)])


def be_quiet() -> None:
    """What this process logs is not what the loop tells."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
