"""One action for each invoice that is to send, as its customer's plan says."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from sqlalchemy import update

from app.core import clock
from app.counterparties import merging
from app.documents import decisions, reasons, status, trash
from app.documents.models import Direction, Kind, SentMeans
from app.documents.sent import come_back, sent
from app.dunning import actions
from app.dunning import jobs as asking
from app.dunning.action_models import Action, ActionState
from app.dunning.models import Channel
from app.extensions import db
from app.sending import aligning, jobs
from app.tasks.models import Task
from app.web.access import Role
from tests.factories import make_document, make_user, reload
from tests.sending.making import make_customer, make_plan, make_sale, make_sender
from tests.sending.running import actions_of, last, sweep


@pytest.fixture
def sender(app):
    return make_sender()


def edit(document, **facts):
    user = make_user(Role.ADMIN, document.company)
    decisions.edit(document, facts, by=user, version=document.version)
    db.session.commit()


def said(document) -> str:
    return reasons.in_words(reload(document).reason)


def test_once_validated_it_has_one_action_of_its_plan(sender, plan, customer):
    """SE-3: from the sending step of the customer's plan; settled again, no second one."""
    document = make_sale(sender, customer)
    status.settle(document, by=None, act="edited")
    (action,) = actions_of(document)
    assert (action.state, action.channel, action.step) == (ActionState.WAITING, Channel.EMAIL, plan.sending)
    assert (action.key, action.due_at) == (f"sending:{document.id}:1", document.validated_at)


def test_a_step_that_is_a_persons_makes_an_action_to_do(sender):
    """SE-6: in the list of the customer's owner."""
    owner = make_user(company=sender)
    customer = make_customer(sender, make_plan(sender, is_automatic=False), owner=owner)
    action = last(make_sale(sender, customer))
    assert (action.state, action.owner, action.reason) == (ActionState.TO_DO, owner, {"key": "manual"})


def test_a_call_is_never_automatic(sender):
    """SE-4: whatever its step says."""
    customer = make_customer(sender, make_plan(sender, channel=Channel.CALL))
    assert last(make_sale(sender, customer)).state is ActionState.TO_DO


@pytest.mark.parametrize("facts", [{"validated_at": None}, {"awaits_approval": True}])
def test_nothing_is_planned_before_it_is_validated_and_approved(sender, customer, facts):
    """SE-5: nothing leaves before."""
    document = make_document(
        sender, **{"direction": Direction.SALE, "counterparty": customer, "validated_at": clock.now()} | facts
    )
    if facts.get("awaits_approval"):
        aligning.align(document)
        db.session.commit()
    assert not [each for each in actions_of(document) if not each.state.is_over]


def test_without_a_plan_there_is_no_action_and_the_page_says_why(sender):
    """SE-3: LC-8: no plan, no action."""
    document = make_sale(sender, make_customer(sender))
    assert actions_of(document) == []
    assert "has no plan" in said(document)


def test_a_plan_without_a_sending_step_sends_nothing(sender, plan, customer):
    """SE-3: and says so."""
    plan.steps.clear()
    db.session.commit()
    document = make_sale(sender, customer)
    assert actions_of(document) == [] and "sends no invoices" in said(document)


def test_the_plan_of_the_child_counts(sender, plan):
    """SE-3: the one that owns the invoice; the parent's only where the company wants that."""
    parent = make_customer(sender, plan, name="Head office")
    document = make_sale(sender, make_customer(sender, parent=parent, name="Branch"))
    assert actions_of(document) == []
    sender.uses_parent_plan = True
    aligning.realign([document])
    assert last(document).step == plan.sending


def test_a_plan_assigned_later_plans_what_waits(sender, plan):
    """SE-3: without waiting for the next change of the invoice."""
    customer = make_customer(sender)
    document = make_sale(sender, customer)
    customer.dunning_plan_id = plan.id
    jobs.plan_sendings_of(sender.id)
    db.session.commit()
    assert last(document).state is ActionState.WAITING
    assert "planned for" in said(document)


def test_once_a_day_all_that_waits_is_planned(sender, plan):
    """SE-5: whatever was missed."""
    customer = make_customer(sender)
    document = make_sale(sender, customer)
    customer.dunning_plan_id = plan.id
    jobs.plan_sendings()
    db.session.commit()
    assert db.session.query(Task).filter_by(kind="plan_sendings_of").count() == 1
    jobs.plan_sendings_of(sender.id)
    assert last(document).state is ActionState.WAITING


def test_a_plan_taken_away_withdraws_what_was_planned(sender, plan, customer):
    """SE-3: no plan, no action."""
    document = make_sale(sender, customer)
    customer.dunning_plan_id = None
    aligning.realign([document])
    assert last(document).state is ActionState.WITHDRAWN and "has no plan" in said(document)


def test_another_step_moves_it(sender, plan, customer):
    """SE-5: channel, person or program, and time."""
    document = make_sale(sender, customer, validated_at=clock.now())
    plan.sending.days, plan.sending.channel, plan.sending.is_automatic = 3, Channel.LETTER, False
    aligning.realign([document])
    action = last(document)
    assert (action.channel, action.state) == (Channel.LETTER, ActionState.TO_DO)
    assert action.due_at > clock.now() + timedelta(days=2)
    plan.sending.is_automatic = True
    aligning.realign([document])
    assert (last(document).state, len(actions_of(document))) == (ActionState.WAITING, 1)


