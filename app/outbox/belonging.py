"""Which installation a database belongs to: a copy of it must not send in its place (SAFETY S56)."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from flask import current_app

from app.core import clock
from app.core.database import insert_unless_there, looking
from app.extensions import db
from app.outbox.models import Outlet

FILE = "installation"


def here() -> str:
    """What this installation calls itself: a number of its own, kept in the data folder, and its address."""
    settings = current_app.config["SETTINGS"]
    return f"{_number(settings.data_dir / FILE)} {settings.address}"[:100]


def _number(path: Path) -> str:
    """Made once; whoever comes second reads what the first has written."""
    if not path.exists():
        draft = path.with_name(f"{FILE}.{secrets.token_hex(4)}")
        draft.write_text(secrets.token_hex(16))
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()


def is_here() -> bool:
    """Is this the installation that the database belongs to, or does it belong to none yet?"""
    known = db.session.scalar(db.select(Outlet.identity).filter_by(name="all"))
    return not known or known == here()


def recognise() -> None:
    """Note whose database this is; where it is another's, nothing leaves until an admin allows it."""
    with looking(db.session()):
        known = db.session.get(Outlet, "all")
        is_known = known and known.identity and (known.identity == here() or known.shut_at)
    if is_known:
        return
    values = {"why": "", "failure": "", "failure_count": 0}
    db.session.execute(insert_unless_there(db.session(), Outlet).values(name="all", identity=here(), **values))
    ours = db.update(Outlet).where(Outlet.name == "all").execution_options(synchronize_session=False)
    db.session.execute(ours.where(Outlet.identity == "").values(identity=here()))
    copied = ours.where(Outlet.identity != here(), Outlet.shut_at.is_(None))
    db.session.execute(copied.values(shut_at=clock.now(), why="copy"))
    db.session.commit()
