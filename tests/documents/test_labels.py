"""The label of a document: given on its page in every status."""

from __future__ import annotations

import pytest

from app.core import clock
from app.core.errors import Refused
from app.documents import editing
from app.documents.models import ReadState, TrashKind
from tests.factories import make_document, make_user, reload

TRASHED = {"trashed_at": clock.now(), "trash_kind": TrashKind.DELETED}
PLACES = [
    ({}, False),
    ({"validated_at": clock.now()}, False),
    ({"read_state": ReadState.READING}, True),
    (TRASHED, True),
]


@pytest.mark.parametrize(("facts", "is_shut"), PLACES)
def test_a_label_is_given_in_every_status(app, browser, facts, is_shut):
    """RV-4: in the trash and while it is read too, and there nothing else is changed with it."""
    document, member = make_document(category=None, **facts), browser(make_user())
    page = member.get(f"/documents/{document.id}").text
    answer = member.post(f"/documents/{document.id}/label", data={"label": "  Site   A "})

    assert f'action="/documents/{document.id}/label"' in page and answer.status_code == 303
    assert (reload(document).label, document.version) == ("Site A", 2)
    if is_shut:
        with pytest.raises(Refused):
            editing.edit(document, {"label": "Site B", "order_reference": "O-1"}, by=None, version=2)
