"""Plans: made, copied, changed, archived, and given to customers."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.core.errors import Refused
from app.counterparties import keeping, merging
from app.documents import parties
from app.documents.models import Direction
from app.dunning import plan_editing, plans, step_editing, wording
from app.dunning.models import Channel, DunningPlan, Level
from app.extensions import db
from app.web.access import Role
from tests.dunning.making import make_customer, make_plan
from tests.factories import make_company, make_counterparty, make_document, make_user, reload, the_company


def facts_of(step, **changed):
    return {name: getattr(step, name) for name in plan_editing.STEP_FACTS} | changed


@pytest.mark.parametrize("level", Level)
def test_a_new_plan_sends_first_and_has_texts_that_can_be_saved(app, level):
    """SE-4: sensible texts in both languages: friendly, firm, last; every variable is known."""
    plan = make_plan(level=level)

    assert plan.steps[0] is plan.sending and [step.days for step in plan.reminders] == [7, 15, 30]
    for step in plan.steps:
        assert [each.language for each in step.wordings] == ["en", "fr"]
        for each in step.wordings:
            wording.check(each.subject, wording.kind_of(step), is_subject=True)
            wording.check(each.text, wording.kind_of(step))
    assert ("{overdue_list}" in plan.reminders[0].wordings[0].text) == (level is Level.CUSTOMER)


def test_only_the_invoice_goes_by_itself_at_first(app):
    """SE-6: nobody is reminded by a text nobody has read."""
    plan = make_plan()

    assert plan.sending.is_automatic and not any(step.is_automatic for step in plan.reminders)


def test_an_empty_plan_with_only_the_sending_template_is_fine(app):
    """SE-3: no reminder follows."""
    plan = make_plan(has_reminders=False)

    assert plan.sending is not None and plan.reminders == []


def test_a_copy_has_the_same_steps_and_nobody(app):
    """DN-1: texts are copied, not shared; the default stays where it is."""
    plan, by = make_plan(name="Usual", is_default=True), make_user(Role.ADMIN)
    copy = plan_editing.duplicate(plan, by=by)
    again = plan_editing.duplicate(plan, by=by)
    copy.sending.wordings[0].text = "Other"

    assert (copy.name, again.name, copy.is_default) == ("Usual (copy)", "Usual (copy) 2", False)
    assert [facts_of(step) for step in copy.steps] == [facts_of(step) for step in plan.steps]
    assert plan.sending.wordings[0].text != "Other"


def test_two_plans_are_never_called_the_same(app):
    """DN-1: people choose them by name; another company may."""
    plan = make_plan(name="Usual")
    make_plan(make_company("Elsewhere"), name="Usual")
    other = make_plan(name="Other")

    with pytest.raises(Refused):
        make_plan(name="Usual")
    with pytest.raises(Refused):
        plan_editing.change(other, "Usual", Level.CUSTOMER, by=make_user(Role.ADMIN), version=1)
    assert plan.name == "Usual"


def test_the_second_to_save_is_told_who_changed_what(app):
    """RV-8: by version of the plan; nothing of the second one is stored."""
    plan, lea = make_plan(name="Usual"), make_user(Role.ADMIN, name="Léa")
    step_editing.change(plan.sending, facts_of(plan.sending, days=3), {}, by=lea, version=1)
    db.session.commit()

    with pytest.raises(plan_editing.Changed, match="Léa changed this plan meanwhile") as changed:
        plan_editing.change(plan, "Mine", Level.INVOICE, by=make_user(Role.ADMIN), version=1)

    assert ("Days", "0", "3") in changed.value.what
    assert (reload(plan).name, plan.version) == ("Usual", 2)


def test_two_steps_never_fall_on_one_day(app):
    """DN-1: nobody is reminded twice on one day by one plan; there is one sending step at most."""
    plan, by = make_plan(), make_user(Role.ADMIN)

    for step, days in ((plan.reminders[0], 7), (plan.sending, 0)):
        with pytest.raises(Refused), db.session.begin_nested():
            step_editing.add(plan, facts_of(step, days=days), {}, by=by, version=plan.version)
        db.session.expire_all()
    with pytest.raises(Refused), db.session.begin_nested():
        step_editing.change(plan.reminders[0], facts_of(plan.reminders[0], days=15), {}, by=by, version=plan.version)


def test_steps_come_and_go(app):
    """DN-1: steps at −N and +N days of the due date, by each channel."""
    plan, by = make_plan(), make_user(Role.ADMIN)
    facts = facts_of(plan.reminders[0], days=-5, channel=Channel.SMS)
    added = step_editing.add(plan, facts, {"en": ("", "Due on {due_date}")}, by=by, version=1)
    db.session.commit()

    assert reload(plan).reminders[0] is added and step_editing.name(added) == "5 days before the due date"
    step_editing.remove(added, by=by, version=2)
    db.session.commit()
    assert [step.days for step in reload(plan).reminders] == [7, 15, 30]
    acts = db.session.scalars(select(AuditEntry.act).where(AuditEntry.object_type == "dunning_plan"))
    assert {"step added", "step removed"} <= set(acts)


def test_one_plan_is_for_new_customers(app):
    """SE-3: a default plan for new customers can be set; an archived one is given to nobody."""
    first, second, by = make_plan(is_default=True), make_plan(), make_user(Role.ADMIN)
    plan_editing.make_default(second, by=by)
    assert (reload(first).is_default, second.is_default) == (False, True)

    plan_editing.archive(second, by=by)
    assert plans.default_of(the_company()) is None and second not in plans.offered(the_company())
    with pytest.raises(Refused):
        plan_editing.make_default(second, by=by)
    plan_editing.archive(second, by=by, back=True)
    assert second in plans.offered(the_company())


def test_who_becomes_a_customer_gets_the_plan_for_new_ones(app):
    """SE-3: typed by hand, made of an invoice, or a supplier that buys for the first time; who has one keeps it."""
    plan, by = make_plan(is_default=True), make_user(Role.ADMIN)
    typed = keeping.create(the_company(), {"name": "Typed", "is_customer": True}, by=by)
    supplier = keeping.create(the_company(), {"name": "Supplier", "is_supplier": True}, by=by)
    db.session.flush()
    assert (typed.dunning_plan, supplier.dunning_plan) == (plan, None)

    sale = make_document(direction=Direction.SALE, counterparty=None, counterparty_name="Made")
    parties.make(sale, {}, by=by)
    assert sale.counterparty.dunning_plan is plan
    keeping.edit(supplier, {"is_customer": True}, by=by, version=supplier.version)
    assert supplier.dunning_plan is plan

    other = make_plan()
    bought = make_counterparty("Has one", dunning_plan_id=other.id)
    keeping.make_customer(bought)
    assert bought.dunning_plan is other


def test_a_customer_there_was_keeps_having_none(app):
    """SE-3: a default is for new ones: nobody is sent anything because a setting was changed."""
    customer, by = make_customer(), make_user(Role.ADMIN)
    plan_editing.make_default(make_plan(), by=by)
    keeping.edit(customer, {"name": "Other name"}, by=by, version=customer.version)
    keeping.make_customer(customer)

    assert customer.dunning_plan is None and plans.plan_of(customer) is None


def test_the_plan_of_the_child_that_owns_the_invoice_counts(app):
    """SE-3: not that of the one it is shown under; without one, the parent's only where the company wants so."""
    company = the_company()
    head = make_customer("Head office", dunning_plan=make_plan())
    branch = make_customer("Branch", parent=head)
    own = make_customer("Own", parent=head, dunning_plan=make_plan())

    assert (plans.plan_of(own), plans.plan_of(branch)) == (own.dunning_plan, None)
    company.uses_parent_plan = True
    assert (plans.plan_of(own), plans.plan_of(branch)) == (own.dunning_plan, head.dunning_plan)
    desk = make_customer("Desk", parent=branch)
    assert plans.plan_of(desk) is head.dunning_plan


