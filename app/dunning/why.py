"""Why is nothing sent? Every reason in words, and where one goes to change it (SPEC DN-2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import current_app, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import func, select

from app.core import clock
from app.counterparties.models import Contact, Counterparty
from app.documents.models import Direction, Document, Kind
from app.documents.wanted import DECIDED, OPEN
from app.dunning import conditions, plans, upcoming, words
from app.dunning.action_models import Action, ActionDocument, ActionKind, ActionState
from app.dunning.actions import ALIVE
from app.dunning.conditions import SOLD
from app.dunning.models import Channel, DunningPlan, PlanStep
from app.dunning.promises import FOR_GOOD
from app.extensions import db
from app.users.models import User
from app.web.access import Permission, allowed
from app.web.filters import day, moment

Way = tuple[str, str, dict[str, Any]]
"""A page, what leads there is called, and what it is about."""


@dataclass(frozen=True)
class Why:
    """One reason, and the page on which it can be changed; without one: on the page where it stands."""

    text: str
    endpoint: str = ""
    label: str = ""
    where: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text

    @property
    def url(self) -> str:
        return url_for(self.endpoint, **self.where) if self.endpoint in current_app.view_functions else ""

    @property
    def is_on_customer(self) -> bool:
        """Does it lead to the customer's page, which not everybody sees who sees the invoice?"""
        return self.endpoint == "counterparties.show"


def of_document(document: Document) -> list[Why]:
    """Why this invoice is not sent, or not reminded of, at the moment; the first reason is the most telling."""
    if document.is_to_send:
        return list(_of_sending(document))
    return list(_of_reminding(document, document.counterparty))


def of_customer(customer: Counterparty) -> list[Why]:
    """Why this customer is not reminded of anything at the moment."""
    return list(_of_reminding(customer, customer))


def shown(user: User, it: Document | Counterparty) -> list[Why] | None:
    """What stands on its page; None where that is no invoice to a customer, or this person sends none."""
    if not allowed(user, Permission.EDIT, it.company_id):
        return None
    if isinstance(it, Counterparty):
        return of_customer(it) if it.is_customer and not it.merged_into_id else None
    is_sold = it.direction is Direction.SALE and it.kind is Kind.INVOICE and not it.trashed_at
    return of_document(it) if is_sold and _sees_customer(user, it) else None


def _sees_customer(user: User, document: Document) -> bool:
    """Whoever was only asked about an invoice reads nothing of what its customer is sent (SAFETY S72)."""
    if document.counterparty_id is None or allowed(user, Permission.SEE_ALL, document.company_id):
        return True
    seen = Counterparty.visible_to(user).with_only_columns(Counterparty.id)
    return db.session.scalar(seen.where(Counterparty.id == document.counterparty_id)) is not None


# --- Sending --------------------------------------------------------------------------------------


def _of_sending(document: Document) -> Iterator[Why]:
    customer = document.counterparty
    if not document.validated_at or document.awaits_approval:
        yield _said("not_approved" if document.validated_at else "not_validated", document)
    if action := _alive(ActionKind.SENDING, Action.document_id == document.id):
        yield from _of_action(action, action.step)
        return
    plan = plans.plan_of(customer) if customer else None
    if plan is None:
        yield _said("no_plan", document)
    elif plan.sending is None:
        yield Why(_("The customer's plan sends no invoices."), *_to_plan(plan))
    elif plan.sending.channel is Channel.EMAIL and not _has_address(customer):
        yield _said("no_contact", document)


def _has_address(customer: Counterparty | None) -> bool:
    query = select(Contact.id).where(Contact.counterparty_id == (customer.id if customer else 0), Contact.email != "")
    return bool(customer and (customer.email or db.session.scalar(query.limit(1))))


# --- Reminding ------------------------------------------------------------------------------------


def _of_reminding(it: Document | Counterparty, customer: Counterparty | None) -> Iterator[Why]:
    keys = conditions.reasons(it, clock.today(it.company))
    if isinstance(it, Counterparty) and not _owes(it):
        yield Why(_("It owes nothing."))
    yield from (_said(key, it) for key in keys)
    if keys or customer is None:
        return
    document = it if isinstance(it, Document) else None
    about = Action.covers.any(ActionDocument.document_id == it.id) if document else Action.counterparty_id == it.id
    if action := _alive(ActionKind.REMINDER, about):
        yield from _of_action(action, action.step)
    else:
        yield from _of_plan(customer, document)


