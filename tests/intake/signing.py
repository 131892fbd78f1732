"""Mails signed with a key of the tests', and the DNS records that say so."""

from __future__ import annotations

import base64
from functools import cache

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.dns import Zone

SELECTOR = "tests"


@cache
def _key() -> tuple[bytes, str]:
    """The private key, and the public one as a record holds it."""
    key = rsa.generate_private_key(65537, 1024)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private, base64.b64encode(public).decode()


def signed(raw: bytes, domain: str, **how) -> bytes:
    """The mail with a signature of this domain on top."""
    how = {"canonicalize": (b"relaxed", b"relaxed")} | how
    return dkim.sign(raw, SELECTOR.encode(), domain.encode(), _key()[0], **how) + raw


def publish_key(zone: Zone, domain: str) -> None:
    """What the domain says of its signatures."""
    zone.say(f"{SELECTOR}._domainkey.{domain}", f"v=DKIM1; k=rsa; p={_key()[1]}")


def publish_spf(zone: Zone, domain: str, rule: str) -> None:
    """Which servers may send for it."""
    zone.say(domain, f"v=spf1 {rule}")


def publish_dmarc(zone: Zone, domain: str, policy: str = "reject", more: str = "") -> None:
    """What it asks of whoever receives its mails."""
    zone.say(f"_dmarc.{domain}", f"v=DMARC1; p={policy}{more}")
