"""A picture made easy to read: upright, level, with an even background and letters of a good size (IN-10)."""

from __future__ import annotations

from itertools import pairwise

from PIL import Image, ImageChops, ImageFilter, ImageOps

MAX_TILT = 12.0
_COARSE, _FINE = 0.25, 0.1
"""Degrees: a table whose rules go across the page is level at one angle only, and a quarter away no longer."""
_SMALL = 900
"""Longest side of the copy on which the tilt is measured."""


def even(grey: Image.Image) -> Image.Image:
    """Shadows and paper colour taken out: each pixel against the brightness around it."""
    small = grey.copy()
    small.thumbnail((grey.width // 8 + 1, grey.height // 8 + 1), Image.Resampling.BOX)
    around = small.filter(ImageFilter.MaxFilter(5)).filter(ImageFilter.GaussianBlur(6))
    background = around.resize(grey.size, Image.Resampling.BILINEAR)
    difference = ImageChops.subtract(background, grey)
    return ImageOps.autocontrast(ImageOps.invert(difference), cutoff=(0.5, 2))


def tilt(grey: Image.Image) -> float:
    """By how many degrees (counter-clockwise) to turn the picture so that its lines are level."""
    ink = _ink(grey)
    small = ink.reduce(2)
    best = max(_steps(0.0, MAX_TILT, _COARSE), key=lambda angle: _levelness(small, angle))
    best = max(_steps(best, 2 * _COARSE, _FINE), key=lambda angle: _levelness(ink, angle))
    gain = _levelness(ink, best) / max(1.0, _levelness(ink, 0.0))
    return best if gain > 1.05 and abs(best) >= 0.2 else 0.0


def lies_on_its_side(grey: Image.Image) -> bool:
    """True where lines seem to run from top to bottom."""
    ink = _ink(grey)
    sideways = ink.transpose(Image.Transpose.ROTATE_90)
    angles = _steps(0.0, 4.0, 2.0)
    return max(_levelness(sideways, angle) for angle in angles) > 1.5 * max(_levelness(ink, angle) for angle in angles)


def level(picture: Image.Image, angle: float) -> Image.Image:
    """The picture turned by a few degrees, nothing cut off, the corners filled with paper."""
    if not angle:
        return picture
    paper = "white" if picture.mode == "RGB" else 255
    return picture.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=paper)


def turned(picture: Image.Image, degrees: int) -> Image.Image:
    """The picture turned clockwise by quarter turns."""
    ways = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}
    return picture.transpose(ways[degrees % 360]) if degrees % 360 else picture


def is_clean(grey: Image.Image) -> bool:
    """True for a picture that a program drew: most of it is exactly one shade, with nothing near it."""
    counts = grey.histogram()
    paper = max(range(256), key=counts.__getitem__)
    near = sum(counts[max(0, paper - 6) : paper + 7])
    return counts[paper] > 0.5 * sum(counts) and counts[paper] > 0.93 * near


def _ink(grey: Image.Image) -> Image.Image:
    """A small copy in which only what is printed is white."""
    small = grey.copy()
    small.thumbnail((_SMALL, _SMALL), Image.Resampling.BOX)
    return even(small).point(lambda level: 255 if level < 140 else 0)


def _steps(middle: float, reach: float, step: float) -> list[float]:
    count = round(reach / step)
    return [middle + step * place for place in range(-count, count + 1)]


def _levelness(ink: Image.Image, angle: float) -> float:
    """How sharply rows of ink and rows of paper alternate: highest when lines are level."""
    rows = ink.rotate(angle, Image.Resampling.NEAREST).resize((1, ink.height), Image.Resampling.BOX).tobytes()
    return float(sum((a - b) ** 2 for a, b in pairwise(rows)))
