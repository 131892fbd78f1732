"""An answer through a mailed link: who gives it, a person or a machine that presses what it finds (SAFETY S58)."""

from __future__ import annotations

from collections.abc import Mapping

import structlog
from flask_babel import gettext as _
from sqlalchemy import select

from app.approval import decisions, holding, links
from app.approval.links import LinkState
from app.approval.models import Choice, Decision, DecisionLink, DecisionPage, Way
from app.core.database import insert_unless_there
from app.core.errors import Refused
from app.documents.models import Document
from app.extensions import db
from app.users.machines import MACHINE, AskAgain, Caught, caught, check_digits, suspect
from app.users.served import Served, answered

log = structlog.get_logger()
UNDO = "undo"


class Void(Exception):
    """Two different answers came from one page: what was decided is taken back, and a new mail is on its way."""


def answer(link: DecisionLink, said: Mapping[str, str]) -> Decision | None:
    """Decide what this form says, if a person filled it in on a page of this link; None where the link is dead.

    Raises `AskAgain` or `Void`, after which what was noted is committed; or `Refused`, after which nothing is.
    """
    holding.held(link.seat.step.approval)
    db.session.refresh(link)
    served, choice = answered(link, said.get("page", "")), said.get("choice", "")
    if served is None:
        raise AskAgain(_("This page was too old, or not one of ours. Nothing was decided: look at it and press again."))
    _check_one_answer(link, served, choice)
    if links.state_of(link) is not LinkState.LIVING:
        return None
    _check_person(link, served, choice, said.get("digits", ""))
    return _decide(link, served, Choice(choice), said.get("reason", ""))


def take_back(link: DecisionLink, said: Mapping[str, str]) -> bool:
    """Take a decision back by the link in the mail about it; False where the link is dead."""
    if link.decision is None or links.state_of(link) is not LinkState.LIVING:
        return False
    served = answered(link, said.get("page", ""))
    if said.get("choice") != UNDO:
        suspect(link, MACHINE, "trap")
    if served is None or served.is_too_quick or said.get("choice") != UNDO:
        raise AskAgain(_("Nothing was taken back yet: please press again."))
    check_digits(link, served, said.get("digits", ""))
    if not links.use(link):
        return False
    decisions.undo(link.decision, by=link.user, why="mail")
    return True


def needs_sign_in(document: Document) -> bool:
    """Is it above the amount from which a link alone decides nothing (SPEC AP-3)? An unknown rate counts as above."""
    limit = document.company.approval_sign_in_minor
    is_ours = document.currency == document.company.currency
    return limit is not None and (not is_ours or abs(document.gross_minor or 0) >= limit)


def _check_one_answer(link: DecisionLink, served: Served, choice: str) -> None:
    """A page is answered once. The same answer again changes nothing; another one voids both."""
    first = db.session.scalar(select(DecisionPage).filter_by(nonce_hash=served.key))
    if first is None:
        return
    if first.choice and first.choice.value == choice:
        if first.decision is None:
            raise AskAgain(_("Nothing was decided yet: please press again."))
        return
    suspect(link, MACHINE, "contradiction")
    if first.decision and not first.decision.undone_at:
        _void(first.decision)
    raise AskAgain(_("Something pressed several buttons of this page. Nothing was decided: decide here, please."))


def _void(decision: Decision) -> None:
    """Take back what a machine decided; its new mail begins as suspect as the old one ended."""
    try:
        with db.session.begin_nested():
            decisions.undo(decision, by=None, why="robot")
    except Refused:  # such as changed meanwhile: then it counts for nothing anyway
        log.warning("decision.not_voided", decision=decision.id)
        return
    raise Void


def _check_person(link: DecisionLink, served: Served, choice: str, digits: str) -> None:
    """Only what a person can have sent goes on."""
    found = caught(link, served, choice, set(Choice))
    if found is Caught.PRESSED_NOTHING:
        _note(link, served, None)
        raise AskAgain(_("Nothing was chosen, so nothing was decided. Press one of the buttons."))
    if found is Caught.QUICK:
        _note(link, served, Choice(choice))
        raise AskAgain(_("That was very quick, as only machines are. Nothing was decided: please press again."))
    check_digits(link, served, digits)


def _decide(link: DecisionLink, served: Served, choice: Choice, reason: str) -> Decision | None:
    if not _note(link, served, choice) or not links.use(link):
        return None
    how = {"way": Way.MAIL, "revision": link.revision, "reason": reason}
    decision = decisions.decide(link.seat, choice, by=link.user, **how)  # type: ignore[arg-type]
    _page(served).decision = decision
    return decision


def _note(link: DecisionLink, served: Served, choice: Choice | None) -> bool:
    """Keep that this page was answered; False where it was already."""
    values = {"link_id": link.id, "nonce_hash": served.key, "choice": choice}
    query = insert_unless_there(db.session(), DecisionPage).values(**values).returning(DecisionPage.id)
    return db.session.scalar(query) is not None


def _page(served: Served) -> DecisionPage:
    return db.session.scalars(select(DecisionPage).filter_by(nonce_hash=served.key)).one()
