"""Pages: the bank accounts of a company."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.bank import accounts
from app.bank.blueprint import account_to_change, bp, tabs_here, to_change, whole_here
from app.bank.forms import AccountForm
from app.bank.models import BankAccount
from app.core.errors import Refused
from app.extensions import db
from app.tasks.jobs import commit
from app.web.access import Permission, requires
from app.web.pages import page


def _to_list():
    return redirect(url_for("bank.account_list"), 303)


@bp.get("/bank/accounts")
@requires(Permission.SEE_FIGURES)
def account_list():
    """The accounts, what each holds and how much of it waits."""
    company = whole_here()
    found, waiting = accounts.of_company(company.id), accounts.open_counts(company.id)
    return page("bank/accounts.html", accounts=found, waiting=waiting, **tabs_here("accounts"))


@bp.get("/bank/accounts/new")
@requires(Permission.EDIT_BANK)
def new_account():
    """An empty form."""
    form = AccountForm(data={"currency": to_change().currency})
    return page("bank/account.html", form=form, account=None)


@bp.post("/bank/accounts")
@requires(Permission.EDIT_BANK)
def create_account():
    """A new account."""
    company, form = to_change(), AccountForm()
    if form.validate() and _kept(form, lambda: accounts.create(company, form.facts(), by=current_user)):
        return _to_list()
    return page("bank/account.html", 422, form=form, account=None)


@bp.get("/bank/accounts/<int:account_id>/facts")
@requires(Permission.EDIT_BANK)
def edit_account(account_id: int):
    """The form of what is said of it."""
    account = account_to_change(account_id)
    return page("bank/account.html", form=AccountForm(obj=account), account=account)


@bp.post("/bank/accounts/<int:account_id>/facts")
@requires(Permission.EDIT_BANK)
def save_account(account_id: int):
    """Keep what was changed."""
    account, form = account_to_change(account_id), AccountForm()
    if form.validate() and _kept(form, lambda: accounts.edit(account, form.facts(), by=current_user)):
        return _to_list()
    account = db.session.get_one(BankAccount, account_id)
    return page("bank/account.html", 422, form=form, account=account)


def _kept(form: AccountForm, keep) -> bool:
    """Do it; what is refused stands beside its field, with all that was typed."""
    try:
        keep()
    except Refused as refused:
        db.session.rollback()
        field = form.currency if "IBAN" not in str(refused) else form.iban
        field.errors = [*field.errors, str(refused)]
        return False
    commit()
    flash(_("Saved."))
    return True


@bp.post("/bank/accounts/<int:account_id>/archiving")
@requires(Permission.EDIT_BANK)
def archive_account(account_id: int):
    """Out of choices, or back; its lines stay."""
    account = account_to_change(account_id)
    accounts.archive(account, by=current_user)
    commit()
    flash(_("Archived.") if account.archived_at else _("Taken back."))
    return _to_list()
