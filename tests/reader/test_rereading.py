"""Where two passes differ about an amount or a date, those lines are read once more."""

from __future__ import annotations

from PIL import Image, ImageDraw

from app.reader.cage import read
from app.reader.contents import Word
from app.reader.rereading import doubtful, outside, put_back, sheet_of
from tests import samples

EACH_TIME_OTHERWISE = r"""
case "$*" in *"--psm 0"*) exit 1;; esac
echo >> "$TMPDIR/times"
out="$2.tsv" top=100 amount="12,9$(wc -l < "$TMPDIR/times")"
echo 'level page_num block_num par_num line_num word_num left top width height conf text' | tr ' ' '\t' > "$out"
for text in Atelier Lumen Menuiserie Duval Facture Total Merci Visite "$amount"; do
  printf '5\t1\t1\t1\t%d\t1\t100\t%d\t200\t30\t95\t%s\n' "$top" "$top" "$text" >> "$out"
  top=$((top + 60))
done
"""


def words(*said: str) -> list[Word]:
    """One word a line, a twentieth of the page high."""
    return [Word(text, (0.1, place / 10, 0.4, place / 10 + 0.05)) for place, text in enumerate(said)]


def test_only_lines_with_other_digits_are_read_again():
    """EX-4: an amount, a date; not what is no number, and not what both read alike."""
    first = words("Total", "12,90", "15/02/2018", "Merci", "4711")
    second = words("Tota1", "12,90", "16/02/2018", "Merei", "4771")
    [strip] = doubtful(first, second)
    assert 0.15 < strip.top < 0.2 and 0.25 < strip.bottom < 0.3
    assert [word.text for word in outside(first, [strip])] == ["Total", "12,90", "Merci", "4711"]


def test_what_one_pass_alone_saw_is_doubtful():
    """EX-4: a pass that reads nothing there has an opinion too."""
    assert len(doubtful(words("12,90"), [])) == len(doubtful([], words("12,90"))) == 1


def test_what_is_read_on_the_sheet_goes_back_to_its_place():
    """EX-3: its box is where it stands on the page."""
    picture = Image.new("L", (400, 1000), 255)
    ImageDraw.Draw(picture).rectangle((100, 700, 139, 719), fill=0)
    said = [Word("1,0", (0.25, 0.7, 0.35, 0.72)), Word("2,0", (0.25, 0.2, 0.35, 0.22))]
    sheet, strips, growth = sheet_of(picture, doubtful(said, []), said)
    left, top, right, bottom = sheet.point(lambda level: 255 - level).getbbox()
    on_sheet = (left / sheet.width, top / sheet.height, right / sheet.width, bottom / sheet.height)
    [found] = put_back([Word("1,0", on_sheet)], sheet, strips, picture.height * growth)
    assert all(abs(one - other) < 0.003 for one, other in zip(found.box, (0.25, 0.7, 0.35, 0.72), strict=True))


def test_an_amount_that_two_passes_read_otherwise_is_read_a_third_time(on_disk, fake_tesseract):
    """EX-4: whoever chooses between the two hears a third opinion on that line."""
    fake_tesseract(EACH_TIME_OTHERWISE)

    [page] = read(on_disk(samples.receipt_jpeg(), "photo.jpg")).pages

    amounts = [[word.text for word in said if "12,9" in word.text] for said in (page.words, *page.passes)]
    assert amounts == [["12,91"], ["12,92"], ["12,93"]]
