"""What is matched by itself: the exact number and the exact amount, and no rival on either side (SPEC BK-3)."""

from __future__ import annotations

from collections import Counter

from app.bank.scoring import Suggestion


def sure_ones(told: dict[int, list[Suggestion]]) -> dict[int, Suggestion]:
    """Line → its one sure answer; a document that a second line may as well be for is left to a person."""
    firsts = {line: likely[0] for line, likely in told.items() if likely}
    claims = Counter(
        document.id for each in firsts.values() if each.is_whole or each.is_sure for document in each.documents
    )
    return {line: each for line, each in firsts.items() if each.is_sure and claims[each.documents[0].id] == 1}
