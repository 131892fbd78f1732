"""Dangerous and unusual files by every entrance: mail, archive, upload; refused by the reader, in words."""

from __future__ import annotations

import io
from functools import cache

import pillow_heif
import pytest
from PIL import Image

from app.documents.models import Document, Status
from app.extensions import db
from app.extraction.jobs import read_document
from app.intake.jobs import open_message
from app.intake.models import Message, Outcome
from tests import samples
from tests.factories import make_user
from tests.intake import mails, packed
from tests.intake.test_opening import opened
from tests.intake.test_pages import file, upload
from tests.reader.test_hostile import png_of, tiff_of


def picture(format: str, **options) -> bytes:
    """A rendered invoice as this kind of picture."""
    out = io.BytesIO()
    pillow_heif.register_heif_opener()
    page = Image.open(io.BytesIO(samples.picture(dpi=60))).convert("RGB")
    page.save(out, format, **options)
    return out.getvalue()


def pages_of_tiff(count: int) -> bytes:
    """A fax of several pages."""
    out = io.BytesIO()
    page = Image.open(io.BytesIO(samples.picture(dpi=60))).convert("1")
    page.save(out, "TIFF", save_all=True, append_images=[page] * (count - 1), compression="group4")
    return out.getvalue()


def mailed(name: str, data: bytes) -> Message:
    return opened(mails.mail((name, data, "application/octet-stream")))


def in_an_archive(name: str, data: bytes) -> Message:
    return opened(mails.mail(("a.zip", packed.zipped({name: data}), "application/zip")))


def wrapped(name: str, data: bytes) -> Message:
    return opened(mails.mail(("winmail.dat", packed.winmail((name, data)), "application/ms-tnef")))


ENTRANCES = [mailed, in_an_archive, wrapped]


@pytest.mark.parametrize(
    ("name", "make", "type"),
    [
        ("photo.heic", lambda: picture("HEIF"), "image/heic"),
        ("photo.webp", lambda: picture("WEBP"), "image/webp"),
        ("fax.tif", lambda: pages_of_tiff(3), "image/tiff"),
        ("photo.jpg", lambda: picture("JPEG"), "image/jpeg"),
    ],
)
def test_pictures_of_every_kind_become_documents(app, name, make, type):
    """IN-4: HEIC, WebP, TIFF of several pages and JPEG, attached or in an archive."""
    data = make()
    for bring in ENTRANCES:
        message = bring(name, data)
        part = message.parts[-1]
        assert (part.name, part.type) == (name, type)
        assert part.outcome in (Outcome.IMPORTED, Outcome.DUPLICATE)  # DU-2: the same bytes by another way
    assert db.session.query(Document).filter_by(trashed_at=None).count() == 1


def test_a_fax_of_several_pages_is_one_document_of_them_all(app):
    """IN-4: every frame is a page."""
    document = mailed("fax.tif", pages_of_tiff(2)).parts[-1].document
    read_document(document.id)

    assert (document.status, document.page_count) == (Status.TO_PROCESS, 2)


DOCTYPE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
DANGERS = [
    ("bomb.png", cache(lambda: png_of(24_000, 20_000)), "too_many_pixels"),  # S26
    ("frames.tif", cache(lambda: tiff_of(5_000)), "too_many_frames"),  # S26
    ("f.xml", lambda: samples.facturx_xml().replace(b"<?xml version='1.0' encoding='UTF-8'?>", DOCTYPE), "xml_doctype"),
]


@pytest.mark.parametrize(("name", "make", "reason"), DANGERS)
@pytest.mark.parametrize("bring", ENTRANCES)
def test_what_is_dangerous_is_refused_whichever_way_it_came(app, bring, name, make, reason):
    """S26, S28: from the header, before anything is decoded; a document to complete by hand, with the reason."""
    document = bring(name, make()).parts[-1].document
    read_document(document.id)

    assert (document.status, document.unreadable_reason) == (Status.UNREADABLE, reason)  # S26 S28


@pytest.mark.parametrize(("name", "make", "reason"), DANGERS)
def test_what_is_dangerous_is_refused_as_an_upload_too(app, browser, name, make, reason):
    """S28: the same gate for what a person drops."""
    open_message(upload(browser(make_user()), file(name, make())).json["id"])
    document = db.session.query(Document).one()
    read_document(document.id)

    assert (document.status, document.unreadable_reason) == (Status.UNREADABLE, reason)  # S26 S28
