"""What a correction teaches is used on the next document of the layout, and on no other."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from click.testing import CliRunner

from app.extraction import lessons as teaching
from app.extraction.command import extract
from app.extraction.lessons import Lesson, from_plain, learn
from app.extraction.reading import SURE, Party
from app.extraction.shapes import like
from app.extraction.study import study
from tests import samples
from tests.extraction.laid_out import contents, lines, page, read, totals

SUPPLIER = Party(name="Papeterie Durand SARL", vat_number="FR40303265045")


AMOUNTS = ("100,00 €", "20,00 €", "120,00 €")


def slip(number: str, day: str, *, box: str = ""):
    """A layout where the number stands after "Ligne du comptoir", and another's after "Facture n°"."""
    return page(
        *lines("Papeterie Durand SARL", "12 rue des Lampistes", "69003 Lyon", "TVA FR40303265045"),
        (350, 60, "FACTURE"),
        (350, 80, f"Facture n° {box or '7781-' + number[-2:]}"),
        (350, 96, f"Ligne du comptoir {number}"),
        (350, 112, f"Date : {day}"),
        (350, 128, "Date d'échéance : 30/11/2026"),
        (50, 300, "Désignation"),
        (500, 300, "Total"),
        *totals(*AMOUNTS),
    )


def lesson_of(sheet, **right) -> list[Lesson]:
    """What the page teaches where these are its right values."""
    return learn(study(contents(sheet)), right, read(sheet), supplier=SUPPLIER, source="first")


def test_a_wrong_number_is_right_on_the_next_document():
    """EX-6: after one correction, with its place and its form; without the lesson it was wrong."""
    first, second = slip("PD-2026-0041", "02/10/2026"), slip("PD-2026-0042", "02/11/2026")
    assert read(second).value("number") != "PD-2026-0042"

    found = read(second, lessons=lesson_of(first, number="PD-2026-0041")).fields["number"]

    assert (found.value, found.lesson) == ("PD-2026-0042", "first") and found.confidence >= SURE


def test_without_the_lesson_the_reading_is_as_before():
    """EX-6: a lesson that was removed is not used."""
    sheet = slip("PD-2026-0042", "02/11/2026")
    assert read(sheet, lessons=[]).fields == read(sheet).fields


def test_another_supplier_s_document_is_not_touched():
    """EX-6: a lesson belongs to one layout of one supplier."""
    taught = lesson_of(slip("PD-2026-0041", "02/10/2026"), number="PD-2026-0041")
    other = page(
        *lines("Atelier Lumen", "Lyon", "TVA FR83404833048"),
        (350, 60, "FACTURE N° F-2026-0042"),
        (350, 96, "Ligne du comptoir PD-2026-0099"),
        (350, 112, "Date : 02/11/2026"),
        *totals("100,00", "20,00", "120,00"),
    )
    assert read(other, lessons=taught).fields == read(other).fields


def test_a_twin_of_the_layout_leaves_what_is_sure_alone():
    """EX-6: other suppliers print with the same program; their numbers may stand elsewhere."""
    own = lesson_of(slip("PD-2026-0041", "02/10/2026"), number="PD-2026-0041")
    other = replace(own[0].layout, identifiers=frozenset({"X"}), name="somebody else")
    taught = [replace(each, layout=other) for each in own]
    sheet = slip("PD-2026-0042", "02/11/2026", box="F-2026-17")
    assert read(sheet).fields["number"].is_sure
    assert read(sheet, lessons=taught).value("number") == "F-2026-17"


def test_amounts_that_do_not_add_up_do_not_go_first():
    """EX-4: a lesson is a proposal: what adds up without it stays."""
    taught = lesson_of(slip("PD-1", "02/10/2026"), gross=Decimal("100.00"))
    found = read(slip("PD-2", "02/11/2026"), lessons=taught)
    assert found.value("gross") == Decimal("120.00")


