"""What asks for an approval: the rules say so, and are asked here without being known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.approval.models import Mode
from app.documents.models import Document


@dataclass(frozen=True)
class WantedStep:
    """Who decides in one step, and whether all of them must."""

    user_ids: tuple[int, ...]
    mode: Mode = Mode.ANY


@dataclass(frozen=True)
class Demand:
    """That somebody must approve a document: the steps, and why."""

    rule_id: int | None
    why: dict[str, Any]
    steps: tuple[WantedStep, ...]
    rule_ids: tuple[int, ...] = ()
    """All rules that ask, where there are several; what one of them was answered is no answer to another."""

    @property
    def asking(self) -> set[int]:
        """The rules that ask for it."""
        return {*self.rule_ids, *({self.rule_id} - {None})}  # type: ignore[arg-type]


asks: list[Callable[[Document], Demand | None]] = []
"""Each says what it demands of a document as it stands; `pipeline` fills it."""
words: list[Callable[[dict[str, Any]], str]] = []
"""Each puts the reason of its own demands into words; `pipeline` fills it."""


def of(document: Document) -> Demand | None:
    """The first demand there is."""
    return next((demand for ask in asks if (demand := ask(document))), None)


def in_words(why: dict[str, Any]) -> str:
    """For what reason it is asked, in the reader's language; the rule's name where nobody says more."""
    return next((said for say in words if (said := say(why))), str(why.get("name", "")))
