"""Grids and leading dots are wiped out before Tesseract sees them, and nothing else is."""

from __future__ import annotations

import io
import random

import pymupdf
import pytest
from PIL import Image, ImageChops, ImageStat

from app.demo.sheet import BLACK, FONTS, Sheet
from app.extraction.labels import fold
from app.extraction.layout import lay_out
from app.reader import legible, ocr, ruling
from app.reader.cage import read
from app.reader.contents import Word
from app.reader.job import Job
from tests.reader.test_reading import PATIENT

MM = 200 / 25.4
COLUMNS, ROWS, TOP, STEP = (20, 142, 157, 173, 192), 26, 40, 7.2
TOTALS = {"Total HT": "28 640,24", "TVA 20 %": "5 728,05", "Net à payer": "34 368,29"}


def table(*, is_grid: bool = True, grey: float = 0.6, size: float = 9) -> Sheet:
    """A table of items with rules between its rows and, in a grid, between its columns."""
    sheet = Sheet()
    sheet.write(20, 20, "FACTURE", 16, "hebo")
    for row in range(ROWS):
        y = TOP + STEP * row
        sheet.rule(COLUMNS[0], y, COLUMNS[-1], BLACK if row < 2 else (grey, grey, grey))
        if row < ROWS - 1:
            sheet.write(22, y + 0.68 * STEP, f"Planches de chêne {row:02}", size, "cour")
            for x, text in zip(COLUMNS[2:], figures(row), strict=True):
                sheet.write(x - 2, y + 0.68 * STEP, text, size, "cour", align="right")
    for x in COLUMNS if is_grid else ():
        sheet.upright(x, TOP, TOP + STEP * (ROWS - 1), BLACK)
    return sheet


def figures(row: int) -> tuple[str, str, str]:
    """Quantity, price and amount of a row."""
    return str(row), f"{100 + row},50", f"1 {100 + row},5{row % 10}"


def led() -> Sheet:
    """Totals, each after a row of dots, and text of several sizes."""
    sheet = Sheet()
    for place, (label, amount) in enumerate(TOTALS.items()):
        sheet.write(100, 40 + 7 * place, f"{label} {'.' * (50 - len(label))} ", 9)
        sheet.write(190, 40 + 7 * place, amount, 9, align="right")
    for place, size in enumerate((6, 7, 8, 9, 11, 14, 20, 30)):
        sheet.write(15, 90 + 14 * place, "commun novembre . illisible – 11111111111, mm… nnn", size, "cour")
        sheet.write(15, 97 + 14 * place, "Commune en novembre, sur un même rayon : mmm iii nnn", size)
    return sheet


def drawn(sheet: Sheet, dpi: int = 200) -> Image.Image:
    """The sheet as a grey picture."""
    with pymupdf.open(stream=sheet.done()) as pages:
        pixels = pages[0].get_pixmap(dpi=dpi, colorspace=pymupdf.csGRAY)
    return Image.frombytes("L", (pixels.width, pixels.height), pixels.samples)


def scanned(sheet: Sheet, on_disk) -> list[str]:
    """The lines that are read of it where it lies askew and is noisy."""
    askew = drawn(sheet).rotate(1.5, Image.Resampling.BICUBIC, fillcolor=255)
    noise = Image.frombytes("L", askew.size, random.Random(7).randbytes(askew.width * askew.height))
    found = read(on_disk(as_jpeg(Image.blend(askew, noise, 0.08)), "scan.jpg"), limits=PATIENT)
    return [fold(line.text) for line in lay_out(found).lines]


def as_jpeg(picture: Image.Image) -> bytes:
    """As a scanner saves it."""
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=55, dpi=(200, 200))
    return out.getvalue()


def is_same(one: Image.Image, other: Image.Image) -> bool:
    """Pixel by pixel; as bytes, a difference would take minutes to tell."""
    return ImageChops.difference(one, other).getbbox() is None


def test_the_rules_of_a_grid_go_and_its_print_stays():
    """IN-10: white between the rows, every letter as it was."""
    before = drawn(table())
    after = ruling.without_grids(before)
    for row in range(ROWS):
        y = TOP + STEP * row
        rule = after.crop(tuple(round(edge * MM) for edge in (23, y - 0.3, 141, y + 0.3)))
        assert rule.getextrema() == (255, 255)
        within = tuple(round(edge * MM) for edge in (21, y + 0.6, 141, y + STEP - 0.6))
        assert is_same(after.crop(within), before.crop(within))


@pytest.mark.parametrize("make", [lambda: table(is_grid=False), Sheet, lambda: Sheet(20, 4), lambda: Sheet(0.2, 3)])
def test_rules_that_nothing_crosses_stay(make):
    """IN-10: they part lines for Tesseract, too."""
    before = drawn(make())
    assert ruling.without_grids(before) is before
    assert ruling.without_leaders(before) is before


def test_beside_a_grid_a_rule_that_nothing_crosses_stays():
    """IN-10: each is looked at for itself."""
    sheet = table()
    sheet.rule(20, 270, 190, BLACK)
    before = drawn(sheet)
    below = tuple(round(edge * MM) for edge in (15, 265, 195, 275))
    assert is_same(ruling.without_grids(before).crop(below), before.crop(below))


def test_a_dark_block_in_a_grid_is_no_rule():
    """IN-10: headings stand on it."""
    sheet = table()
    sheet.box(20, TOP, 172, 30, fill=(0.2, 0.2, 0.3))
    block = tuple(round(edge * MM) for edge in (30, TOP + 5, 180, TOP + 25))
    assert ImageStat.Stat(ruling.without_grids(drawn(sheet)).crop(block)).mean[0] < 90


