"""Files leave as downloads, whole or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from app.core import clock
from app.documents import history
from app.extensions import db
from app.files import store
from app.web.access import Role
from tests.factories import make_company, make_counterparty, make_document, make_file, make_user

HOSTILE = [
    ("page.html", "text/html", b"<script>alert(1)</script>"),
    ("picture.svg", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
    ("invoice.xml", "application/xml", b"<?xml version='1.0'?><a/>"),
    ("invoice.pdf", "application/pdf", b"%PDF-1.7"),
]


def address_of(document) -> str:
    return f"/documents/{document.id}/files/{document.original.id}"


@pytest.mark.parametrize(("name", "kind", "data"), HOSTILE)
def test_an_original_downloads_and_never_renders(app, browser, name, kind, data):
    """R13: S80: whatever it is, the browser gets a download in a sandbox."""
    document = make_document(file=make_file(data, type=kind), file_name=name)

    answer = browser(make_user()).get(address_of(document))

    assert answer.data == data
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["Cache-Control"] == "private, no-store"


NAMES = [
    "../../etc/passwd",
    "a\r\nSet-Cookie: x=1.pdf",
    "a\0b.pdf",
    "\u202efdp.exe",
    "x" * 300 + ".pdf",
    "<script>alert(1)</script>.pdf",
    "été €.pdf",
    '"quoted".pdf',
]


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_name_is_only_text(app, browser, name):
    """S33: shown escaped, encoded in the header, and never part of a path."""
    document = make_document(file_name=name[:300])
    member = browser(make_user())

    answer, shown = member.get(address_of(document)), member.get(f"/documents/{document.id}").text

    assert answer.status_code == 200
    assert not any(cookie.startswith("x=1") for cookie in answer.headers.getlist("Set-Cookie"))
    disposition = answer.headers["Content-Disposition"]
    assert not set("\r\n\0/\u202e") & set(disposition) and "%2F" not in disposition and "%E2%80%AE" not in disposition
    assert len(disposition) < 1000
    assert "<script>alert" not in shown
    assert store.path(document.original.file).name == document.original.file.sha256


@settings(max_examples=60)
@given(name=st.text(max_size=300))
def test_no_name_breaks_a_header(app, name):
    """S33: any text at all."""
    from app.files.leaving import as_download

    with app.test_request_context():
        header = as_download(make_file(b"%PDF-1.7"), name).headers["Content-Disposition"]

    assert "\n" not in header and "\r" not in header and header.startswith("attachment")


@pytest.mark.parametrize("harm", ["changed", "gone"])
def test_a_damaged_file_is_never_served_as_good(app, browser, harm):
    """S97: said in words, and noted in the log; reading it changes nothing."""
    document = make_document()
    path = store.path(document.original.file)
    data = path.read_bytes()
    path.write_bytes(data[:-1] + b"?") if harm == "changed" else path.unlink()
    member = browser(make_user())

    with capture_logs() as logged:
        answer = member.get(address_of(document))

    assert answer.status_code == 410
    assert data not in answer.data and "missing or was changed" in answer.text
    assert [each["event"] for each in logged if each["event"] != "request"] == ["file.damaged"]


def test_a_damage_is_noted_once_and_shown_in_the_history(app, browser):
    """S97: whoever checks the stored files notes it in the trail."""
    document = make_document()

    assert [history.note_damage(document, "invoice.pdf") for _time in range(2)] == [True, False]
    db.session.commit()
    assert "found a stored file damaged" in browser(make_user()).get(f"/documents/{document.id}").text


def test_a_file_is_reached_only_through_its_document(app, browser):
    """US-2: S72: the number of a file out of scope opens nothing, under no document."""
    company = make_company(restrict_non_admins=True)
    member = make_user(company=company)
    hidden = make_document(company, validated_at=clock.now(), counterparty=make_counterparty(company=company))
    mine = make_document(company)
    reader = browser(member)

    assert reader.get(address_of(hidden)).status_code == 404
    assert reader.get(f"/documents/{mine.id}/files/{hidden.original.id}").status_code == 404
    assert reader.get(address_of(mine)).status_code == 200
    assert browser(make_user(Role.ADMIN, company)).get(address_of(hidden)).status_code == 200


def test_pages_are_pictures_we_drew_for_those_who_may_see_them(app, browser):
    """R13: US-2: S72: page images obey the scope and stay in no cache."""
    company = make_company(restrict_non_admins=True)
    hidden = make_document(company, validated_at=clock.now())
    folder = store.pages_folder(hidden.original.file)
    folder.mkdir(parents=True)
    (folder / "page-1.png").write_bytes(b"\x89PNG drawn by us")
    address = f"/documents/{hidden.id}/pages/1.png"

    answer = browser(make_user(Role.ADMIN, company)).get(address)

    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert browser(make_user(company=company)).get(address).status_code == 404
    assert browser(make_user(Role.ADMIN, company)).get(f"/documents/{hidden.id}/pages/2.png").status_code == 404
