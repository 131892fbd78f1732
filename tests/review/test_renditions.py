"""IN-10: a photo keeps a straightened rendition beside it, and stays as it came."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from sqlalchemy import select

from app.documents.models import Document, FileRole, ReadState
from app.extensions import db
from app.extraction.jobs import read_document
from app.files import store
from app.review.jobs import straighten_photo
from app.tasks.models import Task
from tests import samples
from tests.factories import make_document, make_file, make_user, reload

pytestmark = pytest.mark.usefixtures("app")


def photographed(**facts) -> tuple[Document, bytes]:
    """A document photographed on its side."""
    photo = samples.receipt_jpeg(turn=1)
    file = make_file(photo, type="image/jpeg")
    return make_document(file=file, file_name="IMG_2041.jpg", counterparty=None, **facts), photo


def asked() -> list[list[int]]:
    return list(db.session.scalars(select(Task.ids).where(Task.kind == "straighten_photo")))


def test_a_photo_that_was_read_gets_a_straightened_rendition(browser):
    """IN-10: the original bytes stay; both can be downloaded from the review and the document's page."""
    document, photo = photographed(read_state=ReadState.READING)
    read_document(document.id)
    assert asked() == [[document.id]]

    straighten_photo(document.id)
    straighten_photo(document.id)

    document = reload(document)
    assert [each.role for each in document.files] == [FileRole.ORIGINAL, FileRole.RENDITION]
    assert store.read(document.original.file) == photo
    assert document.rendition.name == "IMG_2041-straightened.jpg"
    with Image.open(io.BytesIO(store.read(document.rendition.file))) as made:
        assert made.format == "JPEG" and made.height > made.width
    client = browser(make_user())
    for address in (f"/review/{document.id}", f"/documents/{document.id}"):
        page = client.get(address).text
        assert all(f"/documents/{document.id}/files/{each.id}" in page for each in document.files)
    answer = client.get(f"/documents/{document.id}/files/{document.rendition.id}")
    assert answer.headers["Content-Disposition"].startswith("attachment") and answer.data.startswith(b"\xff\xd8\xff")


def test_a_pdf_needs_none():
    """IN-10: only photos are straightened."""
    document = make_document(file=make_file(samples.invoice_pdf()), read_state=ReadState.READING)

    read_document(document.id)

    assert asked() == []


def test_a_photo_that_cannot_be_straightened_stays_without():
    """S21: S22: it was read, or its reason is told; nothing is asked for twice."""
    document = make_document(file=make_file(b"\xff\xd8\xff" + b"\0" * 500))

    straighten_photo(document.id)

    assert [each.role for each in reload(document).files] == [FileRole.ORIGINAL]


def test_a_photo_that_is_read_again_is_not_straightened_again():
    """S37: once for each file of a document."""
    document, _photo = photographed(read_state=ReadState.READING)
    read_document(document.id)
    reload(document).read_state = ReadState.READING
    db.session.commit()

    read_document(document.id)

    assert asked() == [[document.id]]
