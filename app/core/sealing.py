"""Secrets of others that must be kept in a readable form: sealed with a key made from our own."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class Unreadable(Exception):
    """It was sealed with another key, or changed since."""


def seal(text: str, secret: str, purpose: str) -> str:
    """What only this secret opens again, and only for this purpose."""
    return _box(secret, purpose).encrypt(text.encode()).decode()


def opened(sealed: str, secret: str, purpose: str) -> str:
    """The text; raises `Unreadable` where the secret is another."""
    try:
        return _box(secret, purpose).decrypt(sealed.encode()).decode()
    except (InvalidToken, ValueError):
        raise Unreadable from None


def _box(secret: str, purpose: str) -> Fernet:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"facteur {purpose}".encode()).derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(key))
