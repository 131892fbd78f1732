"""The companies that benches make: a column, a trigger or a check that changed must not be found weeks later."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from app.documents.models import Document, Status
from app.extensions import db
from app.search.models import DocumentText
from app.users import people
from app.users.models import Company
from app.web.access import Role
from tests.bench import crowded, figures, many


def by_crowded(company: Company, count: int) -> None:
    member = people.create("m@atelier.example", role=Role.MEMBER, name="M", password="correct horse battery")
    db.session.commit()
    crowded.fill(company, count, member)
    assert db.session.scalar(select(func.count()).select_from(DocumentText)) == count


@pytest.mark.parametrize("fill", [by_crowded, figures.fill, many.fill])
def test_so_many_documents_are_made_and_settled_as_their_status_says(live_app, fill: Callable[[Company, int], object]):
    with live_app.app_context():
        company = people.create_company("Atelier Zoé")
        db.session.commit()
        fill(company, 120)
        db.session.remove()

        made = list(db.session.scalars(select(Document)))

    assert len(made) == 120
    done = [each for each in made if each.status is Status.VALIDATED]
    assert done and all(each.settled_minor == each.gross_minor for each in done)
