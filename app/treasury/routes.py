"""The pages of treasury: the forecast, the committed operations it is made of, and what a person says of one."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user
from wtforms import SelectField
from wtforms.validators import Optional

from app.core import clock
from app.core.errors import Refused
from app.extensions import db
from app.lists.tables import table
from app.tasks.jobs import commit
from app.treasury import accounts, forecast, moving, showing, tables
from app.treasury.models import CommittedOperation
from app.treasury.wanted import Wanted
from app.users.models import Company
from app.users.sessions import company_where
from app.web.access import Permission, demand, requires
from app.web.fields import DayField
from app.web.forms import Form
from app.web.pages import page

bp = Blueprint("treasury", __name__)


def here() -> Company:
    """The company looked at, where the signed-in person may see its figures."""
    return company_where(Permission.SEE_FIGURES)


# --- What comes and goes --------------------------------------------------------------------------


@bp.get("/treasury")
@requires(Permission.SEE_FIGURES)
def index():
    """The next thirteen weeks, and what is late."""
    return page("treasury/index.html", **showing.front_page(current_user, here(), request.args))


@bp.get("/treasury/forecast.<any(csv, xlsx):kind>")
@requires(Permission.SEE_FIGURES)
def forecast_table(kind: str):
    """The thirteen weeks as a table."""
    company = here()
    living = accounts.living(current_user, company)
    wanted, _codes = showing.chosen(current_user, company, request.args, living)
    rows = tables.of_weeks(forecast.of(current_user, company, wanted, living))
    name = _("forecast")
    return table(kind, f"{name}-{clock.today(company)}", _("Forecast"), tables.FORECAST, rows)


@bp.get("/treasury/operations")
@requires(Permission.SEE_FIGURES)
def operations():
    """All committed operations, filtered by the address."""
    return page("treasury/operations.html", **showing.list_page(current_user, here(), request.args))


@bp.get("/treasury/operations.<any(csv, xlsx):kind>")
@requires(Permission.SEE_FIGURES)
def operations_table(kind: str):
    """All that the list shows, on all its pages, as a table."""
    company = here()
    rows = tables.of_operations(current_user, company, Wanted.from_address(request.args))
    name, title = _("committed-operations"), _("Committed operations")
    return table(kind, f"{name}-{clock.today(company)}", title, tables.OPERATIONS, rows)


# --- One of them ----------------------------------------------------------------------------------


class OperationForm(Form):
    """When it is expected, and through which account."""

    expected_date = DayField(lazy_gettext("Expected on"), [Optional()])
    account = SelectField(lazy_gettext("Bank account"), coerce=int)

    def __init__(self, operation: CommittedOperation) -> None:
        super().__init__(data={"expected_date": operation.moved_date, "account": operation.account_id or 0})
        choices = [(each.id, each.name) for each in moving.accounts_of(operation, current_user)]
        self.account.choices = [(0, _("Nobody knows yet")), *choices]
        self.expected_date.render_kw = {"min": clock.today(operation.company).isoformat()}


def mine(operation_id: int) -> CommittedOperation:
    """The operation, where the signed-in person may change it: 404 out of sight, 403 where they may only look."""
    query = CommittedOperation.visible_to(current_user).where(CommittedOperation.id == operation_id)
    operation = db.one_or_404(query)
    demand(Permission.EDIT_BANK, operation.company_id)
    return operation


@bp.get("/treasury/operations/<int:operation_id>")
@requires(Permission.EDIT_BANK)
def operation(operation_id: int):
    """What is expected of it, and the form to expect something else."""
    found = mine(operation_id)
    return _form(found, OperationForm(found))


@bp.post("/treasury/operations/<int:operation_id>")
@requires(Permission.EDIT_BANK)
def change(operation_id: int):
    """Expect it on another day, through another account; without a day, on the day that is worked out."""
    found = mine(operation_id)
    form = OperationForm(found)
    if not form.validate():
        return _form(found, form, 422)
    known = {each.id: each for each in moving.accounts_of(found, current_user)}
    try:
        moving.expect_on(found, form.expected_date.data, by=current_user)
        moving.go_through(found, known.get(form.account.data), by=current_user)
    except Refused as refused:
        db.session.rollback()
        return _form(mine(operation_id), form, 422, str(refused))
    commit()
    flash(_("Saved."))
    return _back(found)


@bp.post("/treasury/operations/<int:operation_id>/date/removal")
@requires(Permission.EDIT_BANK)
def take_back(operation_id: int):
    """It is expected on the day that is worked out again."""
    found = mine(operation_id)
    moving.expect_on(found, None, by=current_user)
    commit()
    flash(_("Taken back: it is expected on the usual day again."))
    return _back(found)


def _back(operation: CommittedOperation) -> Response:
    return redirect(url_for("treasury.index", currency=operation.currency), 303)


def _form(operation: CommittedOperation, form: OperationForm, status: int = 200, refused: str = "") -> Response:
    today = clock.today(operation.company)
    return page("treasury/operation.html", status, operation=operation, form=form, refused=refused, today=today)
