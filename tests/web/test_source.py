"""The source code is offered to everyone, and nothing else with it."""

from __future__ import annotations

import io
import tarfile
from typing import IO

from app.config import ROOT
from app.web import source


def names_in(packed: IO[bytes]) -> list[str]:
    """What the archive holds."""
    with packed, tarfile.open(fileobj=packed) as archive:
        return archive.getnames()


def test_anyone_can_have_the_source(app, browser):
    """OP-1: the licence wants it offered to whoever uses the pages."""
    answer = browser().get("/source.tar.gz")
    names = names_in(io.BytesIO(answer.data))
    assert {"facteur/LICENSE", "facteur/app/wiring.py", "facteur/facteur"} <= set(names)
    assert not [name for name in names if "__pycache__" in name or ".data" in name or ".venv" in name]


def test_data_and_secrets_in_the_folder_stay_there(tmp_path):
    """S88: only what the project is made of is packed; a link out of it is not followed."""
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "code.py").write_text("x = 1")
    (tmp_path / "app" / "link").symlink_to("/etc/passwd")
    (tmp_path / "secret_key").write_text("secret")
    (tmp_path / ".env").write_text("FACTEUR_SECRET_KEY=x")
    names = names_in(source.packed(tmp_path))
    assert names == ["facteur/app", "facteur/app/code.py"]


def test_every_part_exists():
    """OP-1: the list is kept in step with the project."""
    assert [part for part in source.PARTS if not (ROOT / part).exists()] == []
