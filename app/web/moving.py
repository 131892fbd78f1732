"""Lines that are put in order one place at a time, each by a button for either way."""

from __future__ import annotations


def goes_on_earlier(step: int, place: int, count: int) -> bool:
    """After a move by `step` to `place`: has the button for an earlier place the focus, for the next press?

    It is the button that was pressed, or the other one where there is no further place that way.
    """
    return place > 1 if step < 0 else place == count
