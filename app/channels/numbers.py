"""Telephone numbers that a text message can be sent to, in international form (E.164)."""

from __future__ import annotations

import re

from flask_babel import gettext as _

from app.channels.unreachable import Unreachable

_MARKS = re.compile(r"\(0\)|[\s().\-/\u2010-\u2015\u200e\u202a\u202c]")
_E164 = re.compile(r"\+[1-9]\d{7,14}")
_TRUNK = {"FR": "33", "BE": "32", "CH": "41", "DE": "49", "GB": "44", "NL": "31", "AT": "43"}
"""Countries that write a 0 before a number at home, and their code."""
_MOBILE = {"33": re.compile(r"[67]\d{8}"), "32": re.compile(r"4\d{8}"), "41": re.compile(r"7\d{8}")}
"""What a number that takes text messages looks like after the code, where that is simple to say."""


def mobile(typed: str, country: str = "FR") -> str:
    """The number as gateways want it, one without code being of `country`; raises `Unreachable` with the reason."""
    bare = _MARKS.sub("", typed)
    bare = "+" + bare[2:] if bare.startswith("00") else bare
    if bare.startswith("0") and country in _TRUNK:
        bare = f"+{_TRUNK[country]}{bare[1:]}"
    if not bare.isascii() or not _E164.fullmatch(bare):
        said = _("“%(number)s” is no telephone number: write it as +33 6 12 34 56 78.", number=typed.strip()[:40])
        raise Unreachable(said, "bad_number", number=typed.strip()[:40])
    shape = _MOBILE.get(bare[1:3])
    if shape and not shape.fullmatch(bare[3:]):
        raise Unreachable(_("“%(number)s” takes no text messages.", number=bare), "bad_number", number=bare)
    return bare
