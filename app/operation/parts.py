"""The parts Facteur is made of while it runs: which live, since when, and which are silent."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import bindparam, select

from app.core import clock
from app.extensions import db
from app.operation.models import SignOfLife
from app.tasks import bell

SILENT_AFTER = timedelta(minutes=2)
EXPECTED = ("web", "receiver", *bell.QUEUES, "sweep")
LABELS: dict[str, Any] = {
    "web": _("Pages"),
    "receiver": _("Mail receiver"),
    "ocr": _("Reading worker"),
    "mail": _("Mail worker"),
    "default": _("General worker"),
    "sweep": _("Sweep"),
}
CONSEQUENCES: dict[str, Any] = {
    "web": _("Nobody can open a page."),
    "receiver": _("Mails are not taken in; their senders try again for some days."),
    "ocr": _("Documents that arrive are not read."),
    "mail": _("Mails wait in the outbox."),
    "default": _("Messages that arrive are kept but not opened."),
    "sweep": _("Daily work does not start, and work that failed is not tried again."),
}
SIGNS = select(SignOfLife).order_by(SignOfLife.seen_at.desc(), SignOfLife.id.desc())
SIGNS_OF = SIGNS.where(SignOfLife.name.in_(bindparam("names", expanding=True)))


@dataclass(frozen=True)
class Part:
    """One part and its processes, the one heard of last first."""

    name: str
    signs: list[SignOfLife] = field(default_factory=list)

    @property
    def label(self) -> Any:
        """What it is, in words."""
        return LABELS.get(self.name, self.name)

    @property
    def seen_at(self) -> datetime | None:
        """Its last sign of life."""
        return self.signs[0].seen_at if self.signs else None

    @property
    def living(self) -> list[SignOfLife]:
        """The processes heard of within two minutes."""
        return [sign for sign in self.signs if is_recent(sign.seen_at)]

    @property
    def is_silent(self) -> bool:
        """Was it there, and is it no more?"""
        return bool(self.signs) and not self.living

    @property
    def state(self) -> str:
        """`alive`, `silent`, or `never` where it was never there."""
        return "never" if not self.signs else "silent" if self.is_silent else "alive"


def is_recent(seen_at: datetime) -> bool:
    """Is that less than two minutes ago? A sign from the future is none: the clock was set back."""
    return abs(clock.now() - seen_at) < SILENT_AFTER


def all_parts() -> list[Part]:
    """Those that belong to every installation, and any other that was heard of."""
    signs = list(db.session.scalars(SIGNS))
    names = list(dict.fromkeys((*EXPECTED, *(sign.name for sign in signs))))
    return [Part(name, [sign for sign in signs if sign.name == name]) for name in names]


def find(name: str) -> Part:
    """One part."""
    return some(name)[0]


def some(*names: str) -> list[Part]:
    """These parts, by one query."""
    signs = list(db.session.scalars(SIGNS_OF, {"names": names}))
    return [Part(name, [sign for sign in signs if sign.name == name]) for name in names]
