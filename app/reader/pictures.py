"""Picture files (JPEG, PNG, TIFF with several pages, WebP, HEIC): capped by their header, then drawn and read."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pillow_heif
from PIL import Image, ImageOps, UnidentifiedImageError

from app.reader import ocr
from app.reader.contents import Unreadable
from app.reader.drawing import page_of
from app.reader.job import Job
from app.reader.legible import Legible, legible

_A4_INCHES = 11.69
_QUALITY = 90
_FORMATS = ("JPEG", "PNG", "TIFF", "WEBP", "HEIF")


def prepare() -> None:
    """Load what Pillow loads late, while files may still be opened."""
    pillow_heif.register_heif_opener(thumbnails=False)
    Image.init()


def read(data: bytes, job: Job) -> Iterator[tuple[str, Any]]:
    """The pages of a picture file, one by one."""
    picture = _opened(data, job)
    count = _frame_count(picture, job)
    yield "begin", {"type": "image", "page_count": count}
    failure: Unreadable | None = None
    for number in range(1, count + 1):
        yield "at", [number, count]
        job.begin_page()
        upright = _frame(picture, number - 1)
        dpi = _dpi(upright, picture.info.get("dpi"))
        try:
            if number == 1:
                ocr.check_languages(job)
            found = legible(upright, job, dpi)
        except ocr.OutOfTime:
            failure, found = failure or Unreadable("too_slow", "ocr"), Legible(upright)
        except Unreadable as error:
            failure, found = failure or error, Legible(upright)
        yield "page", page_of(found, number, dpi, job)
    if failure:
        raise failure


def as_pdf(data: bytes, job: Job) -> bytes:
    """The frames of a picture file as pages of a PDF; what is black and white stays so."""
    picture = _opened(data, job)
    out = io.BytesIO()
    for place in range(_frame_count(picture, job)):
        upright = _frame(picture, place)
        dpi, quality = _dpi(upright, picture.info.get("dpi")), {"quality": _QUALITY}
        if picture.mode in ("1", "L"):
            upright, quality = upright.convert(picture.mode), {} if picture.mode == "1" else quality
        out.seek(0)
        upright.save(out, "PDF", resolution=dpi, append=place > 0, **quality)
    return out.getvalue()


def only_frame(data: bytes, job: Job) -> tuple[Image.Image, int]:
    """The one picture of a file, as the eye sees it, and its resolution; raises where there are several pages."""
    picture = _opened(data, job)
    if _frame_count(picture, job) != 1:
        raise Unreadable("not_supported", "several pages")
    upright = _frame(picture, 0)
    return upright, _dpi(upright, picture.info.get("dpi"))


def _opened(data: bytes, job: Job) -> Image.Image:
    Image.MAX_IMAGE_PIXELS = job.limits.image_pixels
    try:
        return Image.open(io.BytesIO(data), formats=_FORMATS)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise Unreadable("broken", type(error).__name__) from error
    except Image.DecompressionBombError as error:
        raise Unreadable("too_many_pixels") from error


def _frame_count(picture: Image.Image, job: Job) -> int:
    """Pages of a TIFF; other formats hold one picture (what else is in them are previews)."""
    _refuse_pixels(picture, job)
    if picture.format != "TIFF":
        return 1
    count = 1
    try:
        while True:
            picture.seek(count)
            _refuse_pixels(picture, job)
            count += 1
            if count > job.limits.frames:
                raise Unreadable("too_many_frames")
    except EOFError:
        return count
    except (OSError, ValueError, SyntaxError) as error:
        raise Unreadable("broken", type(error).__name__) from error


def _refuse_pixels(picture: Image.Image, job: Job) -> None:
    if picture.width * picture.height > job.limits.image_pixels:
        raise Unreadable("too_many_pixels", f"{picture.width} x {picture.height}")


def _frame(picture: Image.Image, place: int) -> Image.Image:
    """One frame as the eye sees it: turned as its EXIF says, on white paper, in RGB."""
    try:
        picture.seek(place)
        upright = ImageOps.exif_transpose(picture)
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise Unreadable("broken", type(error).__name__) from error
    if upright.mode in ("I;16", "I;16B", "I", "F"):
        upright = upright.convert("F").point(lambda level: level / 256).convert("L")
    if upright.mode not in ("RGBA", "LA", "PA") and "transparency" not in upright.info:
        return upright.convert("RGB")
    paper = Image.new("RGBA", upright.size, "white")
    return Image.alpha_composite(paper, upright.convert("RGBA")).convert("RGB")


def _dpi(picture: Image.Image, said: tuple[float, float] | None) -> int:
    """The resolution the file claims where it makes sense on paper, else as if the long side were A4."""
    longest = max(picture.size)
    claimed = float(said[0]) if said and said[0] else 0.0
    if claimed >= 100 and 3 <= longest / claimed <= 25:
        return round(claimed)
    return max(30, round(longest / _A4_INCHES))
