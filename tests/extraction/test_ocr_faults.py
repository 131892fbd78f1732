"""Text recognition hangs, crashes or is not there: the document waits for a person, with its page and the reason."""

from __future__ import annotations

import time
from functools import partial

import pytest

from app.documents.models import Document, Status
from app.extensions import db
from app.extraction.jobs import read_document
from app.extraction.models import newest
from app.files import store
from app.reader import cage
from app.reader.limits import Limits
from app.tasks import runner
from app.tasks.models import State, Task
from tests import samples
from tests.extraction.test_jobs import arrived
from tests.factories import make_category, make_counterparty, make_user, reload
from tests.review.test_review import checked


def read_by_its_task(document: Document) -> Document:
    """As a worker does, with the task's own end."""
    task_id = db.session.query(Task).filter_by(kind=read_document.name).one().id
    assert runner.run(task_id)
    assert db.session.get_one(Task, task_id).state is State.DONE
    return reload(document)


@pytest.fixture
def in_a_hurry(monkeypatch):
    """A page may take five seconds."""
    monkeypatch.setattr(cage, "read", partial(cage.read, limits=Limits(page_seconds=5, file_seconds=20)))


@pytest.mark.usefixtures("in_a_hurry")
@pytest.mark.parametrize(
    ("body", "reason"),
    [("exit 1", "ocr_failed"), ("kill -SEGV $$", "ocr_failed"), ("sleep 3600", "too_slow")],
)
def test_a_recognition_that_fails_or_hangs_leaves_it_to_a_person(browser, fake_tesseract, body, reason):
    """S31: EX-8: in time, with its reason in words, its page drawn, and the task done."""
    fake_tesseract(body)
    document, began = arrived(samples.picture(), name="scan.png"), time.monotonic()

    document = read_by_its_task(document)

    assert time.monotonic() - began < 40  # two tries
    assert (document.status, document.unreadable_reason) == (Status.UNREADABLE, reason)
    picture = store.pages_folder(document.original.file) / newest(document).pages[0]["image"]
    assert picture.read_bytes().startswith(b"\x89PNG")
    completed_by_hand(document, browser)


@pytest.mark.parametrize(("languages", "reason"), [("fra+tlh", "language_missing"), ("", "no_tesseract")])
def test_a_recognition_that_is_not_there_is_named(browser, monkeypatch, open_folder, languages, reason):
    """S31: a language that is not installed, or no Tesseract at all."""
    document = arrived(samples.picture(), name="scan.png")
    document.company.ocr_languages = languages or document.company.ocr_languages
    db.session.commit()
    if not languages:
        monkeypatch.setenv("PATH", str(open_folder))

    document = read_by_its_task(document)

    assert (document.status, document.unreadable_reason) == (Status.UNREADABLE, reason)
    completed_by_hand(document, browser)


def completed_by_hand(document: Document, browser) -> None:
    """A person types what the page shows, and validates."""
    client = browser(make_user())
    assert client.get(f"/review/{document.id}").status_code == 200
    supplier = make_counterparty()
    typed = {"number": "F-1", "label": "Paper", "issue_date": "2026-11-02", "due_date": "2026-12-02"}
    typed |= {"counterparty_id": supplier.id, "category_id": make_category().id, "counterparty_name": supplier.name}
    answer = client.post(f"/review/{document.id}/validation", data=checked(document, **typed))
    assert answer.status_code == 303
    assert reload(document).status is Status.TO_MATCH