def test_a_circle_of_parents_ends(app):
    """SE-3: whatever the database says, looking for a plan comes to an end."""
    the_company().uses_parent_plan = True
    one, two = make_customer("One"), make_customer("Two")
    for child, parent in ((one, two), (two, one)):
        child.parent_id = parent.id
        db.session.commit()

    assert plans.plan_of(one) is None


def test_giving_a_plan_is_noted_and_stays_within_the_company(app):
    """SE-3: with what was before."""
    plan, customer, by = make_plan(name="Usual"), make_customer(), make_user(Role.ADMIN)
    assert plans.assign([customer], plan, by) == 1
    assert plans.assign([customer], plan, by) == 0
    assert plans.assign([customer], None, by) == 1

    noted = db.session.scalars(select(AuditEntry).where(AuditEntry.act == "plan assigned").order_by(AuditEntry.id))
    assert [each.changes["dunning_plan"] for each in noted] == [[None, "Usual"], ["Usual", None]]
    with pytest.raises(Refused):
        plans.assign([customer], make_plan(make_company("Elsewhere")), by)


@pytest.mark.parametrize("has_own", [True, False])
def test_of_two_that_are_merged_the_one_that_stays_keeps_its_plan(app, has_own):
    """CP-1: or takes the other's where it has none."""
    theirs, own = make_plan(), make_plan()
    gone, into = (
        make_customer("Gone", dunning_plan=theirs),
        make_customer("Into", dunning_plan=own if has_own else None),
    )
    merging.merge(gone, into, by=make_user(Role.ADMIN), typed="Gone")
    db.session.commit()

    assert reload(into).dunning_plan is (own if has_own else theirs)


def test_how_many_customers_have_each_plan(app):
    """SE-3: those without one are told apart; suppliers do not count, nor those one does not see."""  # S72
    plan = make_plan()
    make_customer("One", dunning_plan=plan)
    make_customer("None")
    make_counterparty("Supplier")

    assert plans.customer_counts(the_company(), make_user()) == {plan.id: 1, None: 1}
    the_company().restrict_non_admins = True
    assert plans.customer_counts(the_company(), make_user()) == {}
    assert db.session.scalars(DunningPlan.visible_to(make_user())).all() == [plan]
