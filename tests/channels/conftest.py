"""Gateways are those of this machine."""

from __future__ import annotations

import pytest

from tests.channels.gateway_server import Gateway, gateway

__all__ = ["gateway", "provider", "sms"]


def _set(app, monkeypatch, **settings: str) -> None:
    for name, value in settings.items():
        monkeypatch.setattr(app.config["SETTINGS"], name, value)


@pytest.fixture
def sms(app, gateway: Gateway, monkeypatch) -> Gateway:
    """Text messages go there."""
    _set(app, monkeypatch, sms_url=gateway.url, sms_token="canary-sms-token")
    return gateway


@pytest.fixture
def provider(app, gateway: Gateway, monkeypatch) -> Gateway:
    """Letters go there."""
    _set(app, monkeypatch, letter_url=gateway.url, letter_token="canary-letter-token")
    return gateway
