"""A restricted member sees no trace of what is out of scope (SPEC US-2, SAFETY S72): two worlds look the same."""

from __future__ import annotations

import re

import pytest

from app.core import clock
from app.documents import retention
from app.documents.models import Document, TrashKind
from app.extensions import db
from app.web.access import PUBLIC, Role
from tests.dunning.acting import make_action
from tests.factories import make_company, make_counterparty, make_document, make_user
from tests.web.world import CONTENT, address, ask, make_message, make_world, rules, taken_back, told, without_tokens

pytestmark = pytest.mark.timeout(400)
CANARY = "zanzibar"
HIDDEN_MINOR = 98765432
QUERIES = (
    {},
    {"q": CANARY, "name": CANARY, "counterparty_name": CANARY},
    {"q": CANARY[:4]},
    {"q": "9876"},
    {"q": "Visible", "page": 2, "sort": "gross"},
    {"status": "to_match", "tab": "to_match"},
    {"status": "trash", "twins": "yes"},
    {"tab": "outstanding", "archived": "yes"},
    {"direction": "purchase", "outcome": "imported"},
)
NAMES_MAY_BE_KNOWN = {"review.counterparties", "intake.counterparties_by_hand"}
"""Whoever reviews, or enters by hand, may search the names and identifiers of all counterparties (SPEC US-2)."""


@pytest.fixture
def company(app):
    """A company that restricts its members."""
    return make_company("Visible SARL", restrict_non_admins=True)


@pytest.fixture
def member(company):
    """A restricted member, to whom one supplier is assigned."""
    return make_user(Role.MEMBER, company, name="Visible Member")


@pytest.fixture
def seen(company, member):
    """What the member may see: a validated document of the assigned supplier, in each state a list may show."""
    supplier = make_counterparty("Visible Supplier", company, assigned_users=[member])
    facts = {"counterparty": supplier, "validated_at": clock.now()}
    shown = make_document(company, number="VISIBLE-1", label="Visible paper", **facts)
    make_document(company, number="VISIBLE-2", trashed_at=clock.now(), trash_kind=TrashKind.DELETED, **facts)
    waiting = make_document(company, number="VISIBLE-3", counterparty=supplier)
    message = make_message(company, "Visible", [shown])
    return {"shown": shown, "waiting": waiting, "supplier": supplier, "message": message}


@pytest.fixture
def client(browser, member, company):
    """The member's browser."""
    return browser(member, company)


@pytest.fixture
def hidden(company):
    """Puts into the company what the member must not see; the same supplier for all of it."""

    def make() -> dict[str, int]:
        supplier = make_counterparty(
            f"{CANARY}-supplier", company, email=f"{CANARY}@mail.example", address=f"{CANARY}-street", is_customer=True
        )
        facts = {"counterparty": supplier, "validated_at": clock.now(), "gross_minor": HIDDEN_MINOR}
        facts |= {"label": f"{CANARY}-label", "net_minor": HIDDEN_MINOR, "tax_minor": 0, "order_reference": CANARY}
        document = make_document(company, number=f"{CANARY}-1", file_name=f"{CANARY}-1.pdf", **facts)
        trashed = make_document(
            company, number=f"{CANARY}-2", file_name=f"{CANARY}-2.pdf", trashed_at=clock.now(),
            trash_kind=TrashKind.REJECTED, trash_reason=f"{CANARY}-reason", **facts,
        )  # fmt: skip
        make_document(  # the same file once more: nobody validated it, but it shows what the first one shows
            company, number=f"{CANARY}-1", label=f"{CANARY}-again", file=document.original.file, duplicate_of=document,
            file_name=f"{CANARY}-1.pdf", trashed_at=clock.now(), trash_kind=TrashKind.DUPLICATE,
        )  # fmt: skip
        message = make_message(company, CANARY, [document])
        action = make_action(supplier, document, subject=f"{CANARY}-subject", text=f"{CANARY}-text")
        return {
            "action_id": action.id,
            "document_id": document.id,
            "file_id": document.files[0].id,
            "trashed_id": trashed.id,
            "message_id": message.id,
            "part_id": message.parts[0].id,
            "counterparty_id": supplier.id,
            "kind": "csv",
        }

    return make


def pages(app, values):
    """Every page a signed-in person can ask for, with every query."""
    for rule, method in rules(app, "GET"):
        view = app.view_functions[rule.endpoint]
        if rule.endpoint in PUBLIC or getattr(view, "permission", None) is None:
            continue
        if set(rule.arguments) <= set(values):
            url = address(app, rule, {name: values[name] for name in rule.arguments})
            queries = QUERIES if not rule.arguments or rule.endpoint in NAMES_MAY_BE_KNOWN else QUERIES[:2]
            yield from ((rule, method, url, query) for query in queries)


