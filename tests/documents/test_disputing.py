"""Disputed: a fact beside the status."""

from __future__ import annotations

import pytest

from app.audit.models import AuditEntry
from app.core import clock
from app.core.errors import Refused
from app.documents import decisions, disputing, marks, reasons
from app.extensions import db
from tests.factories import make_document, make_user, reload


@pytest.mark.parametrize("facts", [{}, {"validated_at": clock.now()}])
def test_a_dispute_stands_beside_the_status_with_its_reason(app, facts):
    """LC-1: LC-8: the status stays; the line and a mark say what is disputed, and the trail who said so."""
    document, lea = make_document(**facts), make_user(name="Léa")
    was = document.status

    disputing.dispute(document, "twice the\nprice", by=lea)
    db.session.commit()

    document = reload(document)
    assert (document.status, reasons.in_words(document.reason)) == (was, "Disputed: twice the price")
    assert [(mark.label, mark.title) for mark in marks.of(document)] == [("Disputed", "twice the price")]
    entry = db.session.scalars(AuditEntry.about(document)).first()
    assert (entry.act, entry.user_name, entry.why) == ("disputed", "Léa", "twice the price")

    disputing.end(document, by=lea, why="credit note came")
    assert (document.status, list(marks.of(document))) == (was, [])
    assert "Disputed" not in reasons.in_words(document.reason)


def test_a_dispute_survives_the_trash(app):
    """TR-1: a fact like others."""
    document = make_document()
    disputing.dispute(document, "wrong amount", by=make_user())
    decisions.trash(document, by=None)
    with pytest.raises(Refused):
        disputing.end(document, by=make_user())
    decisions.restore(document, by=None)

    assert reasons.in_words(document.reason) == "Disputed: wrong amount"


def test_the_second_click_is_refused_in_words(app):
    """LC-1: S59: it is disputed once, and ended once."""
    document, member = make_document(), make_user()
    with pytest.raises(Refused):
        disputing.dispute(document, "  ", by=member)
    disputing.dispute(document, "first", by=member)
    with pytest.raises(Refused):
        disputing.dispute(document, "second", by=member)
    assert document.dispute_reason == "first"

    disputing.end(document, by=member)
    with pytest.raises(Refused):
        disputing.end(document, by=member)


def test_the_page_and_the_list_show_it(app, browser):
    """LC-8: where people look."""
    document, client = make_document(), browser(make_user())

    client.post(f"/documents/{document.id}/dispute", data={"why": "not ordered"})

    for address in (f"/documents/{document.id}", "/documents"):
        assert "Disputed: not ordered" in client.get(address).text
    client.post(f"/documents/{document.id}/dispute/end")
    assert "not ordered" not in client.get("/documents").text
