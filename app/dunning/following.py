"""What follows when it changes what customers are to be sent, and when."""

from __future__ import annotations

from collections.abc import Callable

after_plans_changed: list[Callable[[int], None]] = []
"""Told the company in which plans, their steps, or who has which, changed; `pipeline` fills it."""


def plans_changed(company_id: int) -> None:
    """Say so, once it stands in the database: what waits to be sent is planned anew."""
    for follow in after_plans_changed:
        follow(company_id)
