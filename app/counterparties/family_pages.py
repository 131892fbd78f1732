"""Under which other one a customer or supplier is shown, and whose account it is."""

from __future__ import annotations

from flask import Response, flash, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user
from wtforms import SelectField, StringField, ValidationError
from wtforms.validators import Length

from app.core.errors import Refused
from app.counterparties import family, finding
from app.counterparties.blueprint import bp, here, mine, to
from app.counterparties.models import Counterparty
from app.extensions import db
from app.tasks.jobs import commit
from app.users.models import User
from app.web.access import Permission, requires
from app.web.fields import trimmed
from app.web.forms import Form
from app.web.pages import page


class FamilyForm(Form):
    """Both may be empty."""

    parent = StringField(lazy_gettext("Belongs to"), [Length(max=240)], filters=[trimmed])
    owner = SelectField(lazy_gettext("Account owner"), coerce=lambda text: int(text) if text else None)

    def __init__(self, counterparty: Counterparty) -> None:
        above = finding.label(counterparty.parent) if counterparty.parent else ""
        super().__init__(data={"parent": above, "owner": counterparty.owner_id})
        self.counterparty, self.above = counterparty, counterparty.parent
        people = family.owners(counterparty)
        if counterparty.owner and counterparty.owner not in people:
            people = [*people, counterparty.owner]
        if counterparty.parent and family.parent(counterparty, current_user) is None:
            del self["parent"]  # it is out of this person's sight, and stays
        self.owner.choices = [("", "—"), *((each.id, each.name or each.email) for each in people)]

    def validate_parent(self, field: StringField) -> None:
        """One of those this person sees, by its name."""
        found = finding.called(self.counterparty.company_id, field.data) if field.data else []
        seen = Counterparty.visible_to(current_user).where(Counterparty.id.in_([each.id for each in found]))
        known = list(db.session.scalars(seen)) if found else []
        if field.data and not known:
            raise ValidationError(_("Nobody is called so. Choose one from the list."))
        if len(known) > 1:
            raise ValidationError(_("Several have this name: choose one from the list."))
        self.above = known[0] if known else None


@bp.get("/counterparties/<int:counterparty_id>/family")
@requires(Permission.EDIT)
def family_of(counterparty_id: int):
    """The form of both."""
    counterparty = mine(counterparty_id)
    return _page(counterparty, FamilyForm(counterparty))


def _page(counterparty: Counterparty, form: FamilyForm, status: int = 200) -> Response:
    return page("counterparties/family.html", status, counterparty=counterparty, form=form)


@bp.get("/counterparties/names")
@requires(Permission.EDIT)
def names():
    """Those to choose from while a name is typed, of those one sees."""
    asked = " ".join((request.args.get("parent") or "").replace("\0", " ").split())[:100]
    found = finding.named(current_user, here().id, asked, reviewing=False) if asked else []
    return page("counterparties/_names.html", found=found, label=finding.label)


@bp.post("/counterparties/<int:counterparty_id>/family")
@requires(Permission.EDIT)
def save_family(counterparty_id: int):
    """Keep both."""
    counterparty = mine(counterparty_id)
    form = FamilyForm(counterparty)
    if not form.validate():
        return _page(counterparty, form, 422)
    owner = db.session.get(User, form.owner.data) if form.owner.data else None
    try:
        family.put_under(counterparty, form.above, by=current_user)
        family.give_to(counterparty, owner, by=current_user)
    except Refused as refused:
        db.session.rollback()
        form.parent.errors = [str(refused)]
        return _page(mine(counterparty_id), form, 422)
    commit()
    flash(_("Saved."))
    return to(counterparty)
