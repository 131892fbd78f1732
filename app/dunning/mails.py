"""Mails to customers: the invoice, and reminders of it; and what follows when one has left, or could not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import PurePath

from app.counterparties.models import Counterparty
from app.documents.models import Direction, Document, SentMeans
from app.dunning import composing, ending
from app.dunning.action_models import Action, ActionKind
from app.dunning.recipients import CannotReach, Recipients
from app.extensions import db
from app.files.leaving import safe_name
from app.files.models import File
from app.intake import addresses
from app.outbox.kinds import MailKind
from app.outbox.models import Mark, OutgoingMail
from app.outbox.writing import write
from app.users.models import User
from app.web.filters import size

KINDS_OF = {ActionKind.SENDING: "customer-sending", ActionKind.REMINDER: "customer-reminder"}
LARGEST = 15 * 1024 * 1024
"""With the letters they are written in, files of a mail are 20 MB: more is taken by few servers."""
link_makers: list[Callable[[Counterparty, User | None], tuple[str, str]]] = []
"""Make the address that shows a customer what is open, and the token in it; `pipeline` fills it."""


def compose(action: Action, who: Recipients, *, needs_subject: bool = True) -> tuple[str, str]:
    """Subject and text, in the language of whoever reads it. Raises `CannotReach` where the step says nothing."""
    subject, text = composing.compose(action, language=who.language, contact_name=who.name)
    if not text.strip() or (needs_subject and not subject.strip()):
        raise CannotReach("no_wording")
    return subject, text


def enclosed(action: Action) -> list[tuple[File, str]]:
    """The files that go along. Raises `CannotReach` where an invoice has none, or they are too large."""
    if action.step and not action.step.attaches_file:
        return []
    documents = [each.document for each in action.covers] or [action.document]
    files = [_named(each) for each in documents if each.original]
    if action.kind is ActionKind.SENDING and not files:
        raise CannotReach("no_file")
    if (total := sum(file.size for file, _name in files)) > LARGEST:
        raise CannotReach("too_large", size=size(total), most=size(LARGEST))
    return files


def _named(document: Document) -> tuple[File, str]:
    """As it came, under a name that is only a name, with its ending."""
    assert document.original is not None
    name = safe_name(document.original.name) or "invoice.pdf"
    return document.original.file, name if PurePath(name).suffix else f"{name}.pdf"


def send(action: Action, who: Recipients, said: tuple[str, str], files: Iterable[tuple[File, str]], by: User | None):
    """Write it into the outbox; its key counts the action's versions, so that each decision sends once."""
    kind, company = KINDS_OF[action.kind], action.counterparty.company
    subject, text = said
    text, secrets = with_link(action, text, by)
    reply_to = addresses.full(addresses.living(company, Direction.SALE))
    headers = {"Reply-To": reply_to} | ({} if by else {"Auto-Submitted": "auto-generated"})
    action.mail = write(
        kind,
        key=f"{kind}:{action.id}:{action.version}",
        to=who.to,
        subject=subject,
        template="dunning/mail/message",
        company_id=company.id,
        about=action,
        language=who.language,
        cc=who.cc,
        sender_name=company.name,
        return_path=addresses.returns_to(company, Direction.SALE),
        attachments=files,
        headers=headers,
        secrets=secrets,
        paragraphs=paragraphs(text),
        company=company.name,
        subject_line=subject,
    )


def with_link(action: Action, text: str, by: User | None) -> tuple[str, list[str]]:
    """The text with the customer's own link in it, where it names one, and the token to be blotted out."""
    if composing.LINK not in text:
        return text, []
    for make in link_makers:
        url, token = make(action.counterparty, by)
        return text.replace(composing.LINK, url), [token]
    return text.replace(composing.LINK, "").strip(), []


def paragraphs(text: str) -> list[list[str]]:
    """Paragraphs of lines, as they were typed."""
    blocks = text.replace("\r\n", "\n").replace("\r", "\n").strip().split("\n\n")
    return [block.strip("\n").split("\n") for block in blocks if block.strip()]


# --- What becomes of it ---------------------------------------------------------------------------


def why_not(mail: OutgoingMail) -> str:
    """Asked when its turn has come (SAFETY S52)."""
    action = _action_of(mail)
    return ending.why_not(action, action is not None and action.mail_id == mail.id)


def after(mail: OutgoingMail) -> None:
    """It left, was refused, nobody knows, or somebody decided about it: the action follows."""
    action = _action_of(mail)
    if action is None or action.mail_id != mail.id:
        return
    if mail.mark is Mark.SENT:
        ending.arrived(action, SentMeans.EMAIL)
    elif mail.mark is Mark.QUEUED:
        ending.leaves_again(action)
    elif mail.mark in {Mark.REFUSED, Mark.UNCERTAIN}:
        ending.failed(action, mail.mark.value, _said(mail))
    elif mail.mark is Mark.CANCELLED:
        ending.cancelled(action)


def _said(mail: OutgoingMail) -> str:
    """The server's words, to the mail or to its first recipient who was refused."""
    refused = next((each.answer for each in mail.recipients if each.mark is Mark.REFUSED and each.answer), "")
    return refused or mail.answer


def _action_of(mail: OutgoingMail) -> Action | None:
    is_ours = mail.about_type == Action.__tablename__ and mail.about_id
    return db.session.get(Action, mail.about_id) if is_ours else None


KINDS = [MailKind(key, why_not, after=after) for key in KINDS_OF.values()]
