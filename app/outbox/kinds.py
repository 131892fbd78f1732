"""What those who write a kind of mail know of it: asked again before it leaves, and when it is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.outbox import sealed
from app.outbox.models import OutgoingMail
from app.web.access import Person


@dataclass(frozen=True)
class MailKind:
    """One kind of mail; those nobody registered leave whatever happened since."""

    key: str
    why_not: Callable[[OutgoingMail], str]
    """Why it need not leave any more, empty where it does: asked when its turn has come (SAFETY S52)."""
    is_personal: bool = False
    """Its links act in the name of whom it is written to: nobody else is shown them."""
    after: Callable[[OutgoingMail], None] | None = None
    """Told of the mail's end, or of what a person decided about it, in the transaction that keeps its mark."""
    decided: Callable[[OutgoingMail, Person], None] | None = None
    """Told in place of `after` where a person decided; without it `after` is."""
    returned: Callable[[OutgoingMail, str], None] | None = None
    """Told, with the words of the report, that nobody got it after all though it had been accepted."""
    leaves_always: bool = False
    """Also while everything is stopped: mails by which people sign in (SAFETY R7)."""


mail_kinds: list[MailKind] = []
"""Filled where the stages are connected (`pipeline.py`)."""


def kind_of(mail: OutgoingMail) -> MailKind | None:
    """What is known of mails like this one."""
    return next((each for each in mail_kinds if each.key == mail.kind), None)


def always() -> list[str]:
    """Those by which people sign in: they leave also while everything else is stopped."""
    return [each.key for each in mail_kinds if each.leaves_always]


def is_asked(key: str) -> bool:
    """Is there anybody to ask whether such a mail is still needed?"""
    return any(each.key == key for each in mail_kinds)


def is_told(key: str) -> bool:
    """Does anybody want to know what became of it?"""
    return any(each.key == key and each.after for each in mail_kinds)


def why_not(mail: OutgoingMail) -> str:
    """Why it is not to leave any more; empty where it is."""
    kind = kind_of(mail)
    return kind.why_not(mail) if kind else ""


def tell(mail: OutgoingMail, *, by: Person | None = None) -> None:
    """Its mark changed for good, or back again: say so to whoever wrote it."""
    kind = kind_of(mail)
    if kind and kind.decided and by is not None:
        kind.decided(mail, by)
    elif kind and kind.after:
        kind.after(mail)


def tell_returned(mail: OutgoingMail, why: str) -> None:
    """Accepted first, it could not be delivered: say so to whoever wrote it."""
    kind = kind_of(mail)
    if kind and kind.returned:
        kind.returned(mail, why)


def shown_to(mail: OutgoingMail, person: Person) -> str:
    """Its text, without what only its recipient may use."""
    kind = kind_of(mail)
    is_theirs = getattr(person, "email", None) in {each.address for each in mail.recipients}
    if (kind and kind.is_personal and not is_theirs) or not sealed.is_readable(mail):
        return mail.text
    return sealed.whole(mail).text