@pytest.mark.parametrize("dpi", [100, 150, 200, 300])
def test_rows_of_dots_are_found_and_no_print_is(dpi):
    """IN-10: small print has feet, points and bars as near to each other."""
    found = list(ruling.leaders(drawn(led(), dpi)))
    heights = {round((top + bottom) / 2 / dpi * 25.4) for _, top, _, bottom in found}
    assert heights and heights <= {39, 40, 46, 47, 53, 54}
    assert len({height // 7 for height in heights}) == len(TOTALS)
    assert all(left / dpi * 25.4 > 95 and right / dpi * 25.4 < 180 for left, _, right, _ in found)


def test_small_marks_that_are_not_alike_are_no_row_of_dots():
    """IN-10: what dust or a thin script leaves."""
    chance, rows = random.Random(3), {True: 400, False: 800}
    picture = Image.new("L", (1653, 1200), 255)
    for is_even, y in rows.items():
        x = 100
        while x < 1000:
            wide, apart = (3, 7) if is_even else (chance.choice((1, 4)), chance.choice((2, 10)))
            picture.paste(0, (x, y, x + wide, y + 3))
            x += wide + apart
    assert {top // 100 for _, top, _, _ in ruling.leaders(picture)} == {3}


@pytest.mark.parametrize("dpi", [150, 200])
@pytest.mark.parametrize("font", ["helv", "tiro", "cour"])
def test_an_amount_right_after_dots_keeps_its_point(font, dpi):
    """IN-10: in a small font nothing stands over its point, and the foot of its first digit is as small."""
    sheet, amounts = Sheet(), []
    for place in range(24):
        size, said = 7 + place % 4, f"Total {'.' * (20 + 3 * place)}{' ' * (place % 2)}"
        x, y = 20 + FONTS[font].text_length(said, size) / 72 * 25.4, 20 + 10 * place
        sheet.write(20, y, f"{said}1.51", size, font)
        amounts.append((x - 0.1, y - 4, x + 10, y + 2))
    before = drawn(sheet, dpi)
    after = ruling.without_leaders(before)
    assert not is_same(after, before)
    for amount in amounts:
        part = tuple(round(edge / 25.4 * dpi) for edge in amount)
        assert is_same(after.crop(part), before.crop(part)), amount


@pytest.mark.parametrize("size", [(1016, 571.5), (1354, 381), (210, 297)])
def test_small_print_on_a_wide_screen_is_no_row_of_dots(size):
    """IN-10: the size of a dot does not grow with the width."""
    sheet = Sheet(*size)
    for place in range(20):
        texts = ("Total TTC 1 481,47", "FACTURE 2026-0042 minimum mmm", "IBAN FR76 3000 6000 0112 3456 7890 189")
        sheet.lines(30, 20 + 16 * place, [texts[place % 3]], 10)
    before = drawn(sheet, 96)
    assert ruling.without_leaders(before) is before


@pytest.mark.parametrize(("size", "tile"), [((20_000, 100), (9, 9)), ((100, 20_000), (4, 4)), ((600, 9000), (6, 12))])
def test_a_picture_of_nothing_but_dots_costs_little(size, tile):
    """SAFETY S24: neither a hit for each row, nor a strip that reaches far out of the picture."""
    dots = Image.new("L", tile, 255)
    dots.paste(0, (0, 0, 2, 2))
    picture = Image.new("L", size, 255)
    for x in range(0, min(size[0], 2000), tile[0]):
        for y in range(0, min(size[1], 9000), tile[1]):
            picture.paste(dots, (x, y))
    assert len(list(ruling.leaders(picture))) <= 500


def test_a_grid_is_read_row_by_row(on_disk):
    """EX-2: on a scan, where Tesseract takes a rule and the letters beside it for one."""
    lines = scanned(table(size=9.5), on_disk)
    rows = [row for row in range(1, ROWS - 1) if _has(lines, f"{row:02}", figures(row)[2].split()[1])]
    assert len(rows) >= ROWS - 7


def test_what_reads_well_keeps_its_grid(on_disk):
    """EX-2: without it, lone digits in a narrow column are lost."""
    found = read(on_disk(as_jpeg(drawn(table(size=9.5))), "screen.jpg"), limits=PATIENT)
    lines = [fold(line.text) for line in lay_out(found).lines]
    assert len([row for row in range(1, 10) if _has(lines, f"{row:02}\t{row}\t")]) >= 8


@pytest.mark.parametrize(("sure", "is_grid", "times"), [(0.95, True, 0), (0.8, True, 1), (0.8, False, 0)])
def test_only_what_reads_badly_in_a_grid_is_read_once_more(monkeypatch, tmp_path, sure, is_grid, times):
    """IN-10: it costs as much as the first time; and where that says no more, the first stays."""
    asked = []
    monkeypatch.setattr(ocr, "words", lambda *given: asked.append(given) or [])
    first = [Word("Planches", (0.1, 0.2, 0.3, 0.21), confidence=sure)]
    found = legible.Legible(drawn(table(is_grid=is_grid)).convert("RGB"), first)
    legible._read_unruled(found, Job(work=tmp_path), 200)
    assert (len(asked), found.words, found.is_unruled) == (times, first, False)


def test_an_amount_after_dots_is_read_with_its_label(on_disk):
    """EX-2: a row of dots was read as letters, and the label with it."""
    lines = scanned(led(), on_disk)
    for label, amount in TOTALS.items():
        assert _has(lines, label, amount), label


def _has(lines: list[str], *said: str) -> bool:
    return any(all(fold(text) in line for text in said) for line in lines)
