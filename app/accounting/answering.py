"""What the accountant answers by the link of a mail: noted with each document, and told where words come with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.accounting import answer_links, answer_notices
from app.accounting.answer_links import LinkState
from app.accounting.answer_models import AccountingAnswer, AnswerLink
from app.accounting.kinds import Said
from app.accounting.run_models import Export
from app.audit import trail
from app.comments import saying
from app.core import clock
from app.core.database import hold
from app.core.errors import Refused
from app.documents.models import Document
from app.extensions import db
from app.users.machines import MACHINE, AskAgain, Caught, caught, check_digits, suspect
from app.users.served import Served, answered

LONGEST = 2000
ACTS = {
    Said.RECEIVED: "received by the accountant",
    Said.BOOKED: "booked by the accountant",
    Said.MISSING: "missed by the accountant",
}


@dataclass(frozen=True)
class Form:
    """An answer as it was filled in."""

    choice: str
    each: dict[int, Said]
    """Document → what is said of it; empty where the form has no choice."""
    words: str
    digits: str

    @property
    def about(self) -> set[int]:
        """The documents that the words are about: those where something is missing, else all."""
        return {id for id, said in self.each.items() if said is Said.MISSING} or set(self.each)


def said_of(document: Document) -> list[AccountingAnswer]:
    """What the accountant said of it, the newest first."""
    query = select(AccountingAnswer).where(AccountingAnswer.document_id == document.id)
    query = query.where(AccountingAnswer.undone_at.is_(None)).order_by(AccountingAnswer.id.desc())
    return list(db.session.scalars(query.options(joinedload(AccountingAnswer.link).joinedload(AnswerLink.envelope))))


def answer(link: AnswerLink, said: Mapping[str, str]) -> list[AccountingAnswer]:
    """Note what this form says, if a person filled it in on a page of this link; nothing where the link is dead.

    Raises `AskAgain`, after which what was noted is committed; or `Refused`, after which nothing is.
    """
    hold(db.session, f"accounting link {link.id}")
    db.session.refresh(link)
    served, form = answered(link, said.get("page", "")), read(link, said)
    if served is None:
        raise AskAgain(_("This page was too old, or not one of ours. Nothing was noted: look at it and press again."))
    if known := _one_answer(link, served, form):
        return known
    if answer_links.state_of(link) is not LinkState.LIVING:
        return []
    _check_person(link, served, form)
    _check_words(form)
    return _said_already(link, form) or _note(link, served, form)


def read(link: AnswerLink, said: Mapping[str, str]) -> Form:
    """What the form says of each document: the choice for all, or its own."""
    choice = said.get("choice", "")
    ids = [each.document_id for each in answer_links.deliveries(link)] if choice in set(Said) else []
    own = {id: said.get(f"document-{id}", "") for id in ids}
    each = {id: Said(own[id] if own[id] in set(Said) else choice) for id in ids}
    return Form(
        choice, each, said.get("comment", "").replace("\r\n", "\n").replace("\0", "").strip(), said.get("digits", "")
    )


def _one_answer(link: AnswerLink, served: Served, form: Form) -> list[AccountingAnswer]:
    """A page is answered once. The same answer again changes nothing; another one voids both."""
    rows = list(db.session.scalars(select(AccountingAnswer).filter_by(nonce_hash=served.key)))
    if not rows:
        return []
    if {row.document_id: row.said for row in rows} == form.each and any(row.comment == form.words for row in rows):
        if rows[0].undone_at:
            raise AskAgain(_("Nothing was noted yet: please press again."))
        return rows
    suspect(link, MACHINE, "contradiction")
    _void(rows)
    raise AskAgain(_("Different answers came from one page, as only machines give them. None is noted: answer here."))


def _said_already(link: AnswerLink, form: Form) -> list[AccountingAnswer]:
    """The answers that stand, where they came by this link in the same words: somebody went back and pressed again."""
    rows = select(AccountingAnswer).where(AccountingAnswer.document_id.in_(form.each))
    rows = rows.join(Export, Export.document_id == AccountingAnswer.document_id)
    rows = rows.where(AccountingAnswer.undone_at.is_(None), Export.said == AccountingAnswer.said)
    last = {row.document_id: row for row in db.session.scalars(rows.order_by(AccountingAnswer.id))}
    now = {id: (said, form.words if id in form.about else "", link.id) for id, said in form.each.items()}
    return list(last.values()) if now == {id: (row.said, row.comment, row.link_id) for id, row in last.items()} else []


def _check_person(link: AnswerLink, served: Served, form: Form) -> None:
    """Only what a person can have sent goes on."""
    found = caught(link, served, form.choice, set(Said))
    if found is Caught.PRESSED_NOTHING:
        raise AskAgain(_("Nothing was chosen, so nothing was noted. Press one of the buttons."))
    if found is Caught.QUICK:
        for row in _rows(link, served, form):
            row.undone_at = clock.now()
        raise AskAgain(_("That was very quick, as only machines are. Nothing was noted: please press again."))
    check_digits(link, served, form.digits)


def _check_words(form: Form) -> None:
    if len(form.words) > LONGEST:
        raise Refused(_("A comment has %(count)s letters at most. Nothing was noted.", count=LONGEST))
    if not form.words and Said.MISSING in form.each.values():
        raise Refused(_("Say in a sentence what is missing. Nothing was noted yet."))


def _note(link: AnswerLink, served: Served, form: Form) -> list[AccountingAnswer]:
    rows = _rows(link, served, form)
    for row in rows:
        if row.comment:
            row.remark = saying.pass_on(row.document, row.comment, outsider=link.envelope.address)
        _follow(row.document, ACTS[row.said], "mail")
    answer_notices.tell(link, rows)
    return rows


def _rows(link: AnswerLink, served: Served, form: Form) -> list[AccountingAnswer]:
    made = [
        AccountingAnswer(
            link=link,
            document=delivery.document,
            said=form.each[delivery.document_id],
            comment=form.words[:LONGEST] if delivery.document_id in form.about else "",
            nonce_hash=served.key,
        )
        for delivery in answer_links.deliveries(link)
    ]
    db.session.add_all(made)
    db.session.flush()
    return made


def _void(rows: Iterable[AccountingAnswer]) -> None:
    """What a machine said counts for nothing: each document stands where it stood before."""
    for row in rows:
        if row.undone_at is None:
            row.undone_at = clock.now()
            db.session.flush()
            if row.remark:
                saying.disown(row.remark)
            _follow(row.document, "accountant's answer voided", "robot")


def _follow(document: Document, act: str, why: str) -> None:
    """The newest answer that counts is where the document stands."""
    export = db.session.get(Export, document.id, populate_existing=True)
    if export is None:
        return
    last = next(iter(said_of(document)), None)
    was, export.said, export.said_at = export.said, last and last.said, last and last.said_at
    if was is not export.said:
        trail.record(document, by=None, act=act, why=why, changes={"accountant_said": [was, export.said]})
