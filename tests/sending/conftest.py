"""Facteur's mail server is a sink; what is due is run by hand."""

from __future__ import annotations

import pytest

from app.outbox.connection import config_of
from tests.language import in_english
from tests.sending.making import make_customer, make_plan

__all__ = ["in_english", "server"]


@pytest.fixture
def server(app, sink, monkeypatch):
    """A mail server that takes everything until told otherwise."""
    monkeypatch.setattr(app.config["SETTINGS"], "mail_url", f"smtp://127.0.0.1:{sink.port}")
    monkeypatch.setattr(app.config["SETTINGS"], "intake_domain", "in.facteur.example")
    configured = config_of(f"smtp://127.0.0.1:{sink.port}", "Facteur <facteur@example.org>")
    for name in ("server", "port"):
        monkeypatch.setattr(app.extensions["mail"], name, configured[f"MAIL_{name.upper()}"])
    monkeypatch.setattr(app.extensions["mail"], "suppress", False)
    return sink


@pytest.fixture
def plan(sender):
    """What the customers of `sender`, which each file makes as it needs it, are sent."""
    return make_plan(sender)


@pytest.fixture
def customer(sender, plan):
    """One who has it."""
    return make_customer(sender, plan)
