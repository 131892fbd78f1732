"""The page from which somebody takes a period to the accountant: a ZIP of files, or entries."""

from __future__ import annotations

from flask import request, url_for
from flask_login import current_user

from app.accounting import asked, codes, downloading, taking
from app.accounting.asked import Asked
from app.accounting.blueprint import bp
from app.accounting.kinds import Journal
from app.accounting.lacking import Lack
from app.accounting.sight import here
from app.documents import period
from app.web.access import Permission, allowed, requires
from app.web.pages import page

LISTS = {
    Lack.VALIDATION: {"tab": "to_process"},
    Lack.APPROVAL: {"tab": "to_approve"},
    Lack.SENDING: {"tab": "to_send"},
    Lack.FILE: {"fileless": "yes"},
}
"""Where the whole list of some is found."""


@bp.get("/download")
@requires(Permission.SEE_FIGURES)
def download():
    """What would be in it, and what not, before anything is made."""
    company = here()
    wanted = asked.from_address(current_user, company, request.args)
    return page(
        "accounting/download.html",
        asked=wanted,
        ways=asked.ways(current_user, company),
        periods=period.NAMES,
        journals=list(Journal),
        lists=LISTS,
        waits_on=_waiting_accounts(wanted),
        found=taking.preview(current_user, company, wanted),
        sees_all=not allowed(current_user, Permission.SEE_ASSIGNED, company.id),
        missing_url=url_for(".missing", **wanted.in_address),
    )


def _waiting_accounts(wanted: Asked) -> str:
    found = codes.of(wanted.connection)
    return " / ".join(dict.fromkeys((found.expense, found.income)))


@bp.post("/download")
@requires(Permission.SEE_FIGURES)
def take():
    """The ZIP or the entries; a Factur-X that is made on the way is kept."""
    company, user = here(), current_user._get_current_object()  # the proxy ends with the request
    return downloading.take(user, company, asked.from_address(user, company, request.form))


@bp.get("/download/missing.csv")
@requires(Permission.SEE_FIGURES)
def missing():
    """All of the period that is not in it, with the reasons."""
    company = here()
    wanted = asked.from_address(current_user, company, request.args)
    return downloading.missing_table(current_user, company, wanted)
