"""What would be taken from a mailbox, looked at without taking, marking or noting anything there."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select, update

from app.core.database import looking
from app.extensions import db
from app.mailboxes import folder as folders
from app.mailboxes import reaching, wanting
from app.mailboxes.line import Account
from app.mailboxes.models import Found, FoundMail, Mailbox
from app.mailboxes.wanting import Wanted
from app.mailboxes.words import Trouble

MOST_SHOWN = 50
LONGEST_TEXT = 300


@dataclass(frozen=True)
class Wish:
    """Somebody wants to know; `asked` says when, so that an answer to an older question is told from one to this."""

    asked: str
    mailbox_id: int
    place: int
    account: Account | None
    wanted: Wanted | None
    told: dict[str, Any] | None = None


def wish(mailbox_id: int) -> Wish | None:
    """What is needed to look; None where nobody asks, or where it was answered."""
    mailbox = db.session.get(Mailbox, mailbox_id)
    if mailbox is None or not mailbox.is_looked_into:
        return None
    asked = mailbox.sight_asked_at.isoformat()
    try:
        account = reaching.account(mailbox)
    except Trouble as trouble:
        return Wish(asked, mailbox_id, mailbox.place, None, None, trouble.told)
    return Wish(asked, mailbox_id, mailbox.place, account, wanting.of(mailbox, account.most))


def look(wish: Wish) -> dict[str, Any]:
    """The newest mails of the folder, each with what would become of it; or why nothing is seen."""
    if wish.account is None or wish.wanted is None:
        return {"asked": wish.asked, "trouble": wish.told}
    try:
        with folders.opened(wish.account, writes=False) as folder:
            uids = folder.search(unread=False, since=None)
            headings = folder.headings(uids[-MOST_SHOWN:]) if uids else []
            numbering = f"{wish.place}:{folder.uidvalidity}"
    except Trouble as trouble:
        return {"asked": wish.asked, "trouble": trouble.told}
    known = _known(wish.mailbox_id, numbering)
    rows = [_row(each, known.get(each.uid) or wanting.against(each, wish.wanted)) for each in reversed(headings)]
    wanted = asdict(wish.wanted) | {"since": wish.wanted.since and wish.wanted.since.isoformat()}
    return {"asked": wish.asked, "count": len(uids), "rows": rows, "wanted": wanted}


def _known(mailbox_id: int, numbering: str) -> dict[int, str]:
    """Number → what is known of it already."""
    ours = (FoundMail.mailbox_id == mailbox_id, FoundMail.numbering == numbering)
    known = {Found.TAKEN: "known", Found.LEFT: "told"}
    query = select(FoundMail.uid, FoundMail.found).where(*ours, FoundMail.found.in_(known))
    with looking(db.session()):
        return {uid: known[found] for uid, found in db.session.execute(query)}


def _row(heading: folders.Heading, verdict: str) -> dict[str, Any]:
    return {
        "at": heading.received_at.isoformat() if heading.received_at else "",
        "sender": heading.sender[:LONGEST_TEXT],
        "subject": heading.subject[:LONGEST_TEXT],
        "size": heading.size,
        "verdict": verdict,
    }


def note(mailbox_id: int, sight: dict[str, Any]) -> None:
    """Show it to who asked; committed by the caller."""
    db.session.execute(update(Mailbox).where(Mailbox.id == mailbox_id).values(sight=sight))
