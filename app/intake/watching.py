"""Taking files out of the watched folder: durable and logged first, put away afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import structlog
from flask import current_app
from sqlalchemy import delete, func, select, update

from app.core import storage
from app.core.database import insert_unless_there, looking
from app.core.faultpoint import faultpoint
from app.documents.models import Direction
from app.extensions import db
from app.files import store
from app.intake import arrival, folder, types
from app.intake.folder import Closed, Dropped
from app.intake.letter import text_of
from app.intake.models import Source
from app.intake.watched import WatchedFile
from app.reader.sniff import HEAD
from app.tasks.jobs import commit
from app.users.models import Company

log = structlog.get_logger()
AT_ONCE = 10
"""Files of one folder and look: the sweep has other things to do."""


def root() -> Path | None:
    """The watched folder, where one is set."""
    path = current_app.config["SETTINGS"].watch_dir
    return Path(path) if path else None


def names() -> dict[int, str]:
    """Company → what its folder is called: its slug, marked where an older company has the same."""
    query = select(Company.id, Company.slug).order_by(Company.id)
    found: dict[int, str] = {}
    for company_id, slug in db.session.execute(query):
        found[company_id] = f"{slug}-{company_id}" if slug in found.values() else slug
    return found


def look() -> int:
    """Take what lies still in the folder of each company; how many files. What is in the way waits."""
    where = root()
    if where is None or store.is_disk_low():
        return 0
    with looking(db.session()):
        companies = names()
    return sum(_look(where, company_id, name, each) for company_id, name in companies.items() for each in Direction)


def _look(where: Path, company_id: int, name: str, direction: Direction) -> int:
    place = Place(company_id, direction)
    try:
        with folder.opened(where, name, direction) as handle:
            found = folder.dropped(handle)
            place.forget_but(found)
            still = sorted((each for each in found if each.is_still), key=place.is_in_the_way)  # they keep nobody out
            return sum(place.take(handle, each) for each in still[:AT_ONCE])
    except Closed as closed:
        place.note("", "", closed.key)
    except OSError:  # such as a full disk: the next look tries again, and other folders are looked at all the same
        log.exception("folder.not_taken", company=company_id)
        db.session.rollback()
    return 0


class Place:
    """The folder of one company and direction, and the rows of what lies in it."""

    def __init__(self, company_id: int, direction: Direction) -> None:
        self.company_id, self.direction = company_id, direction
        with looking(db.session()):
            self.rows = {(row.name, row.identity): (row.reason, row.message_id) for row in self._rows()}

    def _rows(self) -> Iterator[WatchedFile]:
        yield from db.session.scalars(
            select(WatchedFile).filter_by(company_id=self.company_id, direction=self.direction)
        )

    def is_in_the_way(self, each: Dropped) -> bool:
        """Could it not be taken the last time?"""
        return bool(self.rows.get((name_of(each), each.identity), ("", None))[0])

    def take(self, handle: int, each: Dropped) -> bool:
        """Import it unless it is imported already, and put it away; True where it was imported here."""
        key = (name_of(each), each.identity)
        _reason, known = self.rows.get(key, ("", None))
        message_id = known
        try:
            message_id = known or self._import(handle, each)
            if message_id:
                remove = current_app.config["SETTINGS"].watch_taken == "remove"
                folder.put_away(handle, each, under=str(message_id), remove=remove)
                self._forget(key)
        except Closed as closed:
            if closed.key not in ("gone", "changed"):  # the next look sees what is there then
                self.note(*key, closed.key)
        return bool(message_id and not known)

    def _import(self, handle: int, each: Dropped) -> int | None:
        """The message it became, committed; None where another look was faster."""
        settings = current_app.config["SETTINGS"]
        with folder.reading(handle, each, settings.largest_message) as pieces:
            sha256, size = storage.store(store.root(), pieces)  # no transaction open
        with storage.path_of(store.root(), sha256).open("rb") as file:
            is_mail = types.judge(file.read(HEAD)).kind == "mail"
        row = self._row(name_of(each), each.identity)
        db.session.execute(insert_unless_there(db.session(), WatchedFile), [row | {"reason": ""}])
        ours = update(WatchedFile).where(*_is(row), WatchedFile.message_id.is_(None))
        # One that another look put away has no row any more, and is not there any more either.
        if not db.session.execute(ours.values(reason="")).rowcount or not folder.is_there(handle, each):
            db.session.rollback()
            return None
        raw = store.row_of(sha256, size, types.MEDIA["mail"] if is_mail else types.UNKNOWN)
        facts = {"company": db.session.get_one(Company, self.company_id), "direction": self.direction}
        message = arrival.enter(raw, source=Source.FOLDER, is_mail=is_mail, name=name_of(each), **facts)
        db.session.flush()
        message_id = message.id
        db.session.execute(ours.values(message_id=message_id))
        commit()
        log.info("folder.taken", message=message_id)
        faultpoint("folder.before_put_away")
        return message_id

    def note(self, name: str, identity: str, reason: str) -> None:
        """Keep in words why it stays where it is; once, not at every look."""
        if self.rows.get((name, identity), ("", None))[0] == reason:
            return
        row = self._row(name, identity)
        db.session.rollback()
        db.session.execute(insert_unless_there(db.session(), WatchedFile), [row | {"reason": reason}])
        db.session.execute(update(WatchedFile).where(*_is(row)).values(reason=reason))
        commit()

    def forget_but(self, found: list[Dropped]) -> None:
        """Rows of what lies there no more; also that the folder itself was in the way."""
        there = {(name_of(each), each.identity) for each in found}
        for key in self.rows.keys() - there:
            self._forget(key)

    def _forget(self, key: tuple[str, str]) -> None:
        db.session.execute(delete(WatchedFile).where(*_is(self._row(*key))))
        commit()

    def _row(self, name: str, identity: str) -> dict[str, object]:
        return {"company_id": self.company_id, "direction": self.direction, "name": name, "identity": identity}


def _is(row: dict[str, object]) -> list[object]:
    return [getattr(WatchedFile, name) == value for name, value in row.items()]


def name_of(each: Dropped) -> str:
    """Its name as text: whatever bytes it was given, it is no path (SAFETY S33)."""
    return text_of(each.name.encode("utf-8", "replace").decode())[:300] or "?"


def trouble_count() -> int:
    """How many files, or folders, are in the way."""
    return db.session.scalar(select(func.count(WatchedFile.id)).where(WatchedFile.reason != "")) or 0
