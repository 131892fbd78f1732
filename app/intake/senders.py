"""From whom mail is accepted: from everyone, or from a list, per company and direction (SPEC IN-7)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from app.audit import trail
from app.core.database import hold
from app.core.types import Json, Word
from app.documents.models import Direction
from app.extensions import db
from app.intake.author import domain_of
from app.intake.proof import FAILED
from app.users.models import Company, User

MOST_SENDERS, LONGEST_SENDER = 1000, 254
_DOMAIN = re.compile(r"(?:[\w-]{1,63}\.)+[\w-]{2,63}")
_LOCAL_PART = re.compile(r"[^\s@<>()\[\]\\,;:\"]{1,64}")


class SenderList(db.Model):
    """Whose mails one of the addresses of a company accepts; without a row, everybody's."""

    __tablename__ = "sender_list"
    __table_args__ = (UniqueConstraint("company_id", "direction"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id", ondelete="CASCADE"))
    direction: Mapped[Direction] = mapped_column(Word(Direction))
    is_limited: Mapped[bool] = mapped_column(default=False)
    """Only these; else everyone, whatever stands on the list."""
    senders: Mapped[list[str]] = mapped_column(Json, default=list)
    """Addresses and domains, as `written` gives them."""


def list_of(company_id: int, direction: Direction) -> SenderList:
    """The list; an empty one that is not kept yet, where there is none."""
    facts = {"company_id": company_id, "direction": direction}
    query = select(SenderList).filter_by(**facts).execution_options(populate_existing=True)
    return db.session.scalar(query) or SenderList(**facts, is_limited=False, senders=[])


def let_in(company: Company, direction: Direction, address: str, *, by: User) -> None:
    """Put a sender on the list for good, beside whomever others put there at the same moment."""
    hold(db.session, f"senders:{company.id}")
    known = list_of(company.id, direction)
    more = list(dict.fromkeys([*known.senders, written(address)]))
    change(company, direction, is_limited=known.is_limited, senders=more, by=by)


def change(company: Company, direction: Direction, *, is_limited: bool, senders: list[str], by: User) -> bool:
    """Set who is let in from now on; True where that changes anything."""
    hold(db.session, f"senders:{company.id}")
    known = list_of(company.id, direction)
    was = {"is_limited": known.is_limited, "senders": known.senders}
    now = {"is_limited": is_limited, "senders": senders}
    if was == now:
        return False
    known.is_limited, known.senders = is_limited, senders
    db.session.add(known)
    changes = {f"{direction.value}_{name}": [was[name], now[name]] for name in now if was[name] != now[name]}
    trail.record(company, by=by, act="changed", changes=changes)
    return True


def written(line: str) -> str:
    """An address or a domain as it is compared; empty where it is neither."""
    local_part, _at, rest = line.strip().rpartition("@")
    domain = domain_of(rest)
    if len(line) > LONGEST_SENDER or not _DOMAIN.fullmatch(domain):
        return ""
    if not local_part:
        return domain
    return f"{local_part.lower()}@{domain}" if _LOCAL_PART.fullmatch(local_part) else ""


def is_listed(address: str, senders: Iterable[str]) -> bool:
    """Is this address on the list, or its domain, or a domain above that?"""
    domain, listed = domain_of(address), set(senders)
    parts = domain.split(".")
    above = {".".join(parts[start:]) for start in range(len(parts))}
    return bool(address) and bool({written(address), *above} & listed)


def why_kept_out(proof: dict[str, Any], senders: Iterable[str]) -> str:
    """Why a mail waits for somebody: not_listed, forged, or the trouble with its sender; empty where it does not."""
    if proof["trouble"]:
        return str(proof["trouble"])
    if not is_listed(proof["author"], senders):
        return "not_listed"
    return "forged" if proof["verdict"] == FAILED else ""
