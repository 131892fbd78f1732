"""Every view × every role (SAFETY S71), made from the URL map: what nobody declared is refused."""

from __future__ import annotations

import pytest

from app.web.access import PUBLIC, Permission, Role
from tests.factories import make_company, make_user
from tests.web.world import CONTENT, address, addresses, ask, contents, make_world, rules, taken_back, told

P = Permission
ALL = set(Permission) - {P.SEE_ASSIGNED, P.SEE_VALIDATED}
MAY = {
    Role.ADMIN: ALL,
    Role.MEMBER: ALL - {P.ADMINISTER, P.RELEASE_PAYMENT, P.SEND_MAILS, P.SEND_LETTERS, P.CHANGE_TEMPLATES},
    Role.APPROVER: {P.SEE_OWN_PAGES, P.DECIDE, P.COMMENT},
    Role.ACCOUNTANT: {P.SEE_VALIDATED, P.SEE_OWN_PAGES, P.SEE_FIGURES},
}
"""SPEC US-6 once more, in other words than the table that is tested."""
SEE = {P.SEE_ALL, P.SEE_ASSIGNED, P.SEE_VALIDATED}
OBJECTS = ("_id",)
OF_ALL = {"connection_id"}
"""Of the installation: an admin of whatever company sees them, and changes those that no other company uses."""


def permission(app, rule):
    return getattr(app.view_functions[rule.endpoint], "permission", "undeclared")


def guarded(app, *methods):
    """Views with a rule, and the address of each."""
    return [(r, m) for r, m in rules(app, *methods) if r.endpoint not in PUBLIC and permission(app, r) is not None]


def about_an_object(rule):
    return any(name.endswith(OBJECTS) for name in rule.arguments)


def test_every_view_declares_who_may_open_it(app):
    """US-6: a view without a declared rule fails here, and is closed to everybody."""  # S71
    undeclared = {r.endpoint for r, _ in rules(app) if r.endpoint not in PUBLIC and permission(app, r) == "undeclared"}

    assert undeclared == set()


def test_nobody_gets_past_the_sign_in(app, browser):
    """US-1: who is not signed in gets the sign-in page, for every view and every object."""  # S71
    world, nobody, open_to_all = make_world("canary", 4242), browser(), []
    for rule, method in guarded(app):
        before = contents()
        answer = ask(nobody, method, address(app, rule, world.values(rule)))
        if answer.status_code != 303 or "/sign-in" not in answer.location or contents() != before:
            open_to_all.append((method, rule.rule, answer.status_code))

    assert open_to_all == []


@pytest.mark.parametrize("role", Role)
def test_a_role_without_the_right_is_refused(app, browser, role):
    """US-6: what the role may not do is answered 403, in its own company, and changes nothing."""  # S71
    world, wrong = make_world("canary", 4242), []
    client = browser(world.people[role], world.company)
    for rule, method in guarded(app):
        if permission(app, rule) in MAY[role]:
            continue
        with taken_back():
            before = contents()
            status = ask(client, method, address(app, rule, world.values(rule)), headers=CONTENT).status_code
            if status != 403 or contents() != before:
                wrong.append((method, rule.rule, status))

    assert wrong == []


@pytest.mark.parametrize("role", Role)
def test_a_role_with_the_right_is_let_through(app, browser, role):
    """US-6: what the role may do is not refused in its own company, and nothing breaks on an empty form."""  # S71
    world, wrong = make_world("canary", 4242), []
    client, states = browser(world.people[role], world.company), (world.validated, world.waiting, world.trashed)
    for rule, method in guarded(app):
        if permission(app, rule) not in MAY[role]:
            continue
        for url in addresses(app, rule, world, states if role is Role.ADMIN else states[:1]):
            with taken_back():
                status = ask(client, method, url, headers=CONTENT).status_code
            if status >= 500 or status == 403 or (status == 404 and not _may_be_hidden(rule, role)):
                wrong.append((method, rule.rule, status))

    assert wrong == []


def _may_be_hidden(rule, role):
    """What is not there for this role, or for anybody: a page of a file never read, an empty form's company."""
    is_unread = bool({"number", "page", "dpi", "comment_id"} & set(rule.arguments))
    own = {"sign_in_id", "token_id", "notice_id", "bulk_id", "view_id"}
    is_another = bool(own & set(rule.arguments)) and role is not Role.ADMIN
    return role in {Role.APPROVER, Role.ACCOUNTANT} or is_unread or is_another or not about_an_object(rule)


def test_an_admin_of_another_company_finds_nothing(app, browser):
    """US-3: another company's objects are not there: 404, the same for what exists and what does not."""  # S71
    world, leaks = make_world("canary", 4242), []
    stranger = make_user(Role.ADMIN, make_company("Elsewhere"))
    client = browser(stranger)
    for rule, method in guarded(app):
        if not about_an_object(rule) or OF_ALL & set(rule.arguments):
            continue
        for url in addresses(app, rule, world, (world.validated, world.waiting, world.trashed)):
            with taken_back():
                before = contents()
                answer = ask(client, method, url, headers=CONTENT)
                if answer.status_code != 404 or "canary" in told(answer) or contents() != before:
                    leaks.append((method, rule.rule, answer.status_code))

    assert leaks == []