def test_a_date_is_read_where_it_stood():
    """EX-6: also where two dates are swapped."""
    first, second = slip("PD-1", "02/10/2026"), slip("PD-2", "02/11/2026")
    taught = lesson_of(first, issue_date=date(2026, 11, 30))
    assert read(second, lessons=taught).value("issue_date") == date(2026, 11, 30)


def test_the_newest_lesson_goes_first_and_the_older_one_stands_behind():
    """EX-6: nothing is forgotten."""
    first, second = slip("PD-2026-0041", "02/10/2026", box="7781-41"), slip("PD-2026-0042", "02/11/2026", box="7781-42")
    older, newer = lesson_of(first, number="7781-41"), lesson_of(first, number="PD-2026-0041")
    assert read(second, lessons=[*newer, *older]).value("number") == "PD-2026-0042"
    assert read(second, lessons=[*older, *newer]).value("number") == "7781-42"


def test_a_standing_fact_is_said_again_instead_of_the_same_mistake():
    """EX-6: the name that was misread is put right, and only that one."""
    first, second = slip("PD-1", "02/10/2026"), slip("PD-2", "02/11/2026")
    wrong = str(read(first).value("seller_name"))
    taught = lesson_of(first, seller_name="Durand & Filles")
    assert wrong != "Durand & Filles" and read(second, lessons=taught).value("seller_name") == "Durand & Filles"


def test_a_lesson_survives_being_stored():
    """EX-6: as JSON and back it is the same."""
    for lesson in lesson_of(slip("PD-2026-0041", "02/10/2026"), number="PD-2026-0041", seller_name="X"):
        plain = json.loads(json.dumps(teaching.as_plain(lesson)))
        assert from_plain(lesson.field, plain, "first") == lesson


def test_ocr_mistakes_are_put_right_by_the_form():
    """EX-6: where a digit must stand, what OCR took for a letter is one."""

    form, line = "FA02/2020/00037", "N FAO2/2O20/0004I"
    assert [found[2:] for found in like(form, line, is_ocr=True)][:1] == [("FA02/2020/00041", True)]
    assert not list(like(form, line, is_ocr=False))


# --- From the command line ------------------------------------------------------------------------


def test_the_command_learns_from_taught_documents(tmp_path):
    """EX-9: EX-6: --taught reads them first; their files are found beside it."""
    (tmp_path / "a.pdf").write_bytes(samples.invoice_pdf("F-2026-101"))
    (tmp_path / "b.pdf").write_bytes(samples.invoice_pdf("F-2026-102"))
    line = {"file": "a.pdf", "fields": {"seller_name": "Lumen & Cie", "number": "F-2026-101", "due_date": None}}
    (tmp_path / "taught.jsonl").write_text(json.dumps(line) + "\n")

    result = CliRunner().invoke(extract, ["--taught", str(tmp_path / "taught.jsonl"), str(tmp_path / "b.pdf")])

    fields = json.loads(result.output)["fields"]
    assert (fields["seller_name"], fields["number"]) == ("Lumen & Cie", "F-2026-102")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "line 1"),
        ('{"file": "a.pdf"}', "expected"),
        ('{"file": "gone.pdf", "fields": {}}', "gone.pdf"),
        ('{"file": "a.pdf", "fields": {"colour": "red"}}', "unknown field: colour"),
        ('{"file": "a.pdf", "fields": {"issue_date": "soon"}}', "soon"),
        ('{"file": "a.pdf", "fields": {"total_net": "many"}}', "not an amount: many"),
    ],
)
def test_a_bad_line_says_what_is_wrong_with_it(tmp_path, line, why):
    """EX-9: the command ends with the line and the reason."""
    (tmp_path / "a.pdf").write_bytes(samples.invoice_pdf("F-1"))
    (tmp_path / "taught.jsonl").write_text(line + "\n")
    result = CliRunner().invoke(extract, ["--taught", str(tmp_path / "taught.jsonl"), str(tmp_path / "a.pdf")])
    assert result.exit_code == 1 and "line 1" in result.output and why in result.output
