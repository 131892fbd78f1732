"""People: who is here, what they may do, and inviting others."""

from __future__ import annotations

from flask import abort, flash, redirect, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import func, select

from app.core.errors import Refused
from app.extensions import db
from app.settings import access
from app.settings.blueprint import administered, bp, person_or_404, shared_with
from app.settings.forms import InviteForm
from app.tasks.jobs import commit
from app.users import invitations, memberships, sessions
from app.users.models import Membership, SignIn, User
from app.web.access import Permission, requires
from app.web.pages import page


@bp.get("/people")
@requires(Permission.ADMINISTER)
def people():
    """Everybody in the companies one is admin of."""
    mine = current_user.company_ids(Permission.ADMINISTER)
    here = User.visible_to(current_user).where(User.memberships.any(Membership.company_id.in_(mine)))
    found = list(db.session.scalars(here))
    return page(
        "settings/people.html", people=found, mine=set(mine), last_seen=_last_seen(found), several=len(mine) > 1
    )


def _last_seen(people: list[User]) -> dict[int, object]:
    query = select(SignIn.user_id, func.max(SignIn.seen_at)).group_by(SignIn.user_id)
    return dict(db.session.execute(query.where(SignIn.user_id.in_([each.id for each in people]))).all())


@bp.get("/people/new")
@requires(Permission.ADMINISTER)
def new_person():
    """The form of an invitation."""
    form = InviteForm(formdata=None, language=current_user.language)
    return _invite(form, access.lines(administered()))


def _invite(form: InviteForm, lines: list[access.Line], status: int = 200, problem: str = ""):
    return page(
        "settings/person_new.html",
        status=status,
        form=form,
        lines=lines,
        problem=problem,
        roles=access.ROLES,
        rights=access.RIGHTS,
    )


@bp.post("/people")
@requires(Permission.ADMINISTER)
def invite():
    """Invite somebody by mail."""
    form, lines = InviteForm(), access.chosen(administered())
    if not form.validate():
        return _invite(form, lines, 422)
    chosen = {line.company: (line.role, line.rights) for line in lines if line.role}
    try:
        user = invitations.invite(
            form.email.data, name=form.name.data, language=form.language.data, access=chosen, by=current_user
        )
    except Refused as refused:
        return _invite(form, lines, 422, str(refused))
    commit()
    flash(_("%(email)s is invited: the mail is in the outbox.", email=user.email))
    return redirect(url_for(".people"), 303)


@bp.get("/people/<int:user_id>")
@requires(Permission.ADMINISTER)
def person(user_id: int):
    """One person: access, state, sign-ins."""
    user = person_or_404(user_id)
    return _person(user, access.lines(administered(), user))


def _person(user: User, lines: list[access.Line], status: int = 200, problem: str = ""):
    return page(
        "settings/person.html",
        status=status,
        person=user,
        lines=lines,
        problem=problem,
        roles=access.ROLES,
        rights=access.RIGHTS,
        is_whole=memberships.manages_wholly(current_user, user),
        living=sessions.living(user),
        restricted=[m.company for m in shared_with(user) if m.is_restricted],
    )


@bp.post("/people/<int:user_id>")
@requires(Permission.ADMINISTER)
def change_person(user_id: int):
    """Change roles and rights; a company without a role is left."""
    user, lines = person_or_404(user_id), access.chosen(administered())
    try:
        changes = [
            memberships.set_access(user, line.company, line.role, line.rights, by=current_user) for line in lines
        ]
    except Refused as refused:
        text = str(refused)
        db.session.rollback()
        return _person(person_or_404(user_id), access.chosen(administered()), 422, text)
    commit()
    flash(_("Saved. What changed holds at once.") if any(changes) else _("Nothing was changed."))
    return redirect(url_for(".people"), 303)


def _wholly(user_id: int) -> User:
    """Somebody all of whose companies the signed-in person administers; what is done here touches them all."""
    user = person_or_404(user_id)
    if not memberships.manages_wholly(current_user, user):
        abort(403)
    return user


@bp.post("/people/<int:user_id>/invitation")
@requires(Permission.ADMINISTER)
def send_invitation(user_id: int):
    """Send the invitation once more; the earlier link dies."""
    user = _wholly(user_id)
    invitations.send(user, by=current_user)
    commit()
    flash(_("A new invitation is in the outbox; the earlier link no longer works."))
    return redirect(url_for(".person", user_id=user.id), 303)


@bp.post("/people/<int:user_id>/disabling")
@requires(Permission.ADMINISTER)
def disable_person(user_id: int):
    """Shut somebody out, at once."""
    user = _wholly(user_id)
    memberships.disable(user, by=current_user)
    commit()
    flash(_("%(name)s can no longer sign in, and was signed out everywhere.", name=user.name))
    return redirect(url_for(".person", user_id=user.id), 303)


@bp.post("/people/<int:user_id>/enabling")
@requires(Permission.ADMINISTER)
def enable_person(user_id: int):
    """Let somebody in again."""
    user = _wholly(user_id)
    memberships.enable(user, by=current_user)
    commit()
    flash(_("%(name)s may sign in again.", name=user.name))
    return redirect(url_for(".person", user_id=user.id), 303)


@bp.post("/people/<int:user_id>/sign-ins/end")
@requires(Permission.ADMINISTER)
def end_sign_ins(user_id: int):
    """Sign somebody out everywhere."""
    user = _wholly(user_id)
    memberships.sign_out(user, by=current_user)
    commit()
    flash(_("%(name)s is signed out everywhere.", name=user.name))
    return redirect(url_for(".person", user_id=user.id), 303)