def test_another_issue_date_moves_it(sender, customer):
    """SE-5: on the issue date, if that is later."""
    sender.send_time = time(9, 15)
    document = make_sale(sender, customer)
    edit(document, issue_date=date(2027, 3, 30), due_date=date(2027, 4, 30))
    assert last(document).due_at.isoformat() == "2027-03-30T07:15:00+00:00"
    assert len(actions_of(document)) == 1


def test_what_a_person_wrote_is_not_moved_nor_taken_away(sender, plan, customer):
    """SE-6: an edited text stays with its action."""
    document = make_sale(sender, customer)
    action = last(document)
    action.text = "Dear Anna"
    plan.sending.channel = Channel.LETTER
    aligning.realign([document])
    assert (last(document).channel, last(document).text) == (Channel.EMAIL, "Dear Anna")


@pytest.mark.parametrize("how", ["trash", "reassign", "mark", "credit note"])
def test_what_is_not_needed_any_more_is_withdrawn_with_the_reason(sender, plan, customer, how):
    """SE-5: S52: in the trash, another customer's, sent otherwise, no invoice any more."""
    document = make_sale(sender, customer)
    other = make_customer(sender, plan, name="Other")
    if how == "trash":
        trash.trash(document, by=None)
    elif how == "reassign":
        edit(document, counterparty_id=other.id)
    elif how == "mark":
        sent(document, SentMeans.MARKED, by=None)
    else:
        edit(document, kind=Kind.CREDIT_NOTE)
    first, *rest = actions_of(document)
    key = {"trash": "gone", "reassign": "reassigned", "mark": "sent_otherwise", "credit note": "not_to_send"}[how]
    assert (first.state, first.reason["key"]) == (ActionState.WITHDRAWN, key)
    assert [each.counterparty for each in rest] == ([other] if how == "reassign" else [])


def test_restored_it_is_planned_anew(sender, customer):
    """SE-1: SE-5: with a key of its own."""
    document = make_sale(sender, customer)
    trash.trash(document, by=None)
    trash.restore(document, by=None)
    db.session.commit()
    assert [each.key for each in actions_of(document)] == [f"sending:{document.id}:{n}" for n in (1, 2)]
    assert last(document).state is ActionState.WAITING


def test_two_customers_made_one_take_their_actions_along(sender, plan, customer):
    """CP-1: nothing is withdrawn and nothing made twice."""
    document = make_sale(sender, customer)
    into = make_customer(sender, plan, name="Into")
    merging.merge(customer, into, by=make_user(Role.ADMIN, sender), typed=customer.name)
    db.session.commit()
    (action,) = actions_of(document)
    assert (action.counterparty_id, action.state) == (into.id, ActionState.WAITING)


def test_what_came_back_waits_for_a_person(sender, customer):
    """SE-7: it is not sent by itself a second time."""
    document = make_sale(sender, customer)
    action = last(document)
    actions.done(action)
    action.bounced_at, action.bounce_reason = clock.now(), "550 nobody"
    come_back(document, why="550 nobody")
    db.session.commit()
    assert (last(document).state, last(document).reason["key"]) == (ActionState.TO_DO, "bounced")
    assert "550 nobody" in said(document)


def test_skipped_it_counts_as_sent(sender, customer):
    """SE-6: and is outstanding from then on."""
    document = make_sale(sender, customer)
    actions.skip(last(document), by=make_user(company=sender), note="by courier")
    db.session.commit()
    document = reload(document)
    assert (document.sent_means, document.is_to_send) == (SentMeans.SKIPPED, False)
    assert [each.state for each in actions_of(document)] == [ActionState.SKIPPED]


def test_the_master_switch_is_asked_when_it_would_leave(server, sender, customer):
    """SE-8: off, it stays planned; on again, it leaves."""
    document = make_sale(sender, customer)
    sender.sends_automatically = False
    db.session.commit()
    assert asking.ask_what_is_due() == 0
    sweep()
    assert (last(document).state, server.messages) == (ActionState.WAITING, [])
    sender.sends_automatically = True
    db.session.commit()
    sweep()
    assert (last(document).state, len(server.messages)) == (ActionState.DONE, 1)


def test_switched_off_since_it_was_asked_for_it_stays(server, sender, customer):
    """SE-8: the work itself asks once more."""
    document = make_sale(sender, customer)
    asking.ask_what_is_due()
    sender.sends_automatically = False
    db.session.commit()
    asking.perform_action(last(document).id)
    assert (last(document).state, last(document).mail) == (ActionState.WAITING, None)


def test_what_a_person_is_sending_just_now_is_left_to_them(sender, plan, customer):
    """SE-3: S52: R4: the plan changes in one transaction while the action leaves in another."""
    document = make_sale(sender, customer)
    action = last(document)
    plan.sending.is_automatic = False
    leaving = update(Action).where(Action.id == action.id).values(state=ActionState.LEAVING, version=9)
    db.session.execute(leaving.execution_options(synchronize_session=False))
    aligning.realign([document])
    db.session.commit()
    assert (reload(action).state, action.version) == (ActionState.LEAVING, 9)
