"""Lines that need no document: a person or a rule says so, with the reason, and takes it back (SPEC BK-2)."""

from __future__ import annotations

from flask_babel import gettext as _

from app.audit import trail
from app.bank.models import BankTransaction
from app.core import clock
from app.core.database import change_if
from app.core.errors import Refused
from app.extensions import db
from app.users.models import User

LONGEST = 200


def ignore(line: BankTransaction, why: str, *, by: User | None) -> None:
    """Nothing is awaited for it any more; not where something of it is matched."""
    why = " ".join(why.split())[:LONGEST]
    if not why:
        raise Refused(_("Say why it needs no document."))
    still = (BankTransaction.matched_minor == 0, BankTransaction.ignored_at.is_(None))
    if not change_if(db.session(), line, *still, ignored_at=clock.now(), ignored_reason=why):
        raise Refused(_("It is matched or ignored already. Nothing was changed."))
    trail.record(line, by=by, act="line ignored", why=why)


def count_again(line: BankTransaction, *, by: User) -> None:
    """It needs a document after all."""
    was = line.ignored_reason
    if not change_if(db.session(), line, BankTransaction.ignored_at.is_not(None), ignored_at=None, ignored_reason=""):
        raise Refused(_("It is not ignored any more."))
    trail.record(line, by=by, act="line counts again", changes={"ignored_reason": [was, ""]})
