"""The originals of documents in one ZIP, each under a name that says what it is, with a list of them inside."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import structlog
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import Select, func

from app.core import money, storage
from app.core.errors import Refused
from app.documents.models import Document, DocumentFile, FileRole
from app.extensions import db
from app.files import store
from app.files.leaving import safe_name
from app.files.models import File
from app.lists import csv_table
from app.lists.streaming import Sink, entry
from app.web.filters import size

log = structlog.get_logger()
MOST_DOCUMENTS, MOST_BYTES = 5000, 2_000_000_000
"""More than that no mail, no stick and hardly a browser takes."""
HEADS = (
    *(lazy_gettext("File in the ZIP"), lazy_gettext("Name it came with"), lazy_gettext("Number")),
    *(lazy_gettext("Counterparty"), lazy_gettext("Issue date"), lazy_gettext("Currency")),
    *(lazy_gettext("Gross amount"), lazy_gettext("Remark")),
)
WORDS = {
    "list": lazy_gettext("list.csv"),
    "none": lazy_gettext("it has no file"),
    "damaged": lazy_gettext("the stored file is missing or was changed: not included"),
}


def check_size(query: Select[tuple[Document]]) -> None:
    """Refuse what is too much for one ZIP."""
    ids = query.with_only_columns(Document.id).limit(MOST_DOCUMENTS + 1).subquery()
    joined = db.session.query(func.count(ids.c.id.distinct()), func.coalesce(func.sum(File.size), 0)).select_from(ids)
    is_original = (DocumentFile.document_id == ids.c.id) & (DocumentFile.role == FileRole.ORIGINAL)
    count, length = joined.outerjoin(DocumentFile, is_original).outerjoin(File, File.id == DocumentFile.file_id).one()
    if count > MOST_DOCUMENTS:
        raise Refused(
            _("One ZIP takes at most %(most)s documents: filter the list or select fewer.", most=MOST_DOCUMENTS)
        )
    if length > MOST_BYTES:
        told = {"size": size(int(length)), "most": size(MOST_BYTES)}
        raise Refused(_("These originals are %(size)s; one ZIP takes at most %(most)s: select fewer.", **told))


@dataclass
class Original:
    """What the ZIP needs to know of a document, once nothing can be asked any more."""

    sha256: str
    name: str
    facts: list[Any]


def told(document: Document) -> Original:
    """The same, of a document that can still be asked."""
    original = document.original
    gross = None if document.gross_minor is None else money.from_minor(document.gross_minor, document.currency)
    facts = [original.name if original else "", document.number, document.party_name, document.issue_date]
    return Original(
        original.file.sha256 if original else "",
        _called(document, original.name) if original else "",
        [*facts, document.currency, gross],
    )


def pieces(originals: Iterable[Original]) -> Iterator[bytes]:
    """The ZIP as it grows, one file in memory at a time; what is not in it is named in its list with the reason."""
    words = {name: str(sentence) for name, sentence in WORDS.items()}
    return _pieces(originals, store.root(), words, csv_table.writer(HEADS))


def _pieces(originals: Iterable[Original], root: Path, words: dict[str, str], as_csv: Any) -> Iterator[bytes]:
    sink, names, lines = Sink(), set[str](), []
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as folder:  # type: ignore[call-overload]
        for each in originals:
            name, state = _add(folder, root, each, names)
            lines.append([name, *each.facts, words.get(state, "")])
            yield sink.take()
        folder.writestr(entry(words["list"], zipfile.ZIP_DEFLATED), b"".join(as_csv(lines)))
    yield sink.take()


def _add(folder: zipfile.ZipFile, root: Path, original: Original, names: set[str]) -> tuple[str, str]:
    """Put it in; under which name, or what is to be said of it."""
    if not original.sha256:
        return "", "none"
    try:
        data = storage.read(root, original.sha256)
    except storage.Damaged:
        log.error("file.damaged", sha256=original.sha256)
        return "", "damaged"
    name = _free(original.name, names)
    folder.writestr(entry(name), data)
    return name, ""


def _called(document: Document, original_name: str) -> str:
    """Day, counterparty and number, with the ending of its file."""
    day = document.issue_date.isoformat() if document.issue_date else ""
    said = " ".join(part for part in (day, document.party_name[:60], document.number[:60]) if part)
    ending = PurePosixPath(safe_name(original_name)).suffix[:10]
    plain = "".join(each if each.isprintable() and each not in '<>:"|?*' else "_" for each in said)
    return safe_name(plain.replace("..", "_")) + ending


def _free(name: str, names: set[str]) -> str:
    """The name, with a number where another document has it; upper and lower case are one to some systems."""
    path, count = PurePosixPath(name if not name.startswith(".") else f"file{name}"), 1
    free = path.name or "file"
    while free.casefold() in names:
        count += 1
        free = f"{path.stem} ({count}){path.suffix}"
    names.add(free.casefold())
    return free
