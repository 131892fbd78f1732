"""What all parts ask of the database."""

from __future__ import annotations

import pytest

from app.core.database import change_if
from app.core.errors import Refused
from app.documents.models import Document
from app.extensions import db
from tests.factories import make_document


def test_what_was_read_within_a_savepoint_is_read_anew_once_it_is_taken_back(app):
    """S37: the same row goes on in one request, as in a bulk act, and must not be what it never was."""
    document = make_document(label="before")
    with pytest.raises(Refused), db.session.begin_nested():
        assert change_if(db.session(), document, Document.label == "before", label="after")
        assert document.label == "after"
        raise Refused("a rule forbids it")
    assert document.label == "before"