def crawl(app, client, values):
    """What each page says, without what differs each time."""
    found = {}
    for rule, method, url, query in pages(app, values):
        answer = ask(client, method, url, query_string=query, headers=CONTENT if query else {})
        found[(rule.endpoint, url, str(query))] = (answer.status_code, _steady(told(answer)))
    return found


def _steady(text: str) -> str:
    """A page without tokens, and without the headers that differ each time."""
    return re.sub(r"(Set-Cookie|Content-Length|Date|X-Request-ID): [^\n]*\n", "", without_tokens(text))


def values_of(seen):
    """What the member may name in an address."""
    document = seen["waiting"]
    return {
        "document_id": document.id,
        "file_id": document.files[0].id,
        "counterparty_id": seen["supplier"].id,
        "message_id": seen["message"].id,
        "part_id": seen["message"].parts[0].id,
        "number": 1,
        "page": 1,
        "dpi": 110,
    }


SPOKEN = {CANARY, "987654,32", "987,654.32", "987\u202f654,32", "987\xa0654,32", "98765432"}


def test_a_world_with_hidden_documents_looks_like_one_without(app, client, seen, hidden):
    """US-2: lists, search, suggestions, counts, totals and files say the same; and of what is out of scope not a name,
    number, label, amount, file name or sender."""  # S72
    values = values_of(seen)
    without = crawl(app, client, values)
    hidden()
    also = crawl(app, client, values)

    differing = [key for key in without if also[key] != without[key] and key[0] not in NAMES_MAY_BE_KNOWN]
    broken = [key for key, (status, _text) in without.items() if status >= 500]
    traces = []
    for (endpoint, url, query), (_status, text) in also.items():
        allowed = {CANARY} if endpoint in NAMES_MAY_BE_KNOWN else set()
        # A page repeats what was typed into its own search: whether it found something, the comparison tells.
        if CANARY not in query and any(word in text for word in SPOKEN - allowed):
            traces.append((endpoint, url, query))
    assert without
    assert (broken, differing, traces) == ([], [], [])


def test_filters_that_name_what_is_hidden_find_nothing(app, client, seen, hidden):
    """US-2: the id of a hidden supplier in the address gives neither its name nor its documents."""  # S72
    ids, traces = hidden(), []
    for rule, method in rules(app, "GET"):
        if rule.arguments or getattr(app.view_functions[rule.endpoint], "permission", None) is None:
            continue
        for query in ({"counterparty": ids["counterparty_id"]}, {"message": ids["message_id"]}, ids):
            if CANARY in told(ask(client, method, address(app, rule, {}), query_string=query)):
                traces.append((rule.rule, query))

    assert traces == []


def test_a_hidden_twin_is_told_without_its_contents(app, client, company, hidden):
    """DU-1: a twin out of scope is announced; not its label, amount, files or page."""  # S72
    supplier = make_counterparty("Hidden Supplier", company)
    twin = {"counterparty": supplier, "number": "TWIN-77"}
    make_document(
        company, label=f"{CANARY}-label", file_name=f"{CANARY}.pdf", validated_at=clock.now(),
        gross_minor=HIDDEN_MINOR, net_minor=HIDDEN_MINOR, tax_minor=0, **twin,
    )  # fmt: skip
    waiting = make_document(company, **twin)
    said = ""
    for rule, method in rules(app, "GET"):
        if set(rule.arguments) == {"document_id"} and getattr(app.view_functions[rule.endpoint], "permission", None):
            said += told(ask(client, method, address(app, rule, {"document_id": waiting.id})))

    assert "TWIN-77" in said
    assert CANARY not in said and "987,654.32" not in said and "987654" not in said


def test_names_may_be_searched_while_reviewing_and_nothing_else(app, client, seen, hidden):
    """US-2: names and identifiers of all counterparties, no address, e-mail, document or figure."""  # S72
    hidden()
    url = f"/review/{seen['waiting'].id}/counterparties"

    answer = told(client.get(url, query_string={"q": CANARY}))

    assert f"{CANARY}-supplier" in answer
    assert not any(word in answer for word in (f"{CANARY}@", f"{CANARY}-street", f"{CANARY}-1", "987"))


