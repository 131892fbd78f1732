"""The customer's page behind a link: no session, no script, no form; it opens nothing else (SAFETY S70)."""

from __future__ import annotations

import structlog
from flask import abort
from flask_babel import force_locale

from app.core.storage import Damaged
from app.documents.models import Document
from app.dunning import portal, portal_links
from app.dunning.blueprint import bp
from app.dunning.customer_models import PortalLink
from app.extensions import db
from app.files.leaving import as_download, damaged
from app.web import by_link

log = structlog.get_logger()


@bp.get("/portal/<token>", endpoint="portal")
@by_link.opened
def show(token: str):
    """What is open of the customer whose link it is."""
    link = portal_links.find(token)
    if link is None:
        log.info("portal_link.dead")
        return by_link.shown("dunning/portal_dead.html", 404, has_form=False)
    log.info("portal_link.opened", link=link.id)
    customer = link.counterparty
    with force_locale(language := portal.language_of(customer)):
        shown, payee = portal.lines(customer), portal.payee_of(customer)
        context = {"customer": customer, "company": customer.company, "lines": shown, "sums": portal.sums(shown)}
        context |= {"language": language, "token": token, "payee": payee}
        return by_link.shown("dunning/portal.html", 200, has_form=False, **context)


@bp.get("/portal/<token>/documents/<int:document_id>/file")
@by_link.opened
def portal_file(token: str, document_id: int):
    """The original of one of those that are shown, as a download."""
    found = _shown(portal_links.find(token), document_id) or abort(404)
    original = found.original or abort(404)
    try:
        response = as_download(original.file, original.name)
    except Damaged:
        response = damaged(original.file)
    return by_link.unlisted(response)


def _shown(link: PortalLink | None, document_id: int) -> Document | None:
    if link is None:
        return None
    return db.session.scalar(portal.documents(link.counterparty).where(Document.id == document_id))
