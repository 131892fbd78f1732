"""Why a customer cannot be reached this way."""

from __future__ import annotations

from typing import Any

from app.core.errors import Refused


class Unreachable(Refused):
    """Nothing was written: the sentence is for whoever asked, `reason` is what an action keeps, {"key": …}."""

    def __init__(self, sentence: object, key: str, **said: Any) -> None:
        super().__init__(sentence)
        self.reason = {"key": key, **said}
