"""Whose mails are accepted, for purchases and for sales."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.documents.models import Direction
from app.intake import senders as verbs
from app.settings.blueprint import bp, company_or_404
from app.settings.sender_forms import EVERYONE, ONLY_THESE, SendersForm
from app.tasks.jobs import commit
from app.users.models import Company
from app.web.access import Permission, requires
from app.web.pages import page

Forms = dict[Direction, SendersForm]


def _standing(company: Company) -> Forms:
    lists = {direction: verbs.list_of(company.id, direction) for direction in Direction}
    return {
        direction: SendersForm(
            formdata=None,
            prefix=direction.value,
            who=ONLY_THESE if each.is_limited else EVERYONE,
            senders=each.senders,
        )
        for direction, each in lists.items()
    }


@bp.get("/companies/<int:company_id>/senders")
@requires(Permission.ADMINISTER)
def senders(company_id: int):
    """From whom mail is accepted."""
    company = company_or_404(company_id)
    return page("settings/senders.html", company=company, forms=_standing(company))


@bp.post("/companies/<int:company_id>/senders")
@requires(Permission.ADMINISTER)
def change_senders(company_id: int):
    """Let in others from now on; what waits in quarantine stays there until somebody decides."""
    company = company_or_404(company_id)
    forms = {direction: SendersForm(prefix=direction.value) for direction in Direction}
    valid = [form.validate() for form in forms.values()]  # each, so that both show what is wrong
    if not all(valid):
        return page("settings/senders.html", status=422, company=company, forms=forms)
    changed = [
        verbs.change(company, direction, is_limited=form.is_limited, senders=form.senders.data, by=current_user)
        for direction, form in forms.items()
    ]
    commit()
    flash(_("Saved.") if any(changed) else _("Nothing was changed."))
    if any(form.is_limited and not form.senders.data for form in forms.values()):
        flash(_("Nobody is on the list: every mail will wait in quarantine."), "warning")
    return redirect(url_for(".senders", company_id=company.id), 303)
