"""`flask --app wsgi extract`: read files and print what was found, one JSON object a line. No database needed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from time import monotonic

import click

from app.extraction.choose import read_fields
from app.extraction.lessons import Lesson
from app.extraction.printed import PRINTED
from app.extraction.reading import Found, Reading, Value
from app.extraction.teaching import Unteachable, lessons_of
from app.reader import cage
from app.reader.contents import Unreadable
from app.reader.reasons import reason

_FLAGS = ("xml_page_differ", "xml_unreadable", "not_invoice", "several_invoices")


@click.command("extract")
@click.option("--no-xml", is_flag=True, help="Ignore an embedded XML and read the pages alone.")
@click.option("--ocr", is_flag=True, help="Ignore the text layer and read the pages as pictures.")
@click.option(
    "--taught",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Documents and their right answers.",
)
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
def extract(no_xml: bool, ocr: bool, taught: Path | None, files: tuple[Path, ...]) -> None:
    """Print the fields of each FILE as one JSON object a line."""
    _taught(taught)
    for path in files:
        said = extract_file(path, use_xml=not no_xml, force_ocr=ocr, taught=taught)
        click.echo(json.dumps(said, ensure_ascii=False))


def _taught(path: Path | None) -> Sequence[Lesson]:
    """The lessons of the file, if there is one; a line that is none ends the command."""
    try:
        return lessons_of(path) if path else ()
    except Unteachable as error:
        raise click.ClickException(str(error)) from error


def extract_file(path: Path, *, use_xml: bool = True, force_ocr: bool = False, taught: Path | None = None) -> dict:
    """The object printed for one file; one with `error` where it could not be read."""
    lessons, began = _taught(taught), monotonic()
    try:
        contents = cage.read(path, force_ocr=force_ocr)
    except Unreadable as error:
        return {"file": str(path), "error": error.code, "reason": str(reason(error.code))}
    said = as_printed(read_fields(contents, use_xml=use_xml, lessons=lessons))
    return {"file": str(path), **said, "seconds": round(monotonic() - began, 3)}


def as_printed(reading: Reading) -> dict:
    """The fields, confidences, boxes and flags under the names of the output."""
    found = {printed: reading.fields[name] for name, printed in PRINTED.items() if name in reading.fields}
    return {
        "fields": {printed: _text(found[printed].value) if printed in found else None for printed in PRINTED.values()},
        "confidence": {printed: one.confidence for printed, one in found.items()},
        "boxes": {printed: _box(one) for printed, one in found.items() if one.box is not None},
        "flags": [flag for flag in reading.flags if flag["code"] in _FLAGS],
    }


def _box(found: Found) -> list[float]:
    return [found.page, *found.box]


def _text(value: Value) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else value