def _of_plan(customer: Counterparty, document: Document | None) -> Iterator[Why]:
    """What the plan says comes next."""
    plan = plans.plan_of(customer)
    if plan and not plan.reminders:
        yield Why(_("The customer's plan has no reminders."), *_to_plan(plan))
        return
    following = upcoming.of_customer(customer, document)
    if following is None:
        if plan and (document or _owes(customer)):
            yield Why(_("No step of the plan is left: it was reminded of to the end."), *_to_plan(plan))
        return
    if following.step.is_automatic and not customer.company.sends_automatically:
        yield _said("switched_off", customer)
    told = {"day": day(following.day), "channel": following.step.channel.label}
    yield Why(_("The next reminder is due on %(day)s (%(channel)s).", **told))


def _owes(customer: Counterparty) -> bool:
    query = select(func.count()).where(Document.counterparty_id == customer.id, SOLD, DECIDED, OPEN)
    return bool(db.session.scalar(query))


# --- In words -------------------------------------------------------------------------------------


def _alive(kind: ActionKind, about: Any) -> Action | None:
    query = select(Action).where(Action.kind == kind, Action.state.in_(ALIVE), about)
    return db.session.scalars(query.order_by(Action.id.desc()).limit(1)).first()


def _of_action(action: Action, step: PlanStep | None) -> Iterator[Why]:
    link = _link("dunning.show", _("Open it"), action_id=action.id)
    if action.state is ActionState.LEAVING:
        yield Why(_("It is on its way."), *link)
    elif action.state is ActionState.TO_DO:
        yield Why(_("It waits for a person: %(why)s", why=words.in_words(action.reason)).strip(), *link)
    else:
        if not action.counterparty.company.sends_automatically:
            yield _said("switched_off", action.counterparty)
        yield Why(_("Planned for %(moment)s.", moment=moment(action.due_at)), *link)


def _said(key: str, it: Document | Counterparty) -> Why:
    text = _until(key, it) or str(words.REASONS[key])
    if key in ON_CUSTOMER and isinstance(it, Document) and it.counterparty_id:
        link = _link("counterparties.show", _("Open the customer"), counterparty_id=it.counterparty_id)
        return Why(text, *link)
    return Why(text, *_way_out(key, it))


def _until(key: str, it: Document | Counterparty) -> str:
    """With the day up to which it holds, where there is one."""
    customer = it.counterparty if isinstance(it, Document) else it
    days: dict[str, date | None] = {"customer_paused": customer and customer.reminders_paused_until}
    if isinstance(it, Document):
        days |= {"promised": it.promised_date, "paused": it.reminders_paused_until}
    last = days.get(key)
    return str(DATED[key]) % {"day": day(last)} if last and last != FOR_GOOD else ""


ON_CUSTOMER = {"archived", "no_plan", "no_contact", "customer_paused"}
"""What is changed on the customer's page."""
DATED = {
    "promised": lazy_gettext("The customer promised to pay it by %(day)s."),
    "paused": lazy_gettext("Reminders of it are paused until %(day)s."),
    "customer_paused": lazy_gettext("Reminders to the customer are paused until %(day)s."),
}


def _way_out(key: str, it: Document | Counterparty) -> Way:
    """The page on which it can be changed, where that is another one."""
    customer_id = it.counterparty_id if isinstance(it, Document) else it.id
    if key in {"not_validated", "no_due_date"}:
        return _link("review.show" if key == "not_validated" else "documents.edit", _("Check it"), document_id=it.id)
    if key == "netted":
        return _link("documents.index", _("Credit notes"), tab="credits", counterparty=customer_id)
    if key == "unread_reply":
        return _link("dunning.replies", _("Read the answer"))
    if key == "bank_old":
        return _link("bank.statements", _("Import statements"))
    if key == "switched_off":
        return _link("settings.sending", _("Settings"), company_id=it.company_id)
    return "", "", {}


def _to_plan(plan: DunningPlan) -> Way:
    return _link("plans.show", _("Open the plan"), plan_id=plan.id)


def _link(endpoint: str, label: str, **where: Any) -> Way:
    return endpoint, label, where
