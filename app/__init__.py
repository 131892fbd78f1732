"""Facteur: invoices come in, are decided on, and go out again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

    from app.config import Settings


def create_app(settings: Settings | None = None, **config: Any) -> Flask:
    """The application, put together; `config` overrides Flask's own settings (tests do)."""
    from app import wiring

    return wiring.create_app(settings, **config)
