"""Who is named with @ in a comment: only people who may know about the document (SAFETY S72)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext as _

from app.core.errors import Refused
from app.counterparties.models import plain
from app.documents import sight
from app.documents.models import Document
from app.users.models import User

OFFERED = 8
BEGINS = re.compile(r"(?<![\w@.])@(?=[^\W\d_])")
"""An @ that begins a name: not the one inside an address, nor one before a number or a space."""
WORD = re.compile(r"[\w.'’+@-]+")


@dataclass(frozen=True)
class Piece:
    """A stretch of a comment; with the person it names, where it names one."""

    text: str
    user: User | None = None


def offered(document: Document, words: str, *, to: User) -> list[User]:
    """People to name while somebody types; never oneself, never one who may not see the document."""
    return [user for user in sight.seers(document, words) if user.id != to.id][:OFFERED]


def named(document: Document, text: str) -> set[User]:
    """Everybody who is named in it. Raises `Refused` where nobody, or more than one, is meant.

    The same is said of somebody who does not exist and of somebody who may not see the document.
    """
    if not BEGINS.search(text):
        return set()
    people = sight.colleagues(document)
    found = {user for start in BEGINS.finditer(text) if (user := _meant(document, text[start.end() :], people))}
    return found


def _meant(document: Document, after: str, people: list[User]) -> User:
    wanted = [user for user, _length in _candidates(after, people) if sight.may_see(user, document)]
    said = (WORD.match(after) or [after[:40]])[0]
    if not wanted:
        raise Refused(_("“@%(name)s”: nobody of this name can see this document. Nothing was sent.", name=said))
    if len(wanted) > 1:
        names = ", ".join(f"{user.name} ({user.email})" for user in wanted)
        raise Refused(_("“@%(name)s” could be %(names)s: write the e-mail address.", name=said, names=names))
    return wanted[0]


def _candidates(after: str, people: Iterable[User]) -> list[tuple[User, int]]:
    """Whose address, name or first name stands here, the longest one counts; with how much of the text it takes."""
    found = [(user, length) for user in people if (length := _length(after, user))]
    longest = max((length for _user, length in found), default=0)
    return [(user, length) for user, length in found if length == longest]


def _length(after: str, user: User) -> int:
    """How much of the text is this person's address, name or first name; 0 where none is."""
    names = [user.email, user.name, *user.name.split()[:1]]
    return max((_taken(after, name) for name in names if name.strip()), default=0)


def _taken(after: str, name: str) -> int:
    """How many letters of the text say this name; accents and case do not matter, and it ends there."""
    wanted = plain(name)
    for length in range(len(name), min(len(after), 2 * len(name)) + 1):
        if plain(after[:length]) == wanted and not after[length - 1].isspace():
            return 0 if _goes_on(after[length:]) else length
    return 0


def _goes_on(rest: str) -> bool:
    """Does the word go on? A full stop, an apostrophe or a hyphen ends it unless a letter follows."""
    if not rest:
        return False
    is_mark = unicodedata.combining(rest[0]) or rest[0] == "_"
    return rest[0].isalnum() or bool(is_mark) or (rest[0] in ".-@'’" and rest[1:2].isalnum())


def pieces(text: str, people: Iterable[User]) -> list[Piece]:
    """The text cut where it names one of these people, for a page that marks the names."""
    known, found, last = list(people), [], 0
    for start in BEGINS.finditer(text):
        hits = _candidates(text[start.end() :], known)
        if len(hits) != 1 or start.start() < last:
            continue
        user, end = hits[0][0], start.end() + hits[0][1]
        found += [Piece(text[last : start.start()]), Piece(text[start.start() : end], user)]
        last = end
    return [piece for piece in [*found, Piece(text[last:])] if piece.text]
