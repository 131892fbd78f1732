"""Facteur: invoices come in, are decided on, and go out again."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

    from app.config import Settings


def create_app(settings: Settings | None = None, **config: Any) -> Flask:
    """The application, put together; `config` overrides Flask's own settings (tests do)."""
    with _nothing_thrown_away():
        from app import wiring

        return wiring.create_app(settings, **config)


@contextmanager
def _nothing_thrown_away() -> Iterator[None]:
    """What is loaded stays: to look through it for garbage again and again is a sixth of what loading takes."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
