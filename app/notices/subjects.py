"""What notices are about: asked late, of whoever knows, and only while the person may see it (SAFETY S72)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from app.notices.models import Notice
from app.users.models import User


@dataclass(frozen=True)
class Subject:
    """A thing as a notice names it: its name, its page's address, and what was said, where something was."""

    name: str
    path: str
    text: str = ""


Sight = Callable[[User, set[int]], dict[int, Subject]]
SIGHTS: dict[str, Sight] = {}
"""Table of a thing → which of these ids a person may see, and what each is called; `pipeline` fills it."""


def of_each(user: User, notices: Iterable[Notice]) -> dict[int, Subject]:
    """Notice's id → what it is about; those whose subject the person may not see (any more) are not in it."""
    wanted: dict[str, set[int]] = {}
    told = list(notices)
    for notice in told:
        if notice.about_id:
            wanted.setdefault(notice.about_type, set()).add(notice.about_id)
    seen = {kind: SIGHTS[kind](user, ids) if kind in SIGHTS else {} for kind, ids in wanted.items()}
    found = {notice.id: seen.get(notice.about_type, {}).get(notice.about_id or 0) for notice in told}
    return {id: subject for id, subject in found.items() if subject}


def of(user: User, notice: Notice) -> Subject | None:
    """What one notice is about, while the person may see it."""
    return of_each(user, [notice]).get(notice.id)
