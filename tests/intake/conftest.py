"""What tests of the receiver start from."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.extensions import db
from tests.intake.receiving import company_in
from tests.live import make_live_app


@pytest.fixture
def installation(tmp_path: Path):
    """An installation of its own on SQLite, with one company."""
    app = make_live_app(tmp_path)
    app.company_id = company_in(app)
    yield app
    with app.app_context():
        db.engine.dispose()
