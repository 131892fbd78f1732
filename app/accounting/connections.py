"""Connections: made, changed and archived by the admins of those companies whose documents go by them (SPEC AC-1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import Select, false, select

from app.accounting.kinds import ConnectionKind
from app.accounting.models import MEGABYTE, Connection, Sharing
from app.audit import trail
from app.core import clock
from app.core.database import hold
from app.core.errors import Refused
from app.extensions import db
from app.users.models import Company, User
from app.web.access import Permission

LONGEST_NAME, MOST_PER_MAIL, LARGEST_MAIL = 120, 100, 50
"""Signs; documents; megabytes."""


@dataclass
class Use:
    """Which companies chose a connection, as far as somebody may know."""

    companies: list[Company] = field(default_factory=list)
    """Those that person is admin of."""
    others: int = 0


def visible_to(user: User) -> Select[tuple[Connection]]:
    """All of the installation, for whoever is admin of a company; none for others."""
    query = select(Connection) if user.company_ids(Permission.ADMINISTER) else select(Connection).where(false())
    return query.order_by(Connection.name, Connection.id)


def offered(chosen: Connection | None = None) -> list[Connection]:
    """Those a company may choose, and the one it has."""
    is_there = Connection.archived_at.is_(None) | (Connection.id == (chosen.id if chosen else 0))
    return list(db.session.scalars(select(Connection).where(is_there).order_by(Connection.name, Connection.id)))


def uses(connections: Iterable[Connection], user: User) -> dict[int, Use]:
    """Id of each connection → who uses it, by name only where `user` is admin."""
    mine, found = set(user.company_ids(Permission.ADMINISTER)), defaultdict[int, Use](Use)
    query = select(Sharing.connection_id, Company).join(Company, Company.id == Sharing.company_id)
    query = query.where(Sharing.connection_id.in_([each.id for each in connections]))
    for connection_id, company in db.session.execute(query.order_by(Company.name, Company.id)):
        if company.id in mine:
            found[connection_id].companies.append(company)
        else:
            found[connection_id].others += 1
    return found


def create(kind: ConnectionKind, facts: dict[str, Any], *, by: User, at: Company) -> Connection:
    """A new one; `at` is the company it is made from, in whose trail that stands."""
    _check_name(facts["name"])
    connection = Connection(kind=kind, **facts)
    db.session.add(connection)
    db.session.flush()
    _note(connection, "created", {"name": [None, connection.name], "kind": [None, f"connection {kind}"]}, by=by, at=at)
    return connection


def change(connection: Connection, facts: dict[str, Any], *, by: User, at: Company) -> bool:
    """Set these facts for all who use it; True where any changed."""
    hold_it(connection.id)
    refuse_of_others(connection, by)
    _check_name(facts.get("name", connection.name), connection)
    was = _told(connection, facts)
    for name, value in facts.items():
        setattr(connection, name, value)
    now = _told(connection, facts)
    changes = {name: [was[name], value] for name, value in now.items() if was[name] != value}
    if changes:
        _note(connection, "changed", changes, by=by, at=at)
    return bool(changes)


def archive(connection: Connection, *, by: User, at: Company, back: bool = False) -> None:
    """It is not offered any more, or again. One by which a company shares stays until that has another."""
    hold_it(connection.id)
    if bool(connection.archived_at) != back:
        return
    refuse_of_others(connection, by)
    if not back and (names := _sharing_by(connection)):
        text = _("%(companies)s shares its documents by it: choose another there, or switch sharing off, first.")
        raise Refused(text % {"companies": ", ".join(names)})
    connection.archived_at = None if back else clock.now()
    _note(connection, "brought back" if back else "archived", {}, by=by, at=at)


def refuse_of_others(connection: Connection, by: User) -> None:
    """Nobody changes how documents leave a company that is not theirs to administer."""
    if others := uses([connection], by)[connection.id].others:
        text = ngettext(
            "%(num)d company that you do not administer uses it, so it stays as it is. Make a copy and change that.",
            "%(num)d companies that you do not administer use it, so it stays as it is. Make a copy and change that.",
            others,
        )
        raise Refused(text)


def hold_it(connection_id: int) -> None:
    """Nobody else changes it, archives it, or begins to share by it until this transaction ends."""
    hold(db.session, f"accounting-connection:{connection_id}")


def _sharing_by(connection: Connection) -> list[str]:
    query = select(Company.name).join(Sharing, Sharing.company_id == Company.id).order_by(Company.name)
    is_on = (Sharing.connection_id == connection.id, Sharing.shared_since.is_not(None))
    return list(db.session.scalars(query.where(*is_on)))


def _check_name(name: str, but: Connection | None = None) -> None:
    """People choose them by name, so no two are called the same."""
    query = select(Connection.id).where(Connection.name == name, Connection.id != (but.id if but else 0))
    if db.session.scalar(query):
        raise Refused(_("Another connection is called so; it may be among the archived ones."))


def _told(connection: Connection, facts: dict[str, Any]) -> dict[str, Any]:
    """These facts as the trail tells them: megabytes, and each code by itself."""
    said = {name: getattr(connection, name) for name in facts if name not in ("codes", "largest_mail")}
    if "largest_mail" in facts:
        said["largest_mail"] = connection.largest_mail // MEGABYTE
    return said | {f"code_{name}": code for name, code in (connection.codes if "codes" in facts else {}).items()}


def _note(connection: Connection, act: str, changes: dict[str, Any], *, by: User, at: Company) -> None:
    """In the trail of each company that uses it; while none does, of the one it was done from."""
    query = select(Sharing.company_id).where(Sharing.connection_id == connection.id)
    for company_id in list(db.session.scalars(query)) or [at.id]:
        trail.record(connection, by=by, act=act, why=connection.name, changes=changes).company_id = company_id
