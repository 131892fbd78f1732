"""Pages of a company's mailboxes, for its admins."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select

from app.extensions import db
from app.intake.models import Message, Source
from app.mailboxes import reaching, set_up, wanting, words
from app.mailboxes.forms import MailboxForm
from app.mailboxes.models import FoundMail, Mailbox
from app.settings.blueprint import company_or_404
from app.tasks.jobs import commit
from app.users.models import Company
from app.web.access import Permission, requires
from app.web.pages import page

bp = Blueprint("mailboxes", __name__, url_prefix="/settings/companies/<int:company_id>/mailboxes")


@bp.app_template_global()
def mailboxes_of(message: Message) -> list[Mailbox]:
    """The mailboxes that brought a message, for their admins."""
    if message.source is not Source.IMAP:
        return []
    brought = select(FoundMail.mailbox_id).where(FoundMail.message_id == message.id)
    return list(db.session.scalars(Mailbox.visible_to(current_user).where(Mailbox.id.in_(brought))))


def _found(company_id: int, mailbox_id: int) -> Mailbox:
    company = company_or_404(company_id)
    return db.one_or_404(Mailbox.visible_to(current_user).where(Mailbox.id == mailbox_id, Mailbox.company == company))


def _to(mailbox: Mailbox) -> Response:
    return redirect(url_for(".show", company_id=mailbox.company_id, mailbox_id=mailbox.id), 303)


def _form(form: MailboxForm, company: Company, mailbox: Mailbox | None = None, status: int = 200) -> Response:
    return page("mailboxes/edit.html", status=status, form=form, company=company, mailbox=mailbox)


@bp.get("")
@requires(Permission.ADMINISTER)
def index(company_id: int):
    """All of them, with how they stand."""
    company = company_or_404(company_id)
    rows = list(db.session.scalars(Mailbox.visible_to(current_user).where(Mailbox.company_id == company.id)))
    return page("mailboxes/index.html", company=company, mailboxes=rows, words=words.words)


@bp.get("/new")
@requires(Permission.ADMINISTER)
def new(company_id: int):
    """The form of a new one."""
    return _form(MailboxForm(formdata=None), company_or_404(company_id))


@bp.post("")
@requires(Permission.ADMINISTER)
def add(company_id: int):
    """Add it, still off, and look what it would bring."""
    company, form = company_or_404(company_id), MailboxForm()
    is_valid = form.validate()
    if not form.password.data:
        form.password.errors = [_("Enter the password.")]
    if not is_valid or not form.password.data:
        return _form(form, company, status=422)
    mailbox = set_up.add(company, form.facts(), form.password.data, by=current_user)
    commit()
    flash(_("Added, and not yet turned on: see below what it would bring."))
    return _to(mailbox)


@bp.get("/<int:mailbox_id>")
@requires(Permission.ADMINISTER)
def show(company_id: int, mailbox_id: int):
    """How it stands, and what would be taken; asked again by itself while somebody looks."""
    mailbox = _found(company_id, mailbox_id)
    if request.htmx and mailbox.is_looked_into:
        return Response(status=204)
    context: dict[str, Any] = {"is_readable": reaching.is_readable(mailbox), "words": words.words}
    context |= {"verdict": wanting.words, "when": datetime.fromisoformat}
    return page("mailboxes/show.html", mailbox=mailbox, company=mailbox.company, **context)


@bp.get("/<int:mailbox_id>/change")
@requires(Permission.ADMINISTER)
def edit(company_id: int, mailbox_id: int):
    """The form, without the password."""
    mailbox = _found(company_id, mailbox_id)
    return _form(MailboxForm.of(mailbox), mailbox.company, mailbox)


@bp.post("/<int:mailbox_id>")
@requires(Permission.ADMINISTER)
def change(company_id: int, mailbox_id: int):
    """Change it; a password typed for one place is asked for again for another."""
    mailbox, form = _found(company_id, mailbox_id), MailboxForm()
    is_valid = form.validate()
    if is_valid and not form.password.data and set_up.needs_password(mailbox, form.facts()):
        form.password.errors = [_("Type the password again: it is only sent where it was typed for.")]
        is_valid = False
    if not is_valid:
        return _form(form, mailbox.company, mailbox, status=422)
    set_up.change(mailbox, form.facts(), form.password.data or "", by=current_user)
    commit()
    flash(_("Saved."))
    return _to(mailbox)


@bp.post("/<int:mailbox_id>/sight")
@requires(Permission.ADMINISTER)
def look(company_id: int, mailbox_id: int):
    """Test the connection, and see what would be taken; nothing is taken or marked."""
    mailbox = _found(company_id, mailbox_id)
    set_up.look(mailbox)
    commit()
    return _to(mailbox)


@bp.post("/<int:mailbox_id>/on")
@requires(Permission.ADMINISTER)
def turn_on(company_id: int, mailbox_id: int):
    """Fetch from it; also one that was paused."""
    mailbox = _found(company_id, mailbox_id)
    set_up.turn_on(mailbox, by=current_user)
    commit()
    flash(_("Turned on: it is asked now, and every two minutes from now on."))
    return _to(mailbox)


@bp.post("/<int:mailbox_id>/off")
@requires(Permission.ADMINISTER)
def turn_off(company_id: int, mailbox_id: int):
    """Fetch nothing more."""
    mailbox = _found(company_id, mailbox_id)
    set_up.turn_off(mailbox, by=current_user)
    commit()
    flash(_("Turned off: nothing is fetched any more."))
    return _to(mailbox)


@bp.post("/<int:mailbox_id>/polls")
@requires(Permission.ADMINISTER)
def poll(company_id: int, mailbox_id: int):
    """Now, without waiting."""
    mailbox = _found(company_id, mailbox_id)
    set_up.poll_now(mailbox)
    commit()
    flash(_("It is being asked now; what it brings is in the mail log."))
    return _to(mailbox)


@bp.post("/<int:mailbox_id>/removal")
@requires(Permission.ADMINISTER)
def remove(company_id: int, mailbox_id: int):
    """Forget it; what it brought stays."""
    mailbox = _found(company_id, mailbox_id)
    set_up.remove(mailbox, by=current_user)
    commit()
    flash(_("Removed. What it brought stays."))
    return redirect(url_for(".index", company_id=company_id), 303)
