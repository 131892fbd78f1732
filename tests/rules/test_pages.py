"""The list of rules and the builder."""

from __future__ import annotations

import pytest

from app.audit.models import AuditEntry
from app.extensions import db
from app.rules import keeping
from app.rules.acts import Act
from app.rules.models import Match, Rule, RuleRun
from app.tags.models import Tag
from app.tasks.models import Task
from app.users import people
from app.web.access import Role
from tests.conftest import aimed_at
from tests.factories import (
    make_category,
    make_company,
    make_counterparty,
    make_document,
    make_user,
    reload,
    the_company,
)
from tests.rules.making import ask, do, make_rule, when

LARGE = when("gross", "at_least", 100000, currency="EUR")


@pytest.fixture
def company(app):
    return the_company()


@pytest.fixture
def admin(company):
    return make_user(Role.ADMIN, company, name="Léa Martin")


@pytest.fixture
def client(browser, admin, company):
    return browser(admin, company)


def the_form(**changes) -> dict:
    """A large purchase is approved by nobody yet."""
    form = {"name": "Large", "match": "all", "version": "1"}
    form |= {"c0-fact": "direction", "c0-test": "is", "c0-value": "purchase"}
    form |= {"c1-fact": "gross", "c1-test": "at_least", "c1-value": "1,000.00", "c1-currency": "EUR"}
    return form | changes


def approved_by(*users, mode: str = "any") -> dict:
    return {"a0-act": "approve", "a0-s0-mode": mode, "a0-s0-users": [str(user.id) for user in users]}


def test_a_rule_is_built_and_stands_in_the_list_as_a_sentence(client, company, admin):
    """LC-3: readable in the list without opening; who made it is in the trail."""
    marc, zoe = make_user(name="Marc"), make_user(name="Zoé")
    form = the_form() | approved_by(admin) | {"a0-s1-mode": "any", "a0-s1-users": [str(marc.id), str(zoe.id)]}

    answer = client.post(f"/rules/company/{company.id}", data=form, follow_redirects=True)

    said = "When all: purchase, at least €1,000.00 → ask Léa Martin, then any of Marc or Zoé"
    assert said in answer.text and "“Large” is saved." in answer.text
    rule = db.session.query(Rule).one()
    assert rule.conditions[1] == {"fact": "gross", "test": "at_least", "value": 100000, "currency": "EUR"}
    assert rule.asks_approval and rule.saved_by is admin and rule.is_on
    [entry] = db.session.scalars(AuditEntry.about(rule)).all()
    assert (entry.act, entry.user_id, entry.changes["rule"][1]) == ("created", admin.id, said)


def test_every_condition_and_action_survives_being_saved_from_its_own_form(client, company, admin):
    """LC-3: what the builder shows of a rule, sent again, changes nothing."""
    other = make_company("Other")
    people.join(admin, other, Role.ADMIN, by=None)
    tag, category, durand = Tag(company_id=company.id, name="Paris"), make_category(), make_counterparty()
    db.session.add(tag)
    db.session.commit()
    said = [
        when("direction", "is", "purchase"), when("kind", "is", "invoice"), when("source", "is", "smtp"),
        when("counterparty", "is_not", durand.id, name=durand.name), LARGE,
        when("net", "between", 100, to=200050, currency="EUR"), when("category", "is", category.id, name=category.name),
        when("tag", "has_not", tag.id, name="Paris"), when("sender", "is", "a@b.example"),
        when("label", "contains", "train"), when("text", "contains", "“été” 50%"), when("supplier_new"),
        when("iban_changed"), when("assignee", "none"),
    ]  # fmt: skip
    does = [
        ask(admin),
        do(Act.CATEGORY, category.id) | {"name": category.name},
        do(Act.TAG, tag.id) | {"name": "Paris"},
        do(Act.ASSIGN, admin.id) | {"name": admin.name},
        do(Act.MOVE, other.id) | {"name": "Other"},
    ]
    rule = make_rule(*said, does=does, match=Match.ANY)

    answer = client.post(f"/rules/{rule.id}", data=fields_of(client.get(f"/rules/{rule.id}").text))

    assert answer.status_code == 303, answer.text
    rule = reload(rule)
    assert (rule.conditions, rule.actions, rule.match) == (said, does, Match.ANY)


