"""Who presses the buttons of a mailed link's page: a person, or a machine that presses what it finds (SAFETY S58)."""

from __future__ import annotations

from collections.abc import Container
from enum import StrEnum
from typing import Protocol

import structlog
from flask_babel import gettext as _
from sqlalchemy.orm import Mapped

from app.users.served import Linked, Served

log = structlog.get_logger()
TRAP = "look"
"""The button no person sees: whoever presses all there is presses it too."""
TOO_QUICK, MACHINE = 1, 2
"""What it adds to the suspicion of a link."""
SUSPECT = 2
"""From here on the page asks for some digits to be copied, which only a person does."""


class Suspected(Linked, Protocol):
    """A link with how surely a machine was at work on its pages."""

    suspicion: Mapped[int]


class Caught(StrEnum):
    """How a machine gave itself away."""

    PRESSED_NOTHING = "pressed nothing"
    """What the form needs was not chosen: no person can send it so."""
    QUICK = "quick"


class AskAgain(Exception):
    """Nothing was done; the page is shown once more and says why. What was noted of it is kept."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def caught(link: Suspected, served: Served, choice: str, choices: Container[str]) -> Caught | None:
    """How a machine gave itself away by this answer; noted with the link."""
    if choice not in choices:
        suspect(link, MACHINE, "trap" if choice == TRAP else "no choice")
        return Caught.PRESSED_NOTHING
    if served.is_too_quick:
        suspect(link, TOO_QUICK, "quick")
        return Caught.QUICK
    return None


def check_digits(link: Suspected, served: Served, digits: str) -> None:
    """Where a machine was at work, only who copied what stands in no field goes on."""
    if is_suspect(link) and digits.strip() != served.digits:
        raise AskAgain(_("Something else pressed buttons here before. Copy the four digits, then press again."))


def is_suspect(link: Suspected) -> bool:
    """Was a machine at work on its pages?"""
    return link.suspicion >= SUSPECT


def suspect(link: Suspected, how_much: int, why: str) -> None:
    """A machine was at work on its pages."""
    link.suspicion += how_much
    log.info("mailed_link.machine", of=link.__tablename__, link=link.id, why=why)
