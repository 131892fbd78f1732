"""Whom a mail names as its author: one address, or the reason why nobody can say which."""

from __future__ import annotations

import re
from typing import NamedTuple

LONGEST = 2000
_ADDRESS = re.compile(r"[^\s\x00-\x1f\x7f@<>()\[\]\\,;:\"]{1,200}@((?:[\w-]{1,63}\.){0,30}[\w-]{1,63})")
_NAMED = re.compile(r'(?P<name>"(?:[^"\\]|\\.)*"|[^<>"()]*|[^<>"()]*\([^()]*\))\s*<(?P<address>[^<>]*)>\s*')
_COMMENT = re.compile(r"\s*\([^()]*\)\s*")


class Author(NamedTuple):
    """The address in lower case; or none, with the trouble: missing, several, unclear."""

    address: str
    trouble: str = ""

    @property
    def domain(self) -> str:
        """What proofs are about."""
        return domain_of(self.address)


def author_of(headers: list[str]) -> Author:
    """The one address of the From headers, undecoded as they came.

    Mail programs differ on `a@ok)b@evil` and on two headers: what is not plain is nobody's (SAFETY S15).
    """
    if len(headers) != 1:
        return Author("", "several" if headers else "missing")
    text = " ".join(headers[0][:LONGEST].split())
    address = _plain(_COMMENT.sub(" ", text).strip()) or _named(text)
    if address:
        return Author(address)
    return Author("", "several" if text.count("@") > 1 and "," in text else "unclear")


def _named(text: str) -> str:
    """The address after a name; a name that looks like another address must stand in quotes."""
    found = _NAMED.fullmatch(text)
    address = _plain(found["address"].strip()) if found else ""
    name = found["name"].strip() if found else ""
    if "@" in name and not name.startswith('"') and name.lower() != address:
        return ""
    return address


def _plain(text: str) -> str:
    return text.lower() if _ADDRESS.fullmatch(text) else ""


def domain_of(address: str) -> str:
    """What stands after the last @, as the DNS writes it; empty where that is no domain."""
    domain = address.rpartition("@")[2].strip("<> .").lower()
    try:
        return domain.encode("idna").decode()
    except UnicodeError:
        return ""
