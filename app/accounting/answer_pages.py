"""The pages of the link in a mail to the accountant: one form; no session, no script (SAFETY S57 to S68)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import structlog
from flask import Response, redirect, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from app.accounting import answer_links, answering, facts
from app.accounting.answer_links import LinkState
from app.accounting.answer_models import AnswerLink
from app.accounting.blueprint import bp
from app.accounting.kinds import Said
from app.accounting.models import Sharing
from app.accounting.run_models import Delivery, Export
from app.approval import kindly
from app.core.errors import Refused
from app.documents.kinds import Kind
from app.extensions import db
from app.tasks.jobs import commit
from app.users import machines, served
from app.users.machines import AskAgain
from app.web import by_link
from app.web.filters import amount, day

log = structlog.get_logger()


@dataclass(frozen=True)
class Line:
    """One document as it was sent, and what was answered of it."""

    document_id: int
    number: str
    party: str
    day: str
    amount: str
    said: Said | None
    when: str


@bp.get("/links/<token>")
@by_link.opened
def answer_link(token: str):
    """The documents of one mail, and what was said of them; opening it says nothing."""
    return _show(answer_links.find(token), token)


@bp.post("/links/<token>")
@by_link.answers
def answer_by_link(token: str):
    """Note what the form says; proven by the page's own mark, as there is no session."""
    found = answer_links.find(token)
    if found is None:
        return _dead(None, None)
    with force_locale(_language(found)):
        try:
            noted = answering.answer(found, request.form)
            commit()
        except AskAgain as again:
            commit()
            return _show(found, token, 422, note=again.sentence)
        except Refused as refused:
            db.session.rollback()
            return _show(answer_links.find(token), token, 422, note=str(refused))
    return redirect(url_for(".answer_link", token=token, noted=1 if noted else None), 303)


def _show(found: AnswerLink | None, token: str, status: int = 200, note: str = "") -> Response:
    state = answer_links.state_of(found) if found else None
    if found is None or state is not LinkState.LIVING:
        return _dead(found, state)
    run = found.envelope.run
    with force_locale(_language(found)):
        lines = _lines(found)
        context = {"token": token, "link": found, "lines": lines, "company": run.company.name, "sent_on": day(run.day)}
        if request.args.get("noted") and any(line.said for line in lines):
            return _page("accounting/noted.html", found, status, **context)
        context |= {"note": note, "served": served.serve(found), "choices": list(Said), "typed": request.form}
        context |= {"is_suspect": machines.is_suspect(found), "trap": machines.TRAP, "longest": answering.LONGEST}
        return _page("accounting/answer.html", found, status, **context)


def _lines(link: AnswerLink) -> list[Line]:
    """What the mail said of each, and nothing that changed since (SAFETY S61)."""
    found = answer_links.deliveries(link)
    exports = select(Export).where(Export.document_id.in_([each.document_id for each in found]))
    standing = {each.document_id: each for each in db.session.scalars(exports)}
    return [_line(each, standing.get(each.document_id)) for each in found]


def _line(delivery: Delivery, export: Export | None) -> Line:
    sent = delivery.facts or facts.of(delivery.document)
    issued, company = sent.get("issue_date"), delivery.document.company
    said_at = export.said_at if export else None
    return Line(
        document_id=delivery.document_id,
        number=sent.get("number") or str(Kind(sent["kind"]).label),
        party=sent.get("party", ""),
        day=day(date.fromisoformat(issued)) if issued else "",
        amount=amount(sent.get("gross_minor"), sent.get("currency", "")),
        said=export.said if export else None,
        when=kindly.when_of(said_at, company) if said_at else "",
    )


def _dead(found: AnswerLink | None, state: LinkState | None) -> Response:
    """Nothing of any document; the same for all that never were."""
    log.info("answer_link.dead", link=found.id if found else None, state=state.value if state else "unknown")
    if found is None:
        return _page("approval/dead.html", None, 404, dead=kindly.of(None), token="")
    with force_locale(_language(found)):
        return _page("approval/dead.html", found, 410, dead=_why(state), token="")


def _why(state: LinkState | None) -> kindly.Dead:
    if state is LinkState.EXPIRED:
        return kindly.Dead(_("This link is too old"), _("Answer by a newer mail, or write to whoever sends you these."))
    return kindly.Dead(_("This link was withdrawn"), _("Nothing is asked here any more. There is nothing to do."))


def _language(link: AnswerLink) -> str:
    sharing = db.session.get(Sharing, link.envelope.run.company_id)
    return sharing.language if sharing else "fr"


def _page(name: str, found: AnswerLink | None, status: int, **context: Any) -> Response:
    return by_link.shown(name, status, **context, **({"language": _language(found)} if found else {}))