def test_what_is_hidden_cannot_be_named_in_an_address(app, client, seen, hidden, member):
    """US-2: out of scope is 404, for every view and method, and nothing changes."""  # S72
    ids, open_to = hidden(), []
    for rule, method in rules(app):
        names = {"document_id", "message_id", "counterparty_id", "file_id", "part_id"} & set(rule.arguments)
        permission = getattr(app.view_functions[rule.endpoint], "permission", None)
        if not names or permission is None or not _may(member, permission):
            continue
        for document_id in (ids["document_id"], ids["trashed_id"]):
            values = values_of(seen) | ids | {"document_id": document_id}
            if not set(rule.arguments) <= set(values):
                continue
            with taken_back():
                url = address(app, rule, {name: values[name] for name in rule.arguments})
                answer = ask(client, method, url, headers=CONTENT)
                if answer.status_code != 404 or CANARY in told(answer):
                    open_to.append((method, rule.rule, answer.status_code))

    assert open_to == []


def _may(member, permission):
    return bool(member.company_ids(permission))


def test_a_document_leaves_sight_when_validated_and_comes_back_when_assigned(company, member):
    """US-2: unvalidated it is everybody's, validated only theirs to whom its counterparty is assigned."""
    document = make_document(company)
    sees = lambda: db.session.scalar(Document.visible_to(member).filter_by(id=document.id)) is document  # noqa: E731

    before = sees()
    document.validated_at = clock.now()
    db.session.commit()
    after = sees()
    document.counterparty.assigned_users.append(member)
    db.session.commit()

    assert (before, after, sees()) == (True, False, True)


def test_each_member_sees_by_their_own_assignments(company, member):
    """US-2: what one may see is never answered to another, however they alternate (SAFETY S72)."""
    other = make_user(Role.MEMBER, company)
    facts = {"company": company, "validated_at": clock.now()}
    theirs = {
        each: make_document(counterparty=make_counterparty(company=company, assigned_users=[each]), **facts)
        for each in (member, other)
    }

    for each in (member, other, member, other):
        assert set(db.session.scalars(Document.visible_to(each))) == {theirs[each]}


def test_a_duplicate_is_as_hidden_as_what_it_repeats(company, member):
    """US-2: the second copy of a file, trashed by itself, shows no more than the first (SAFETY S72)."""
    first = make_document(company, validated_at=clock.now())
    gone = {"trashed_at": clock.now(), "trash_kind": TrashKind.DUPLICATE}
    make_document(company, duplicate_of=first, **gone)
    mine = make_document(company, counterparty=make_counterparty(company=company, assigned_users=[member]))
    again = make_document(company, duplicate_of=mine, **gone)
    mine.validated_at = clock.now()
    db.session.commit()

    assert set(db.session.scalars(Document.visible_to(member))) == {mine, again}


def test_the_bytes_of_a_hidden_document_are_in_no_message(company, member, client):
    """US-2: nor in the message that brought the file again, nor once its first is purged (SAFETY S72)."""
    first = make_document(company, validated_at=clock.now())
    again = make_document(
        company, duplicate_of=first, file=first.original.file, trashed_at=clock.now(), trash_kind=TrashKind.DUPLICATE
    )
    messages = [make_message(company, f"hidden-{each.id}", [each]) for each in (first, again)]
    told = lambda: [client.get(f"/messages/{each.id}/raw").status_code for each in messages]  # noqa: E731

    before = told()
    first.trashed_at = clock.now()
    retention.purge(first, by=None, why="a test")
    db.session.commit()

    assert (before, told()) == ([404, 404], [404, 404])
    assert client.get(f"/documents/{again.id}").status_code == 404


def test_admins_and_accountants_are_not_restricted(company):
    """US-2: the setting applies to members alone."""
    document = make_document(company, validated_at=clock.now())

    for role in (Role.ADMIN, Role.ACCOUNTANT):
        assert db.session.scalars(Document.visible_to(make_user(role, company))).all() == [document]


def test_whom_one_asked_sees_that_document_for_good(company):
    """US-6: an approver sees what they were asked about, and nothing else."""
    approver = make_user(Role.APPROVER, company)
    asked = make_document(company, validated_at=clock.now(), readers={approver})
    make_document(company, validated_at=clock.now())

    assert db.session.scalars(Document.visible_to(approver)).all() == [asked]


def test_restriction_in_one_company_says_nothing_of_another(company, member):
    """US-2: the setting is the company's; elsewhere the same person may see all."""
    from app.users import people

    free = make_world("free", 100)
    people.join(member, free.company, Role.MEMBER, by=None)
    make_document(company, validated_at=clock.now())

    found = set(db.session.scalars(Document.visible_to(member)))

    assert found == {free.waiting, free.validated, free.trashed}