def fields_of(text: str) -> dict:
    """The builder's form as a browser would send it."""
    import lxml.html

    form = next(form for form in lxml.html.fromstring(text).forms if form.get("id") == "rule-form")
    found: dict[str, list[str]] = {}
    for name, value in form.form_values():
        found.setdefault(name, []).append(value)
    return found


WRONG = {
    "name": ({"name": ""}, "Name it"),
    "long name": ({"name": "x" * 121}, "At most 120 characters"),
    "amount": ({"c1-value": "much"}, "Enter an amount."),
    "decimals": ({"c1-value": "1.005"}, "EUR has 2 decimals."),
    "large": ({"c1-value": "9" * 15}, "This is too large."),
    "currency": ({"c1-currency": "XYZ"}, "Choose the currency."),
    "between": ({"c1-test": "between", "c1-value": "2", "c1-to": "1"}, "not smaller than the first"),
    "word": ({"c0-value": "sideways"}, "Choose one."),
    "text": ({"c0-fact": "label", "c0-test": "contains", "c0-value": "x"}, "Enter at least 2 characters."),
    "counterparty": ({"c0-fact": "counterparty", "c0-value": "Nobody"}, "Choose a customer or supplier."),
    "category": ({"c0-fact": "category", "c0-value": "999"}, "Choose one."),
    "approver": ({"a0-s0-users": ["999"]}, "Choose who decides."),
    "action": ({"a0-act": "tag", "a0-value": "999"}, "Choose one."),
    "twice": ({"a1-act": "approve", "a1-s0-mode": "any"}, "Once is enough"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(client, company, admin, name):
    """LC-3: 422 with what was typed; nothing is saved."""
    changes, sentence = WRONG[name]
    form = the_form() | approved_by(admin) | changes

    answer = client.post(f"/rules/company/{company.id}", data=form)

    assert answer.status_code == 422 and sentence in answer.text
    assert answer.text.count('role="alert" tabindex="-1" autofocus') == 1
    assert db.session.query(Rule).count() == 0
    kept = fields_of(answer.text)
    same = {key for key in ("name", "c1-value", "c0-value") if kept.get(key) == [form[key]]}
    assert {"name", "c1-value"} <= same


def test_what_is_missing_altogether_is_said(client, company, admin):
    """LC-3: a rule without conditions or actions would do nothing."""
    answer = client.post(f"/rules/company/{company.id}", data={"name": "Empty"})

    assert answer.status_code == 422
    assert "Add a condition" in answer.text and "Add what follows." in answer.text


def test_a_sender_alone_does_not_validate(client, company):
    """S16: said when it is saved, beside the action."""
    form = {"name": "Mails", "match": "any", "c0-fact": "sender", "c0-test": "contains", "c0-value": "durand"}

    answer = client.post(f"/rules/company/{company.id}", data=form | {"a0-act": "validate"})

    assert answer.status_code == 422 and "Anybody can write any sender." in answer.text


BY_HAND = {"c0-fact": "source", "c0-test": "is", "c0-value": "hand"}
ANOTHER = {"c1-fact": "source", "c1-test": "is", "c1-value": "spreadsheet"}


@pytest.mark.parametrize(
    ("said", "is_refused"),
    [
        ({"match": "all"} | BY_HAND, True),
        ({"match": "any"} | BY_HAND, True),
        ({"match": "all", "c1-fact": "direction", "c1-test": "is", "c1-value": "purchase"} | BY_HAND, True),
        ({"match": "any"} | BY_HAND | ANOTHER, False),
        ({"match": "all"} | ANOTHER, False),
    ],
)
def test_nothing_that_only_a_person_typed_is_promised_to_be_validated(client, company, said, is_refused):
    """LC-3: whoever types it has the button beside them; the builder offers what happens, and nothing else."""
    answer = client.post(f"/rules/company/{company.id}", data={"name": "Lists", "a0-act": "validate"} | said)

    assert (answer.status_code, "validated by whoever enters it. Choose" in answer.text) == (
        (422, True) if is_refused else (303, False)
    )


def test_values_of_another_company_are_refused(client, company, admin):
    """US-3: a counterparty, category, tag or person elsewhere is none here."""
    other = make_company("Other")
    foreign = {
        "counterparty": make_counterparty("Foreign", other).name,
        "category": make_category("Foreign", other).id,
        "assignee": make_user(company=other).id,
    }
    for fact, value in foreign.items():
        form = the_form() | approved_by(admin) | {"c0-fact": fact, "c0-test": "is", "c0-value": value}
        assert client.post(f"/rules/company/{company.id}", data=form).status_code == 422
    moved = the_form() | {"a0-act": "move", "a0-value": other.id}
    assert client.post(f"/rules/company/{company.id}", data=moved).status_code == 422
    assert db.session.query(Rule).count() == 0


def test_rows_come_and_go_without_saving_and_without_script(client, company):
    """LC-3: OP-6: the buttons of the builder are submit buttons; what was typed stays."""
    draft = f"/rules/company/{company.id}/draft"
    form = the_form() | {"a0-act": "approve", "a0-s0-mode": "any"}

    more = client.post(draft, data=form | {"do": "add-condition"}).text
    less = client.post(draft, data=form | {"do": "remove-condition-0"}).text
    steps = client.post(draft, data=form | {"do": "add-step-0"}).text
    both = client.post(draft, data=form | {"do": "add-action"}).text

    assert "c2-fact" in more and 'value="1,000.00"' in more
    assert 'name="c1-fact"' not in less and 'value="1,000.00"' in less
    assert "a0-s1-mode" in steps and "a1-act" in both
    assert db.session.query(Rule).count() == 0


@pytest.mark.parametrize(
    "do_", ["remove-condition-99", "remove-step-9-9", "add-step-77", "remove-", "x" * 500, "add-moon-1"]
)
def test_buttons_that_are_not_there_do_nothing(client, company, do_):
    """S84: whatever is sent."""
    answer = client.post(f"/rules/company/{company.id}/draft", data=the_form(do=do_))

    assert answer.status_code == 200 and "c1-fact" in answer.text


def test_another_fact_brings_its_own_widget(client, company):
    """LC-3: value widgets that fit; htmx gets the rows alone."""
    form = the_form() | {"c0-fact": "gross", "c0-test": "between"}

    answer = client.post(f"/rules/company/{company.id}/draft", data=form, headers=aimed_at("draft"))

    assert "c0-to" in answer.text and "<h1" not in answer.text


def test_the_preview_shows_what_waits_and_would_meet_it(client, company):
    """LC-3: before it is saved; those that wait in this company and no others."""
    large = make_document(number="LARGE-1", gross_minor=200000)
    make_document(number="SMALL-1")
    make_document(number="DONE-1", gross_minor=200000, validated_at=large.created_at)
    make_document(make_company("Other"), number="FOREIGN-1", gross_minor=200000)

    answer = client.post(f"/rules/company/{company.id}/preview", data=the_form(), headers=aimed_at("preview"))
    unfinished = client.post(f"/rules/company/{company.id}/preview", data=the_form(**{"c1-value": ""}))

    assert "1 waiting document" in answer.text and "LARGE-1" in answer.text
    assert not any(number in answer.text for number in ("SMALL-1", "DONE-1", "FOREIGN-1"))
    assert "once the conditions are filled in" in unfinished.text and "Enter an amount" not in unfinished.text


def test_applying_is_a_box_that_is_not_ticked(client, company, admin):
    """LC-3: saved without it nothing waiting is touched; with it a task is."""
    make_document(gross_minor=200000)
    form = the_form() | approved_by(admin)
    assert 'name="apply" value="yes">' in client.get(f"/rules/company/{company.id}/new").text
    client.post(f"/rules/company/{company.id}", data=form)
    assert db.session.query(RuleRun).count() == 0

    answer = client.post(f"/rules/company/{company.id}", data=form | {"apply": "yes"}, follow_redirects=True)

    run = db.session.query(RuleRun).one()
    assert (run.total, run.by) == (1, admin) and "It is applied to 1 document." in answer.text
    assert [task.ids for task in db.session.query(Task).filter_by(kind="apply_rule")] == [[run.id]]
    assert "Applied to 0 of 1" in answer.text


def test_the_list_counts_what_waits_and_applies_to_it(client, company):
    """LC-3: count of waiting documents a rule matches; applied on request."""
    make_document(gross_minor=200000), make_document(gross_minor=300000), make_document()
    rule = make_rule(LARGE, does=[do(Act.CATEGORY, make_category().id)])
    assert "2 waiting documents meet it" in client.get("/rules").text

    client.post(f"/rules/{rule.id}/application")

    assert db.session.query(RuleRun).one().total == 2


def test_a_rule_that_names_what_is_gone_says_so(client, company):
    """LC-3: in the list, beside its sentence."""
    durand, category = make_counterparty("Durand"), make_category("Travel")
    make_rule(when("counterparty", "is", durand.id), does=[do(Act.CATEGORY, category.id)])
    for gone in (durand, category):
        gone.archived_at = gone.created_at if gone is durand else durand.created_at
    db.session.commit()

    page = client.get("/rules").text

    assert "Nothing meets it any more: Durand (removed)." in page
    assert "This is not done any more: Travel (removed)." in page


def test_it_is_switched_off_and_on(client, company):
    """LC-3: on and off in the list, with its line in the trail."""
    rule = make_rule(LARGE, does=[do(Act.CATEGORY, 1)])

    client.post(f"/rules/{rule.id}/off")
    assert not reload(rule).is_on
    client.post(f"/rules/{rule.id}/off")
    client.post(f"/rules/{rule.id}/on")

    assert reload(rule).is_on
    assert [entry.changes["is_on"] for entry in db.session.scalars(AuditEntry.about(rule))] == [
        [False, True],
        [True, False],
    ]


def test_the_order_changes_by_buttons_and_by_dragging(client, company):
    """LC-3: OP-6: order by drag and by keyboard; a rule of another company is no part of it."""
    one, two, three = (make_rule(LARGE, name=name, position=place) for place, name in enumerate("ABC", 1))
    foreign = make_rule(LARGE, company=make_company("Other"), name="F")
    client.post(f"/rules/{three.id}/earlier")
    assert names(company) == ["A", "C", "B"]
    client.post(f"/rules/{one.id}/later")
    assert names(company) == ["C", "A", "B"]
    client.post(f"/rules/{two.id}/later")
    assert names(company) == ["C", "A", "B"]

    order = [two.id, "x", foreign.id, one.id, two.id, 10**30]
    shown = [three.id, one.id, two.id]
    dragged = client.post(f"/rules/company/{company.id}/order", data={"order": order, "shown": shown})

    assert dragged.status_code == 303 and names(company) == ["B", "A", "C"]
    assert reload(foreign).position == 0


def test_a_moved_rule_is_told_of_at_the_button_for_the_next_press(client, company):
    """OP-6: whoever moves it by keyboard hears where it is, and goes on from there."""
    one, two = (make_rule(LARGE, name=name, position=place) for place, name in enumerate("AB", 1))

    last = client.post(f"/rules/{one.id}/later")
    told = client.get("/rules").text

    assert last.location.endswith(f"#earlier-{one.id}")  # there is no further place
    assert "“A” acts as number 2 of 2 now." in told and f'id="earlier-{one.id}"' in told
    make_rule(LARGE, name="C", position=3)
    assert client.post(f"/rules/{two.id}/later").location.endswith(f"#later-{two.id}")


def test_an_order_dragged_on_an_old_page_moves_nothing(client, company):
    """LC-3: RV-8: it would silently take back what a colleague moved; one removed meanwhile is in nobody's way."""
    one, two, three = (make_rule(LARGE, name=name, position=place) for place, name in enumerate("ABC", 1))
    shown, dragged = [one.id, two.id, three.id], [two.id, one.id, three.id]
    client.post(f"/rules/{three.id}/earlier")

    for old in ({"shown": shown}, {}):
        address = f"/rules/company/{company.id}/order"
        answer = client.post(address, data={"order": dragged} | old, follow_redirects=True)
        assert "nothing was moved" in answer.text and 'id="order"' in answer.text
        assert names(company) == ["A", "C", "B"]

    client.post(f"/rules/{three.id}/removal")
    client.post(f"/rules/company/{company.id}/order", data={"order": dragged, "shown": shown})
    assert names(company) == ["B", "A"]


def names(company) -> list[str]:
    db.session.expire_all()
    return [rule.name for rule in keeping.of(company)]


def test_a_copy_is_off_and_a_removal_can_be_undone(client, company):
    """LC-3: duplicate, remove with undo; it comes back where it stood."""
    rule = make_rule(LARGE, name="A", position=1)
    make_rule(LARGE, name="B", position=2)
    client.post(f"/rules/{rule.id}/copy")
    assert names(company) == ["A", "A (copy)", "B"]
    assert [each.is_on for each in keeping.of(company)] == [True, False, True]

    answer = client.post(f"/rules/{rule.id}/removal", follow_redirects=True)
    assert f"/rules/{rule.id}/return" in answer.text and names(company) == ["A (copy)", "B"]
    assert client.get(f"/rules/{rule.id}").status_code == 404
    client.post(f"/rules/{rule.id}/return")

    assert names(company) == ["A", "A (copy)", "B"]


def test_the_hundred_and_first_rule_is_refused(client, company, admin, monkeypatch):
    """LC-3: a clear refusal, and what was typed is not lost."""
    monkeypatch.setattr(keeping, "MOST", 2)
    rules = [make_rule(LARGE, name=name) for name in "AB"]

    answer = client.post(f"/rules/company/{company.id}", data=the_form() | approved_by(admin))

    assert answer.status_code == 422 and "There are 2 rules already" in answer.text
    assert fields_of(answer.text)["name"] == ["Large"]
    assert client.post(f"/rules/{rules[0].id}/copy").status_code == 422
    assert len(keeping.of(company)) == 2


def test_two_admins_who_edit_lose_nothing(client, browser, company, admin):
    """RV-8: LC-3: the second is told who saved meanwhile and what it says now; saving again decides."""
    rule = make_rule(LARGE, name="Old", does=[ask(admin)])
    zoe = make_user(Role.ADMIN, name="Zoé")
    browser(zoe, company).post(f"/rules/{rule.id}", data=the_form(name="Zoé’s") | approved_by(zoe))

    answer = client.post(f"/rules/{rule.id}", data=the_form(name="Mine") | approved_by(admin))

    assert answer.status_code == 409 and "Zoé changed this rule meanwhile." in answer.text
    assert "ask Zoé" in answer.text and reload(rule).name == "Zoé’s"
    again = fields_of(answer.text)
    assert again["name"] == ["Mine"] and again["version"] == ["2"]
    assert client.post(f"/rules/{rule.id}", data=again).status_code == 303
    assert reload(rule).name == "Mine"


def test_what_was_typed_into_a_removed_rule_can_be_saved_as_a_new_one(client, browser, company, admin):
    """RV-8: LC-3: whoever has it open is told who removed it, also beside what else is wrong."""
    rule = make_rule(LARGE, name="Old", does=[ask(admin)])
    browser(make_user(Role.ADMIN, name="Zoé"), company).post(f"/rules/{rule.id}/removal")

    more = client.post(f"/rules/{rule.id}/draft", data=the_form(do="add-condition"), headers=aimed_at("draft"))
    wrong = client.post(f"/rules/{rule.id}", data=the_form(**{"c1-value": "much"}) | approved_by(admin))
    answer = client.post(f"/rules/{rule.id}", data=the_form(name="Mine") | approved_by(admin))

    assert more.status_code == 200 and 'name="c2-fact"' in more.text
    assert wrong.status_code == 409 and "Zoé removed this rule" in wrong.text and "Enter an amount." in wrong.text
    assert answer.status_code == 409 and "Zoé removed this rule meanwhile. What you typed is kept." in answer.text
    assert "Save as a new rule" in answer.text and f'action="/rules/company/{company.id}"' in answer.text
    assert client.post(f"/rules/company/{company.id}", data=fields_of(answer.text)).status_code == 303
    assert names(company) == ["Mine"] and reload(rule).removed_at


@pytest.mark.parametrize("role", [Role.MEMBER, Role.APPROVER, Role.ACCOUNTANT])
def test_only_admins_see_and_change_rules(browser, company, role):
    """US-6: LC-3: 403 for others of the company, 404 for those of another."""
    rule = make_rule(LARGE)
    member, stranger = browser(make_user(role)), browser(make_user(Role.ADMIN, make_company("Other")))
    assert 'href="/rules"' not in member.get("/").text
    for who, status in ((member, 403), (stranger, 404)):
        assert who.get(f"/rules/{rule.id}").status_code == status
        assert who.post(f"/rules/{rule.id}/off").status_code == status
        assert who.post(f"/rules/company/{company.id}", data=the_form()).status_code == status
        assert who.get(f"/rules/company/{company.id}/counterparties").status_code == status
    assert member.get("/rules").status_code == 403
    assert reload(rule).is_on


def test_names_are_offered_while_one_types(client, company):
    """LC-3: those of the company alone."""
    make_counterparty("Durand Papier"), make_counterparty("Durand Foreign", make_company("Other"))

    answer = client.get(f"/rules/company/{company.id}/counterparties?c3-value=durand")

    assert "Durand Papier" in answer.text and "Foreign" not in answer.text


def test_an_empty_list_says_what_rules_are_for(client):
    """OP-6: and offers to add one."""
    page = client.get("/rules").text

    assert "No rules yet" in page and "/new" in page
