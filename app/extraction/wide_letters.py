"""Words printed letter by letter, as titles are ("F A C T U R E"), put together again."""

from __future__ import annotations

from dataclasses import replace

from app.reader.contents import Word

Placed = tuple[tuple[float, float, float, float], Word]
_FEWEST = 5
"""Letters that make a word: fewer may be a grade, a size, an initial."""


def put_together(row: list[Placed]) -> list[Placed]:
    """The words of a line, those set wide each as one word."""
    joined, at = [], 0
    while at < len(row):
        end = _end_of_letters(row, at)
        is_word = end - at >= _FEWEST
        joined.append(_one_word(row[at:end]) if is_word else row[at])
        at = end if is_word else at + 1
    return joined


def _end_of_letters(row: list[Placed], at: int) -> int:
    """Where the capitals that begin at `at`, evenly apart, come to an end: a wider gap begins another word."""
    end = at
    while end < len(row) and len(row[end][1].text) == 1 and row[end][1].text.isupper():
        if end > at and _gap(row, end) > _widest(row, at, end):
            break
        end += 1
    return end


def _widest(row: list[Placed], at: int, end: int) -> float:
    """How far the next letter may stand: columns of a table are wider apart than letters are high."""
    (_, top, _, bottom), _word = row[at]
    return (bottom - top) if end == at + 1 else 1.6 * max(_gap(row, at + 1), 1.0)


def _gap(row: list[Placed], at: int) -> float:
    return row[at][0][0] - row[at - 1][0][2]


def _one_word(letters: list[Placed]) -> Placed:
    words, areas = [word for _, word in letters], [area for area, _ in letters]
    text, confidence = "".join(word.text for word in words), min(word.confidence for word in words)
    word = replace(words[0], text=text, box=_around([word.box for word in words]), confidence=confidence)
    return _around(areas), word


def _around(areas: list[tuple[float, float, float, float]]) -> tuple[float, float, float, float]:
    left, top, right, bottom = zip(*areas, strict=True)
    return min(left), min(top), max(right), max(bottom)
