"""What OCR misread or lost in the totals, mended where the others and a rate prove it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from app.extraction.spots import Values
from app.extraction.sums import Sum
from app.extraction.taxes import is_tax_of, usual_rates

if TYPE_CHECKING:
    from app.extraction.totals import Totals

_THOUSAND = Decimal(1000)
_FEW = 2
"""Digits that may be misread in one amount."""


def mend(totals: Totals, values: Values) -> None:
    """Put right the one of net, tax and gross that the others contradict, if only one can be wrong.

    Where they add up, give back what net and gross have both lost.
    """
    whole = (totals.net, totals.tax, totals.gross)
    if not all(one is not None and _is_ocr(one) for one in whole):
        return
    rates = {spot.value for spot in values.rates if spot.value}
    if totals.adds_up:
        _mend_thousands(totals, rates or usual_rates())
        return
    mended = [found for name in ("net", "tax", "gross") if (found := _mended(totals, name, rates))]
    if len(mended) == 1:
        name, one = mended[0]
        setattr(totals, name, one)
        totals.adds_up, totals.mended = True, name


def _mend_thousands(totals: Totals, rates: Collection[Decimal]) -> None:
    """Give net and gross back the lone digit before a space ("3 279,04") that OCR lost in both, as the tax proves."""
    net, tax, gross = totals.net.value, totals.tax.value, totals.gross.value
    if totals.is_likely or not _THOUSAND / 10 <= min(net, gross) <= max(net, gross) < _THOUSAND:
        return
    lost = [digit * _THOUSAND for digit in range(1, 10)]
    fit = [more for more in lost if any(is_tax_of(net + more, rate, tax) for rate in rates)]
    if len(fit) == 1:
        totals.net, totals.gross = (_with(one, fit[0]) for one in (totals.net, totals.gross))
        totals.mended = "gross"


def _with(one: Sum, more: Decimal) -> Sum:
    return replace(one, value=one.value + more, why=f"{one.why}; read {one.value}, of which the tax is too much")


def _mended(totals: Totals, name: str, rates: set[Decimal]) -> tuple[str, Sum] | None:
    """The total of this name as the two others make it, where a rate agrees and few digits differ."""
    said = {"net": totals.net.value, "tax": totals.tax.value, "gross": totals.gross.value}
    was = getattr(totals, name)
    made = {
        "net": said["gross"] - said["tax"],
        "tax": said["gross"] - said["net"],
        "gross": said["net"] + said["tax"],
    }[name]
    said[name] = made
    if not _are_few(was.value, made) or not any(is_tax_of(said["net"], rate, said["tax"]) for rate in rates):
        return None
    return name, replace(was, value=made, why=f"{was.why}; read {was.value}, which does not add up".strip("; "))


def _are_few(was: Decimal, made: Decimal) -> bool:
    """Whether two amounts are equally long and differ in a digit or two."""
    one, other = f"{was:.2f}", f"{made:.2f}"
    return made > 0 and len(one) == len(other) and 0 < sum(a != b for a, b in zip(one, other, strict=True)) <= _FEW


def _is_ocr(one: Sum) -> bool:
    return one.spot is not None and one.spot.line.page.source == "ocr"
