"""Small readings of XML: the first of several paths, an amount, a day, an identifier."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import date
from decimal import Decimal

from lxml import etree

Element = etree._Element

_NUMBER = re.compile(r"[+-]?(\d{1,15}(\.\d{0,12})?|\.\d{1,12})")
MAX_TEXT = 2_000
MAX_ATTACHMENTS = 20


def find(node: Element | None, *paths: str) -> Element | None:
    """The first element at one of `paths` (`A/B`, whatever the namespace)."""
    return next(iter(every(node, *paths)), None)


def every(node: Element | None, *paths: str) -> list[Element]:
    """All elements at the first of `paths` that has any."""
    if node is None:
        return []
    for path in paths:
        if found := node.findall("/".join("{*}" + step for step in path.split("/"))):
            return found
    return []


def text(node: Element | None, *paths: str) -> str:
    """The text at the first of `paths` that is not blank, on one line."""
    for path in paths or (".",):
        for element in [node] if path == "." else every(node, path):
            if element is not None and (value := " ".join((element.text or "").split())):
                return value[:MAX_TEXT]
    return ""


def number(node: Element | None, *paths: str) -> Decimal | None:
    """The decimal at one of `paths`; None where there is none or it is no plain number."""
    value = text(node, *paths)
    return Decimal(value) if _NUMBER.fullmatch(value) else None


def amount(node: Element | None, path: str, currency: str) -> Decimal | None:
    """The amount at `path` in the invoice's own currency: totals may be repeated in the tax currency."""
    found = every(node, path)
    own = [element for element in found if element.get("currencyID", currency) == currency]
    return number((own or found or [None])[0], ".")


def day(node: Element | None, *paths: str) -> date | None:
    """The day at one of `paths`, as `2026-11-22` (a zone may follow) or `20261122`."""
    for path in paths:
        found = re.match(r"(\d{4})-?(\d\d)-?(\d\d)(?!\d{3})", text(node, path))
        if found:
            try:
                return date(*map(int, found.groups()))
            except ValueError:
                continue
    return None


def compact(value: str) -> str:
    """An identifier (IBAN, VAT number) without spaces, in capitals."""
    return re.sub(r"[\s.]", "", value).upper()[:50]


def decoded(value: str | None, limit: int) -> bytes:
    """Base64 as bytes; empty where it is broken or larger than `limit`."""
    if not value or len(value) > limit * 3 // 2:
        return b""
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        return b""