def test_what_is_of_all_says_nothing_of_another_company(app, browser):
    """US-3: AC-1: a connection is every admin's to see; who else uses it is not."""  # S71
    world, wrong = make_world("canary", 4242), []
    client = browser(make_user(Role.ADMIN, make_company("Elsewhere")))
    for rule, method in guarded(app):
        if OF_ALL & set(rule.arguments):
            with taken_back():
                before = contents()
                answer = ask(client, method, address(app, rule, world.values(rule)), data={"wanted": "yes"})
                if answer.status_code not in {200, 422} or "canary-" in told(answer) or contents() != before:
                    wrong.append((method, rule.rule, answer.status_code))

    assert wrong == []


def test_lists_of_another_company_are_empty(app, browser):
    """US-3: no list, count or search of one company speaks of another."""  # S71
    make_world("canary", 424242)
    client, leaks = browser(make_user(Role.ADMIN, make_company("Elsewhere"))), []
    for rule, method in guarded(app, "GET"):
        if about_an_object(rule) or rule.arguments:
            continue
        for query in ({}, {"q": "canary"}, {"q": "4242"}, {"page": 1, "search": "canary", "name": "canary"}):
            headers = CONTENT if query else {}
            body = told(ask(client, method, address(app, rule, {}), query_string=query, headers=headers))
            if "canary-" in body or "4 242" in body or "4,242" in body:
                leaks.append((rule.rule, query))

    assert leaks == []


FIELDS = ("document_id", "company_id", "counterparty_id", "category_id", "user_id", "message_id", "part_id", "mail_id")


def test_forms_cannot_name_things_of_another_company(app, browser):
    """US-3: ids of another company in a form are as good as none."""  # S71, S73
    world, changed = make_world("canary", 4242), []
    client = browser(make_user(Role.ADMIN, make_company("Elsewhere")))
    values = world.things | {"document_id": world.validated.id}
    form = {name: values[name] for name in FIELDS} | {name + "s": [values[name]] for name in FIELDS}
    form |= {"ids": [world.validated.id], "selected": [world.validated.id], "documents": [world.validated.id]}
    form |= {f"role-{world.company.id}": "admin", "shown": [world.counterparty.id], "assigned": [world.counterparty.id]}
    form |= {"email": "x@example.org", "name": "X", "language": "en", "status": "validated", "role": "admin"}
    tables = ("document", "counterparty", "membership", "category", "company", "message", "part", "outgoing_mail")
    for rule, method in guarded(app, "POST"):
        if about_an_object(rule):
            continue
        with taken_back():
            before = _of(world.company.id)
            answer = ask(client, method, address(app, rule, world.values(rule)), data=form, headers=CONTENT)
            if answer.status_code >= 500 or _of(world.company.id) != before:
                changed.append((rule.rule, answer.status_code))

    assert tables and changed == []


def _of(company_id):
    """All that belongs to one company."""
    mine = contents(but=lambda table: table in {"sign_in", "task", "audit_entry"})
    return {name: [row for row in rows if "canary" in row] for name, rows in mine.items()}


@pytest.mark.parametrize("role", [Role.APPROVER, Role.ACCOUNTANT, Role.MEMBER])
def test_a_right_in_one_company_is_none_in_another(app, browser, role):
    """US-6: an admin of one company is, in another, what they are there and no more."""  # S71
    world, wrong = make_world("canary", 4242), []
    both = make_user(Role.ADMIN, make_company("Elsewhere"))
    make_membership(both, world.company, role)
    client = browser(both, world.company)
    for rule, method in guarded(app):
        if permission(app, rule) in MAY[role] | SEE or not about_an_object(rule):
            continue
        if {"sign_in_id", *OF_ALL} & set(rule.arguments):
            continue
        for url in addresses(app, rule, world, (world.validated, world.waiting)):
            with taken_back():
                before = contents()
                status = ask(client, method, url, headers=CONTENT).status_code
                if status not in {403, 404} or contents() != before:
                    wrong.append((method, rule.rule, status))

    assert wrong == []


def make_membership(user, company, role):
    from app.users import people

    return people.join(user, company, role, by=None)


@pytest.mark.parametrize("role", [Role.APPROVER, Role.ACCOUNTANT])
def test_pages_without_an_object_show_what_the_role_may_see_there(app, browser, role):
    """US-6: looking at a company where one is approver or accountant, no page says more."""  # S71
    world, leaks = make_world("canary", 4242), []
    both = make_user(Role.ADMIN, make_company("Elsewhere"))
    make_membership(both, world.company, role)
    client = browser(both, world.company)
    hidden = [world.waiting.number, f"{world.company.slug}-", "canary-mail", "canary-subject"]
    hidden += [] if role is Role.ACCOUNTANT else [world.validated.number, "canary-name"]
    for rule, method in guarded(app, "GET"):
        if not rule.arguments:
            body = told(ask(client, method, address(app, rule, {})))
            leaks += [(rule.rule, text) for text in hidden if text in body]

    assert leaks == []
