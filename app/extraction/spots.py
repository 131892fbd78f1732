"""Values found in a document, by type, each with the place where it stands."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.extraction.layout import Area, Line


@dataclass(slots=True)
class Spot:
    """A value and where it stands."""

    line: Line
    start: int
    end: int
    value: object
    area: Area
    is_right: bool = True
    """Whether its check digits hold, where it has some."""

    @property
    def text(self) -> str:
        """As it is printed."""
        return self.line.text[self.start : self.end].strip()


@dataclass(slots=True)
class Money(Spot):
    """An amount; `decimals` as printed, `currency` where a sign or code stands beside it."""

    decimals: int = 0
    currency: str = ""


@dataclass(slots=True)
class Values:
    """All candidates of a document, by type, in reading order."""

    dates: list[Spot] = field(default_factory=list)
    amounts: list[Money] = field(default_factory=list)
    rates: list[Spot] = field(default_factory=list)
    vats: list[Spot] = field(default_factory=list)
    ibans: list[Spot] = field(default_factory=list)
    bics: list[Spot] = field(default_factory=list)
    sirets: list[Spot] = field(default_factory=list)
    sirens: list[Spot] = field(default_factory=list)
    mails: list[Spot] = field(default_factory=list)
    codes: list[Spot] = field(default_factory=list)
    decimal_mark: str | None = None
