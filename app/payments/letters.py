"""The letters banks take in a payment: Latin ones without accents, digits and a few marks (EPC217-08)."""

from __future__ import annotations

import re
import unicodedata


def _pairs(words: str) -> dict[str, str]:
    """Each letter before what it is written as."""
    return {word[0]: word[1:] for word in words.split()}


_LATIN = _pairs("ßss ẞSS æae ÆAE œoe ŒOE øo ØO łl ŁL đd ĐD ðd ÐD þth ÞTh ħh ĦH ıi ŋn")
_GREEK = _pairs("αa βv γg δd εe ζz ηi θth ιi κk λl μm νn ξx οo πp ρr σs τt υy φf χch ψps ωo ςs")
_CYRILLIC = _pairs(
    "аa бb вv гg дd еe жzh зz иi йy кk лl мm нn оo пp рr сs"
    " тt уu фf хh цts чch шsh щsht ъa ьy юyu яya ёe ыy эe іi їyi єye ґg"
)
_MARKS = {
    **{"&": "+", "_": "-", "–": "-", "—": "-", "−": "-", "‐": "-", "’": "'", "‘": "'", "`": "'", "´": "'", ";": ","},
    **{"€": " EUR ", "@": "(at)", "[": "(", "]": ")", "{": "(", "}": ")", "|": "/", "\\": "/", "°": "o", "«": "'"},
    **{"»": "'", '"': "'", "“": "'", "”": "'", "„": "'", "#": " ", "*": ".", "=": "-", "~": "-", "!": ".", "%": " "},
}
_KNOWN = {**_LATIN, **_GREEK, **_CYRILLIC, **_MARKS}
_REFUSED = re.compile(r"[^A-Za-z0-9/?:().,'+ -]+")


def plain(text: str, longest: int) -> str:
    """The text in letters a bank takes, cut to so many; never beginning or ending with a slash, nor with two within."""
    written = "".join(_letter(each) for each in text)
    bare = "".join(each for each in unicodedata.normalize("NFKD", written) if not unicodedata.combining(each))
    said = re.sub(r"/{2,}", "/", _REFUSED.sub(" ", bare))
    return " ".join(said.split())[:longest].strip("/ ")


def _letter(letter: str) -> str:
    """As it is written in Latin letters; a capital stays one."""
    if letter in _KNOWN:
        return _KNOWN[letter]
    bare = unicodedata.normalize("NFD", letter)[0]  # a Greek letter with its accent
    small = _KNOWN.get(letter.lower()) or _KNOWN.get(bare.lower())
    if small is None or bare.isascii():
        return letter
    return small.capitalize() if letter.isupper() else small
