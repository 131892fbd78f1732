"""The text layer of a PDF page: its visible words in reading order, and whether they are of any use."""

from __future__ import annotations

import re

import pymupdf

from app.reader.contents import Word

_FEW = 20
"""So few letters and digits beside a picture that fills the page are a scanner's stamp, not its text."""
_TINY = 1.5
"""Points: nobody reads smaller print."""
_PALE, _PAPER = 0.9, 235
"""Colour of letters from which on they may be lost on white paper, of 1; and how bright that is, of 255."""
_CMYK = 4
"""There high numbers are dark."""
_INVISIBLE = 3
"""Text rendering mode of text that is not painted."""


def layer(page: pymupdf.Page) -> tuple[list[Word], bool]:
    """The words of the page, and whether hidden ones were left out.

    A layer that is hidden as a whole lies over a scan, where it is the only text: it is kept.
    """
    spoken = _sorted(page.get_text("words", sort=False))
    hidden = _hidden_places(page)
    if hidden:
        visible = [word for word in spoken if not any(_inside(word, place) for place in hidden)]
        if visible and len(visible) < len(spoken):
            return _placed(page, visible), True
    return _placed(page, spoken), False


def is_usable(page: pymupdf.Page, words: list[Word]) -> bool:
    """False where the page has no text, garbage for text, or a stamp on a scan."""
    text = "".join(word.text for word in words)
    letters = len(re.findall(r"[^\W_]", text))
    strange = len(re.findall("[\ufffd\ue000-\uf8ff\x00-\x08]", text))
    if letters < 5 or strange > letters / 3:
        return False
    return letters >= _FEW * 10 or not (letters < _FEW * 10 and _picture_share(page) > 0.6)


def is_blank(page: pymupdf.Page) -> bool:
    """True where nothing at all is printed, so that OCR need not look."""
    small = 400 / max(page.rect.width, page.rect.height, 1)
    drawn = page.get_pixmap(matrix=pymupdf.Matrix(small, small), colorspace=pymupdf.csGRAY, alpha=False).samples
    return drawn.count(drawn[:1]) == len(drawn)


def _sorted(words: list[tuple]) -> list[tuple]:
    """Blocks from top to bottom and left to right, the file's own order inside a block."""
    first: dict[int, tuple[float, float]] = {}
    for x0, y0, _x1, _y1, _text, block, _line, _place in words:
        top, left = first.get(block, (y0, x0))
        first[block] = (min(top, y0), min(left, x0))
    return sorted(words, key=lambda word: (*first[word[5]], word[5], word[6], word[7]))


def _placed(page: pymupdf.Page, words: list[tuple]) -> list[Word]:
    """Words with boxes as fractions of the page as it is shown (rotated and cropped)."""
    matrix, width, height = page.rotation_matrix, page.rect.width, page.rect.height
    placed = []
    for x0, y0, x1, y1, text, block, line, _place in words:
        box = pymupdf.Rect(x0, y0, x1, y1) * matrix
        if box.x1 > 0 and box.y1 > 0 and box.x0 < width and box.y0 < height:
            edges = (box.x0 / width, box.y0 / height, box.x1 / width, box.y1 / height)
            placed.append(Word(text, tuple(min(1.0, max(0.0, edge)) for edge in edges), block, line))
    return placed


def _hidden_places(page: pymupdf.Page) -> list[tuple]:
    """Where text is that a person can't see: not painted, transparent, tiny, or white on white paper."""
    hidden, pale = [], []
    for span in page.get_texttrace():
        if span["type"] == _INVISIBLE or span["opacity"] == 0 or span["size"] < _TINY:
            hidden.append(span["bbox"])
        elif min(span["color"]) > _PALE and len(span["color"]) != _CMYK:
            pale.append(span["bbox"])
    return hidden + _unseen(page, pale)


def _unseen(page: pymupdf.Page, pale: list[tuple]) -> list[tuple]:
    """Those of these places where nothing darker than paper is drawn: pale letters on a dark band are well seen."""
    if not pale:
        return []
    drawn = page.get_pixmap(colorspace=pymupdf.csGRAY, alpha=False)
    return [place for place in pale if _darkest(drawn, pymupdf.Rect(place) * page.rotation_matrix) > _PAPER]


def _darkest(drawn: pymupdf.Pixmap, place: pymupdf.Rect) -> int:
    """The darkest shade in that place; 0 outside the page."""
    box = place.irect & pymupdf.IRect(0, 0, drawn.width, drawn.height)
    rows = (drawn.samples_mv[y * drawn.stride + box.x0 : y * drawn.stride + box.x1] for y in range(box.y0, box.y1))
    return min((min(row) for row in rows if row), default=0)


def _inside(word: tuple, place: tuple) -> bool:
    x, y = (word[0] + word[2]) / 2, (word[1] + word[3]) / 2
    return place[0] <= x <= place[2] and place[1] <= y <= place[3]


def _picture_share(page: pymupdf.Page) -> float:
    """How much of the page its largest picture covers."""
    whole = abs(page.rect.width * page.rect.height) or 1
    areas = [abs(pymupdf.Rect(info["bbox"]) & page.rect) for info in page.get_image_info()]
    return max(areas, default=0) / whole
