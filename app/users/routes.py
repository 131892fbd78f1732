"""Signing in and out, mailed links, and the pages about oneself."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_babel import refresh
from flask_login import current_user

from app.core import clock
from app.core.errors import Refused
from app.extensions import db, limiter
from app.tasks.jobs import commit
from app.users import browsers, jobs, links, people, sessions, signing_in
from app.users.forms import ForgottenForm, InvitationForm, PasswordForm, ProfileForm, ResetForm, SignInForm
from app.users.models import Company, LinkPurpose, SignIn, User
from app.web.access import Permission, public, requires
from app.web.ids import row_id
from app.web.language import locale as spoken
from app.web.pages import page
from app.web.targets import local

bp = Blueprint("users", __name__)


@bp.get("/sign-in")
@public
def sign_in():
    """The form; who is signed in already goes on."""
    if current_user.is_authenticated:
        return redirect(local(request.args.get("next")), 303)
    email = session.get("email", "")
    return page("users/sign_in.html", form=SignInForm(email=email, next=local(request.args.get("next"), "")))


@bp.post("/sign-in")
@public
def begin():
    """Sign in. One answer for all who may not come in."""
    form = SignInForm()
    if not form.validate():
        return page("users/sign_in.html", status=422, form=form)
    try:
        user = signing_in.check(form.email.data, form.password.data, request.remote_addr or "")
    except signing_in.TooEarly as early:
        response = page("users/sign_in.html", status=429, form=form, problem=str(early))
        response.headers["Retry-After"] = str(early.seconds)
        return response
    if user is None:
        problem = _("This e-mail address and password do not go together.")
        return page("users/sign_in.html", status=422, form=form, problem=problem)
    user.language = user.language or spoken()
    sessions.begin(user, stay=form.stay.data)
    session.pop("email", None)
    commit()
    return redirect(local(form.next.data), 303)


@bp.post("/sign-out")
@public
def sign_out():
    """Sign out here."""
    sessions.end()
    commit()
    flash(_("You are signed out."))
    return redirect(url_for(".sign_in"), 303)


@bp.get("/forgotten-password")
@public
def forgotten():
    """Ask for a link to choose a new password."""
    return page("users/forgotten.html", form=ForgottenForm(email=request.args.get("email", "")))


@bp.post("/forgotten-password")
@public
@limiter.limit("20 per hour")
def ask_for_reset():
    """The same answer, as fast, whoever has this address."""
    form = ForgottenForm()
    if not form.validate():
        return page("users/forgotten.html", status=422, form=form)
    jobs.send_password_reset.later(form.email.data.lower(), clock.now().isoformat())
    commit()
    return page("users/reset_sent.html", email=form.email.data)


@bp.get("/passwords/<token>")
@public
@limiter.limit("100 per hour")
def choose_password(token: str):
    """The page of a mailed link; opening it changes nothing."""
    link = links.find(token, LinkPurpose.PASSWORD_RESET)
    if link is None:
        return _dead()
    _speak(link.user)
    return page("users/reset.html", form=ResetForm(link.user), link=link)


@bp.post("/passwords/<token>")
@public
@limiter.limit("100 per hour")
def reset(token: str):
    """Take the new password; the link is used up and every sign-in ended."""
    link = links.find(token, LinkPurpose.PASSWORD_RESET)
    if link is None:
        return _dead()
    form = ResetForm(link.user)
    if not form.validate():
        return page("users/reset.html", status=422, form=form, link=link)
    signing_in.reset(link, form.password.data)
    return _ready(link.user.email, _("Your new password is saved. Sign in with it."))


@bp.get("/invitations/<token>")
@public
@limiter.limit("100 per hour")
def invitation(token: str):
    """The page of an invitation; opening it changes nothing."""
    link = links.find(token, LinkPurpose.INVITATION)
    if link is None:
        return _dead()
    _speak(link.user)
    return page("users/invitation.html", form=InvitationForm(link.user, obj=link.user), link=link)


@bp.post("/invitations/<token>")
@public
@limiter.limit("100 per hour")
def accept(token: str):
    """Choose name, password and language; the link is used up."""
    link = links.find(token, LinkPurpose.INVITATION)
    if link is None:
        return _dead()
    form = InvitationForm(link.user)
    if not form.validate():
        return page("users/invitation.html", status=422, form=form, link=link)
    signing_in.accept(link, name=form.name.data, password=form.password.data, language=form.language.data)
    session["language"] = form.language.data
    return _ready(link.user.email, _("Welcome! Your account is ready: sign in."))


def _speak(user: User) -> None:
    """A mailed link opens in the language of its mail, unless another was chosen in this browser."""
    session.setdefault("language", user.spoken)
    refresh()


def _ready(email: str, said: str) -> Response:
    """On to the sign-in: a mailed link alone lets nobody in."""
    commit()
    session["email"] = email
    flash(said)
    return redirect(url_for(".sign_in"), 303)


def _dead() -> Response:
    return page("users/dead_link.html", status=410)


@bp.get("/account")
@requires(Permission.SEE_OWN_PAGES)
def account():
    """Name, language, password, and the browsers one is signed in with."""
    return _account()


def _account(status: int = 200, **forms: object) -> Response:
    context = {"profile": ProfileForm(current_user, obj=current_user), "password": PasswordForm(current_user)} | forms
    living = [(each, browsers.name_of(each.browser)) for each in sessions.living(current_user)]
    return page("users/account.html", status=status, living=living, here=sessions.here(), **context)


@bp.post("/account")
@requires(Permission.SEE_OWN_PAGES)
def save_profile():
    """Change name and language."""
    form = ProfileForm(current_user)
    if not form.validate():
        return _account(422, profile=form)
    people.rename(current_user, form.name.data, form.language.data)
    commit()
    refresh()
    flash(_("Saved."))
    return redirect(url_for(".account"), 303)


@bp.post("/account/password")
@requires(Permission.SEE_OWN_PAGES)
def change_password():
    """Change the password; the other sign-ins end."""
    form = PasswordForm(current_user)
    if not form.validate():
        return _account(422, password=form)
    try:
        signing_in.change_password(current_user, form.current.data, form.password.data)
    except Refused as refused:
        form.current.errors = [str(refused)]
        return _account(422, password=form)
    commit()
    flash(_("Your password is changed. You are signed out everywhere else."))
    return redirect(url_for(".account"), 303)


@bp.post("/account/sign-ins/<int:sign_in_id>/end")
@requires(Permission.SEE_OWN_PAGES)
def end_sign_in(sign_in_id: int):
    """Sign out in another browser."""
    ended = db.one_or_404(SignIn.visible_to(current_user).filter_by(id=sign_in_id))
    ended.ended_at = ended.ended_at or clock.now()
    commit()
    flash(_("That browser is signed out."))
    return redirect(url_for(".account"), 303)


@bp.post("/account/sign-ins/end")
@requires(Permission.SEE_OWN_PAGES)
def end_other_sign_ins():
    """Sign out everywhere but here."""
    sessions.end_all(current_user, but=sessions.here())
    commit()
    flash(_("You are signed out everywhere else."))
    return redirect(url_for(".account"), 303)


@bp.post("/company")
@requires(Permission.SEE_OWN_PAGES)
def choose_company():
    """Look at another of one's companies from now on, in this browser."""
    company_id = request.form.get("company_id", type=row_id)
    company = db.one_or_404(Company.visible_to(current_user).where(Company.id == company_id))
    sessions.here().company = company
    commit()
    flash(_("You are looking at %(company)s now.", company=company.name))
    return redirect(local(request.form.get("next")), 303)
