"""Assigning customers and suppliers to somebody: those they have, and a search for others to tick."""

from __future__ import annotations

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.counterparties import assignments
from app.counterparties.models import Counterparty
from app.extensions import db
from app.settings.blueprint import bp, company_or_404, person_or_404
from app.tasks.jobs import commit
from app.users import memberships
from app.users.models import Company, User
from app.web.access import Permission, requires
from app.web.ids import row_id
from app.web.pages import page

MOST_SHOWN = 100


def _in(company_id: int, user_id: int) -> tuple[Company, User]:
    """A company one is admin of, and somebody who belongs to it."""
    company, user = company_or_404(company_id), person_or_404(user_id)
    if memberships.given(user, company) is None:
        abort(404)
    return company, user


@bp.get("/companies/<int:company_id>/people/<int:user_id>/counterparties")
@requires(Permission.ADMINISTER)
def assigned(company_id: int, user_id: int):
    """What is assigned, and what the search finds besides."""
    company, user = _in(company_id, user_id)
    words = request.args.get("q", "").strip()[:100]
    have = list(db.session.scalars(assignments.of(user, [company.id])))
    found = list(db.session.scalars(assignments.others(user, [company.id], words).limit(MOST_SHOWN + 1)))
    return page(
        "settings/assigned.html",
        company=company,
        person=user,
        q=words,
        have=have,
        found=found[:MOST_SHOWN],
        more=len(found) > MOST_SHOWN,
        is_restricted=any(m.is_restricted for m in user.memberships if m.company_id == company.id),
    )


@bp.post("/companies/<int:company_id>/people/<int:user_id>/counterparties")
@requires(Permission.ADMINISTER)
def assign(company_id: int, user_id: int):
    """Assign what is ticked, of what was shown; the rest stays as it is."""
    company, user = _in(company_id, user_id)
    shown = set(request.form.getlist("shown", type=row_id))
    ticked = set(request.form.getlist("assigned", type=row_id))
    of_company = Counterparty.visible_to(current_user).where(
        Counterparty.company_id == company.id, Counterparty.id.in_(shown | ticked)
    )
    known = list(db.session.scalars(of_company))
    add = [each for each in known if each.id in ticked]
    remove = [each for each in known if each.id in shown - ticked]
    count = assignments.change(user, add, remove, by=current_user)
    commit()
    flash(_("Saved. What changed holds at once.") if count else _("Nothing was changed."))
    return redirect(url_for(".assigned", company_id=company.id, user_id=user.id, q=request.form.get("q") or None), 303)
