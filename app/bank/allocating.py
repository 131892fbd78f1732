"""What bank lines and credit notes settle: one act is all of it or nothing, and is undone in one go (SPEC BK-2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from flask_babel import gettext as _

from app.bank import claiming
from app.bank.models import BankTransaction, Difference, Match
from app.core import clock
from app.core.errors import Refused
from app.documents.models import Direction, Document, Kind
from app.extensions import db
from app.users.models import User

before_netting: list[Callable[[Document, Document], None]] = []
"""What stands against using this credit note on this document, such as a batch that pays it; `pipeline` fills it."""


@dataclass(frozen=True)
class Share:
    """What is settled of one document."""

    document: Document
    amount_minor: int
    """In the document's currency, without sign; of a document that runs against the line, what of it is netted."""
    line_minor: int | None = None
    """What it takes of the line, where that has another currency; None: the same."""
    rest: Difference | None = None
    """Why what is open beyond it is written off; None: it stays open."""


def takes_money_in(document: Document) -> bool:
    """Is it settled by money that comes in: a sale, or a supplier's credit note?"""
    return (document.direction is Direction.SALE) is (document.kind is Kind.INVOICE)


def runs_with(line: BankTransaction, document: Document) -> bool:
    """Does money that moves like this line settle such a document?"""
    return takes_money_in(document) is (line.amount_minor > 0)


def allocate(
    line: BankTransaction,
    shares: Iterable[Share],
    *,
    by: User | None,
    rest: Difference | None = None,
    why: Iterable[Any] = (),
    is_automatic: bool = False,
) -> str:
    """Settle these documents with the line, and say by which act; never more than is open on either side.

    Those that run against it, such as a credit note a customer took off, are netted with the others first.
    `rest` writes off what is left of the line. Raises `Refused`; the caller then rolls back.
    """
    made = list(_of_line(line, list(shares)))
    made += _left_of_line(line, sum(each.line_minor or 0 for each in made), rest) if rest else []
    return _write(made, by=by, act="matched", why=list(why), is_automatic=is_automatic)


def net(credit_note: Document, shares: Iterable[Share], *, by: User | None) -> str:
    """Use up a credit note on invoices of the same counterparty."""
    made = [_netting(share.document, credit_note, share.amount_minor) for share in shares]
    return _write(made, by=by, act="netted")


def write_off(document: Document, difference: Difference, *, by: User | None) -> str:
    """Give up what is left of a document once money settled the greater part of it."""
    left = document.open_minor or 0
    if not document.settled_minor:
        raise Refused(_("Nothing of it is settled: a difference is what is left beside a payment."))
    if left > document.settled_minor:
        raise Refused(_("More of it is open than settled: that is no difference, look for another bank line."))
    return _write([_left(document, left, difference)] if left > 0 else [], by=by, act="difference written off")


def _of_line(line: BankTransaction, shares: list[Share]) -> Iterable[Match]:
    """The matches one line makes."""
    if len({share.document.id for share in shares}) < len(shares):
        raise Refused(_("A document was chosen twice. Nothing was matched."))
    forward = [share for share in shares if runs_with(line, share.document)]
    against = [share for share in shares if not runs_with(line, share.document)]
    if not forward:
        raise Refused(_wrong_way(line))
    netted = list(_netted(forward, against))
    yield from netted
    for share in forward:
        off = sum(each.amount_minor for each in netted if each.document is share.document)
        yield from _of_share(line, share, off)


def _of_share(line: BankTransaction, share: Share, off: int) -> Iterable[Match]:
    """Money for one document, but for what a credit note took off, and its difference."""
    document, minor = share.document, share.amount_minor - off
    same = line.currency == document.currency
    from_line = minor if share.line_minor is None else share.line_minor
    if (same and from_line != minor) or (not same and share.line_minor is None):
        raise Refused(_("In another currency, say how much of the line and how much of the document it is."))
    if share.amount_minor <= 0 or min(minor, from_line) < 0:
        raise Refused(_("Enter an amount above zero."))
    if minor:
        yield Match(transaction=line, document=document, amount_minor=minor, line_minor=from_line)
    left = (document.open_minor or 0) - share.amount_minor
    if share.rest and left > 0:
        if left > share.amount_minor:
            raise Refused(_("More of it would be written off than is paid: that is no difference."))
        yield _left(document, left, share.rest)


def _netted(forward: list[Share], against: list[Share]) -> Iterable[Match]:
    """Credit notes taken off the invoices beside them, in order."""
    room = {share.document.id: share.amount_minor for share in forward}
    for credit in against:
        left, theirs = credit.amount_minor, credit.document.counterparty_id
        for share in [each for each in forward if each.document.counterparty_id == theirs] or forward:
            part = min(left, room[share.document.id])
            if part > 0:
                yield _netting(share.document, credit.document, part)
                room[share.document.id] -= part
                left -= part
        if left:
            raise Refused(_("The credit notes come to more than the invoices. Nothing was matched."))


def _netting(document: Document, credit_note: Document, minor: int) -> Match:
    """One credit note on one invoice."""
    if credit_note.kind is document.kind or credit_note.direction is not document.direction:
        raise Refused(_("A credit note is netted with invoices of the same direction."))
    if credit_note.currency != document.currency:
        raise Refused(_("They are in two currencies and cannot be netted."))
    if credit_note.counterparty_id is None or credit_note.counterparty_id != document.counterparty_id:
        raise Refused(_("They are of two counterparties and cannot be netted."))
    if minor <= 0:
        raise Refused(_("Enter an amount above zero."))
    for ask in before_netting:
        ask(document, credit_note)
    return Match(document=document, credit_note=credit_note, amount_minor=minor, date=clock.today(document.company))


def _left(document: Document, minor: int, difference: Difference) -> Match:
    today = clock.today(document.company)
    return Match(document=document, amount_minor=minor, difference=difference, date=today)


def _left_of_line(line: BankTransaction, taken: int, difference: Difference) -> list[Match]:
    """What is left of a line once its documents are settled, where that is the smaller part."""
    left = line.open_minor - taken
    if left > taken:
        raise Refused(_("More of the line would be written off than it pays: that is no difference."))
    return [Match(transaction=line, line_minor=left, difference=difference)] if left > 0 else []


def _wrong_way(line: BankTransaction) -> str:
    if line.amount_minor > 0:
        return _("Money that comes in settles sales and suppliers’ credit notes.")
    return _("Money that leaves settles purchases and customers’ credit notes.")


def _write(made: list[Match], *, by: User | None, act: str, why: Any = (), is_automatic: bool = False) -> str:
    """Claim both sides, keep the matches, and let each status follow; the database counts the sums."""
    if not made:
        raise Refused(_("Nothing was chosen. Nothing was matched."))
    act_id = str(uuid4())
    with claiming.both_sides(made, by=by, act=act):
        for each in made:
            each.act_id, each.why, each.is_automatic, each.made_by = act_id, list(why), is_automatic, by
            each.date = each.date or (each.transaction.date if each.transaction else clock.today())
        db.session.add_all(made)
        db.session.flush()
    return act_id
