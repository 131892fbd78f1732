"""What rules demand to be approved."""

from __future__ import annotations

from decimal import Decimal

from flask_babel import force_locale

from app.approval import demands
from app.approval.models import Mode
from app.core import clock
from app.documents import decisions, status
from app.extensions import db
from app.rules import words
from app.web.access import Role
from tests.conftest import aimed_at
from tests.factories import make_category, make_document, make_user
from tests.rules.making import ask, make_rule, when

LARGE = when("gross", "at_least", 100000, currency="EUR")


def ready(**facts):
    """A document that can be validated."""
    return make_document(gross_minor=150000, net_minor=130000, tax_minor=20000, category=make_category(), **facts)


def test_a_rule_demands_its_steps_and_says_why(app):
    """LC-2: LC-3: AP-1: the steps in their order, the rule's name and the conditions that hold."""
    lea, marc, zoe = (make_user(name=name) for name in ("Léa", "Marc", "Zoé"))
    steps = [ask(lea)["steps"][0], ask(marc, zoe, mode="all")["steps"][0]]
    rule = make_rule(LARGE, name="Large", does=[{"act": "approve", "steps": steps}])
    document = ready()

    demand = demands.of(document)

    assert demand and demand.rule_id == rule.id
    assert [(step.user_ids, step.mode) for step in demand.steps] == [
        ((lea.id,), Mode.ANY),
        ((marc.id, zoe.id), Mode.ALL),
    ]
    with force_locale("en"):
        assert words.why(demand.why) == "“Large”: at least €1,000.00"
    assert demands.of(make_document()) is None


def test_the_steps_of_all_rules_that_are_met_follow_each_other(app):
    """LC-3: all rules that match act; the same step is not asked twice."""
    lea, marc = make_user(), make_user()
    make_rule(LARGE, does=[ask(lea)], position=1)
    make_rule(when("direction", "is", "purchase"), does=[ask(lea)], position=2)
    make_rule(when("supplier_new"), does=[ask(marc)], position=3)

    demand = demands.of(ready())

    assert demand and [step.user_ids for step in demand.steps] == [(lea.id,), (marc.id,)]
    assert [each["name"] for each in demand.why["rules"]] == ["Travel"] * 3


def test_an_approver_who_is_gone_leaves_the_others_and_last_the_admins(app):
    """LC-3: no approval is skipped because nobody is left to give it."""
    admin, gone, here = make_user(Role.ADMIN), make_user(is_disabled=True), make_user()
    make_rule(LARGE, does=[ask(gone, here, mode="all")], position=1)
    make_rule(LARGE, does=[ask(gone)], position=2)

    demand = demands.of(ready())

    assert demand and [(step.user_ids, step.mode) for step in demand.steps] == [
        ((here.id,), Mode.ALL),
        ((admin.id,), Mode.ANY),
    ]


def test_what_was_validated_before_the_rule_is_not_asked_about(app):
    """LC-3: until a fact the rules look at changes."""
    document = ready(validated_at=clock.now())
    make_rule(LARGE, does=[ask(make_user())])
    status.settle(document, by=make_user(), act="edited", changes={"due_date": [None, "2026-10-10"]})
    assert demands.of(document) is None

    decisions.edit(document, amounts(1600, 1400, 200), by=make_user(), version=document.version)

    assert demands.of(document)


def test_what_is_validated_under_a_rule_stays_demanded(app):
    """LC-2: LC-3: also after later changes of other facts, and of the rule's name."""
    document = ready()
    rule = make_rule(LARGE, does=[ask(make_user())])
    decisions.validate(document, by=make_user())
    rule.name = "Another name"
    status.settle(document, by=None, act="edited", changes={})

    assert demands.of(document)
    rule.is_on = False
    db.session.flush()
    assert demands.of(document) is None


def test_a_demand_lapses_with_the_facts(app):
    """LC-3: below the amount nobody is asked any more."""
    document = ready()
    make_rule(LARGE, does=[ask(make_user())])
    decisions.validate(document, by=make_user())
    assert demands.of(document)

    decisions.edit(document, amounts(100, 80, 20), by=make_user(), version=document.version)

    assert demands.of(document) is None


def test_the_tab_is_there_where_a_rule_asks(app, browser):
    """LC-2: *to approve* is shown where an approval rule exists, and only there."""
    reader = browser(make_user())
    assert "tab=to_approve" not in reader.get("/documents").text

    rule = make_rule(LARGE, does=[ask(make_user())])
    assert "tab=to_approve" in reader.get("/documents").text

    rule.is_on = False
    db.session.commit()
    assert "tab=to_approve" not in reader.get("/documents").text


def amounts(*said: int) -> dict[str, Decimal]:
    """Gross, net and tax as a form gives them."""
    return dict(zip(("gross", "net", "tax"), map(Decimal, said), strict=True))


def test_the_review_foresees_who_approves_what_stands_in_the_form(app, browser):
    """LC-3: by what is typed there, saved or not."""
    lea = make_user(name="Léa")
    make_rule(LARGE, name="Large", does=[ask(lea)])
    document, client = ready(), browser(make_user())

    assert "→ to approve by Léa (“Large”: at least €1,000.00)" in client.get(f"/review/{document.id}").text
    typed = {"version": document.version, "gross": "999.00", "net": "799.00", "tax": "200.00"}
    answer = client.post(f"/review/{document.id}/draft", data=typed, headers=aimed_at("next-step"))
    assert "→ to match" in answer.text
