"""The outbox: what waits, what left, what needs a decision."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from app.dashboard import work
from app.extensions import db
from app.outbox import decisions, delivery, kinds, marks, outlets, sealed, taking
from app.outbox.models import Mark, OutgoingMail
from app.tasks.jobs import commit
from app.users.models import User
from app.web import keyset
from app.web.access import Permission, requires
from app.web.pages import page

bp = Blueprint("outbox", __name__, url_prefix="/outbox")
NEWEST = keyset.Order(OutgoingMail.id, keyset.whole)
TABS = (Mark.QUEUED, Mark.UNCERTAIN, Mark.REFUSED, Mark.SENT, Mark.CANCELLED)
LEAVING = (Mark.QUEUED, Mark.CLAIMED, Mark.TRANSMITTING)


@bp.get("")
@requires(Permission.ADMINISTER)
def index():
    """Mails by mark, newest first."""
    mark = Mark(request.args["mark"]) if request.args.get("mark") in {each.value for each in TABS} else Mark.QUEUED
    mails = OutgoingMail.visible_to(current_user).where(OutgoingMail.mark.in_(_shown_under(mark)))
    mails, said = mails.options(selectinload(OutgoingMail.recipients)), request.args
    leaf = keyset.leaf(mails, NEWEST, OutgoingMail.id, before=said.get("before", ""), after=said.get("after", ""))
    has_server = bool(current_app.config["SETTINGS"].mail_url)
    pages = {
        "previous_url": url_for(".index", mark=mark.value, before=leaf.before) if leaf.before else None,
        "next_url": url_for(".index", mark=mark.value, after=leaf.after) if leaf.after else None,
    }
    shown, facts = [row[0] for row in leaf.rows], {"has_server": has_server, "pages": pages, **_brakes()}
    return page("outbox/index.html", mails=shown, mark=mark, tabs=_tabs(mark), **facts)


def _brakes() -> dict[str, object]:
    """What stands in the way of all mails: who stopped them, which channel failed, what left within the hour."""
    shut = outlets.shut_ones()
    people = {outlet.id: db.session.get(User, outlet.shut_by_id) for outlet in shut if outlet.shut_by_id}
    waits = (
        OutgoingMail.visible_to(current_user).where(OutgoingMail.mark == Mark.QUEUED).with_only_columns(func.count())
    )
    return {
        "shut": shut,
        "shut_by": people,
        "words": outlets.WORDS,
        "is_stopped": any(outlet.name == "all" for outlet in shut),
        "may_stop": work.administers_all(current_user),
        "ceiling": taking.ceiling(),
        "is_full": taking.room() == 0,
        "waiting_count": db.session.scalar(waits.order_by(None)) or 0,
    }


@bp.post("/outlets/all/closing")
@requires(Permission.ADMINISTER)
def stop():
    """Nothing leaves any more but mails by which people sign in."""
    _only_who_administers_all()
    outlets.stop(by=current_user)
    commit()
    flash(_("Sending is stopped. What waits is kept."))
    return redirect(url_for(".index"), 303)


@bp.post("/outlets/<any(all, mail, sms, letter):name>/opening")
@requires(Permission.ADMINISTER)
def allow(name: str):
    """What waits leaves again."""
    _only_who_administers_all()
    outlets.allow(name, by=current_user)
    delivery.ask()
    commit()
    flash(_("Sending is allowed again."))
    return redirect(url_for(".index"), 303)


def _only_who_administers_all() -> None:
    """What stops everybody's mails is not for the admin of one company among several."""
    if not work.administers_all(current_user):
        abort(403)


def _shown_under(mark: Mark) -> tuple[Mark, ...]:
    return LEAVING if mark is Mark.QUEUED else (mark,)


def _tabs(current: Mark) -> list[dict[str, object]]:
    visible = OutgoingMail.visible_to(current_user).subquery()
    counts = dict(db.session.execute(select(visible.c.mark, func.count()).group_by(visible.c.mark)).all())
    return [
        {
            "label": mark.label,
            "url": url_for(".index", mark=mark.value),
            "count": sum(counts.get(each, 0) for each in _shown_under(mark)),
            "active": mark is current,
        }
        for mark in TABS
    ]


def _found(mail_id: int) -> OutgoingMail:
    return db.one_or_404(OutgoingMail.visible_to(current_user).where(OutgoingMail.id == mail_id))


@bp.get("/<int:mail_id>")
@requires(Permission.ADMINISTER)
def show(mail_id: int):
    """One mail as it will leave or left, with what the server said."""
    has_server = bool(current_app.config["SETTINGS"].mail_url)
    mail = _found(mail_id)
    facts = {"has_server": has_server, "is_readable": sealed.is_readable(mail), "is_blotted": marks.is_blotted(mail)}
    return page("outbox/show.html", mail=mail, text=kinds.shown_to(mail, current_user), **facts)


@bp.post("/<int:mail_id>/sending")
@requires(Permission.ADMINISTER)
def send_again(mail_id: int):
    """Queue it once more."""
    decisions.send_again(mail := _found(mail_id), by=current_user)
    commit()
    flash(_("The mail is queued again."))
    return redirect(url_for(".show", mail_id=mail.id), 303)


@bp.post("/<int:mail_id>/arrival")
@requires(Permission.ADMINISTER)
def has_arrived(mail_id: int):
    """Settle an uncertain mail as sent."""
    decisions.has_arrived(mail := _found(mail_id), by=current_user)
    commit()
    flash(_("Noted: the mail arrived."))
    return redirect(url_for(".show", mail_id=mail.id), 303)


@bp.post("/<int:mail_id>/cancellation")
@requires(Permission.ADMINISTER)
def cancel(mail_id: int):
    """Keep it from leaving."""
    decisions.cancel(mail := _found(mail_id), by=current_user)
    commit()
    flash(_("The mail will not be sent."))
    return redirect(url_for(".show", mail_id=mail.id), 303)
