"""Upper parts where no size, label or place tells who writes from whom it is written to."""

from __future__ import annotations

from collections.abc import Callable

from tests.bench.reading.families.heads import Head
from tests.bench.reading.families.pen import GREY


def _sender(head: Head, x: float, y: float, width: float = 74) -> float:
    """Name and address of who writes, as plain as the rest."""
    texts = [head.name, *(head.said(line) for line in head.family.letterhead)]
    return head.pen.lines(x, y, texts, width)


def _buyer(head: Head, x: float, y: float, width: float = 74) -> float:
    """The buyer without any bold line."""
    texts = [head.family.buyer_label] * bool(head.family.buyer_label) + head.family.buyer
    return head.pen.lines(x, y, [head.said(line) for line in texts], width)


def plain_right(head: Head) -> float:
    """The buyer at the left, beside the sender at the right, both in the same letters; title and facts below."""
    low = max(_buyer(head, 18, 24), _sender(head, 116, 24))
    y = head.headline(18, low + 12, 12, width=170, colour=(0, 0, 0))
    return head.facts(18, y + 3, 120)


def twins(head: Head) -> float:
    """The title in the middle, then both addresses beside each other, the sender's first."""
    y = head.headline(105, 20, 14, "centre", 170)
    low = max(_sender(head, 18, y + 8), _buyer(head, 110, y + 8))
    return head.facts(18, low + 6, 174)


def foot_only(head: Head) -> float:
    """No letterhead: title and facts at the top, the buyer below; only the foot says who writes."""
    y = head.headline(18, 24, 20, width=90)
    low = head.facts(118, 24, 74)
    return max(low, _buyer(head, 18, max(y + 12, 44)))


def centred_window(head: Head) -> float:
    """The letterhead in the middle; the buyer left under the small line of the sender; facts right."""
    pen = head.pen
    y = head.letterhead(105, 18, "centre", 13, width=120)
    at = max(y + 8, 46)
    pen.write(20, at, head.said("{seller}, {street}, {town}"), 6.5, colour=GREY)
    low = max(_buyer(head, 20, at + 6), head.facts(124, at + 2, 68))
    return head.headline(18, low + 8, 14, width=170)


def stacked_right(head: Head) -> float:
    """All at the right, the sender above the buyer; title and facts at the left."""
    low = _buyer(head, 118, _sender(head, 118, 20) + 8)
    y = head.headline(18, 26, 18, width=90)
    return max(low, head.facts(18, y + 4, 90))


def foreign(head: Head) -> float:
    """The buyer first and alone at the top; the sender under the facts, as some programs put it."""
    low = _buyer(head, 18, 20)
    y = head.headline(192, 22, 18, "right", 90)
    y = max(low + 6, head.facts(118, y + 4, 74))
    return _sender(head, 18, y + 4, 100)


PLAIN: dict[str, Callable[[Head], float]] = {
    one.__name__: one for one in (plain_right, twins, foot_only, centred_window, stacked_right, foreign)
}
