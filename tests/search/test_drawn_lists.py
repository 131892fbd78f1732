"""Lists of a drawn company: whoever looks, whatever is asked, pages and counts say what one plain query says."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import func, select

from app.core import clock
from app.documents import models, search, showing
from app.documents.models import Direction, Document, Kind, ReadState, TrashKind
from app.documents.wanted import Tab, Wanted
from app.extensions import db
from app.search import finding
from app.users import people
from app.web import keyset
from app.web.access import Role
from tests.factories import make_company, make_counterparty, make_document, make_user
from tests.search.test_both_databases import Said

pytestmark = pytest.mark.alone
ASKED = [
    *({}, {"q": "common"}, {"q": "third old"}, {"q": "x07"}, {"late": "yes"}, {"twins": "yes"}, {"open": "yes"}),
    *({"direction": "sale", "q": "third"}, {"since": "2026-05-01", "until": "2026-05-31"}, {"at_most": "1.00"}),
]


def draw(chance: random.Random, company, parties, readers) -> None:
    """A document somewhere on its way, of any day or none, or in the trash."""
    number = chance.randrange(40)
    day = chance.choice([None, date(2026, 5, 2), date(2026, 1, 1) + timedelta(chance.randrange(200)), date(2012, 7, 1)])
    facts = {
        "label": f"common x{number:02}" + (" third" if number % 3 == 0 else "") + (" old" if number > 30 else ""),
        "number": "SAME" if number > 33 else f"N-{number}",
        "issue_date": day,
        "due_date": day,
        "counterparty": chance.choice([*parties, None]),
        "counterparty_name": "Zed",
        "direction": chance.choice(list(Direction)),
        "kind": chance.choice([Kind.INVOICE, Kind.INVOICE, Kind.CREDIT_NOTE]),
        "gross_minor": chance.choice([0, 100, 12000, None]),
        "readers": set(chance.sample(readers, 1)) if chance.random() < 0.2 else set(),
        "to_send_at": chance.choice([None, None, clock.now()]),
    }
    ways = [{}, {"read_state": ReadState.UNREADABLE}, {"trashed_at": clock.now(), "trash_kind": TrashKind.DELETED}]
    validated = {"validated_at": clock.now(), "settled_minor": chance.choice([0, facts["gross_minor"] or 0])}
    ways += [validated, validated, validated | {"pay_date": date(2026, 12, 1)}, validated | {"awaits_approval": True}]
    make_document(company, **facts | chance.choice(ways))


@pytest.fixture
def drawn(live_app, monkeypatch):
    """Few rows are walked and few taken from the index; people of every kind look at forty documents."""
    for module, name, value in ((finding, "WALKED", 12), (finding, "FEW", 6), (finding, "LOOKED_AT", 5)):
        monkeypatch.setattr(module, name, value)
    monkeypatch.setattr(keyset, "ROWS", 4)
    with live_app.app_context(), live_app.test_request_context():
        company, elsewhere = make_company(restrict_non_admins=True, sends_since=clock.now()), make_company("Elsewhere")
        roles = (Role.ADMIN, Role.MEMBER, Role.MEMBER, Role.ACCOUNTANT, Role.APPROVER)
        users = [make_user(role, company) for role in roles]
        people.join(users[1], elsewhere, Role.ADMIN, by=None)
        parties = [make_counterparty(f"P{place}", company) for place in range(3)]
        parties[0].assigned_users, parties[1].assigned_users = users[1:2], users[1:3]
        chance = random.Random(3)
        for _each in range(40):
            draw(chance, company, parties, users[2:])
        db.session.commit()
        yield company, users


@pytest.mark.parametrize(("named", "first"), [(100, 0), (0, 2)])
def test_pages_and_counts_are_those_of_one_query(drawn, named, first, monkeypatch):
    """SR-1: US-2: LC-2: S72: forwards and backwards, in each tab; counterparties named one by one or not."""
    monkeypatch.setattr(models, "NAMED", named)
    company, users = drawn
    sorts, tabs = ("-date", "date", "due", "-amount", "arrival"), (Tab.ALL, Tab.TO_MATCH, Tab.TO_PROCESS)
    cases = [(user, said, tab) for user in users for said in ASKED for tab in tabs]
    for place, (user, said, tab) in enumerate(cases[first::4]):  # a fourth of them: each takes a fifth of a second
        asked = said | {"tab": tab.value, "sort": sorts[place % len(sorts)]}
        wanted = Wanted.from_address(Said(asked))
        meant, (forwards, backwards) = plainly(user, company, wanted, asked["sort"]), leafed(user, company, asked)
        assert forwards == meant == backwards, (user.name, asked)
        for shown in showing.list_page(user, company, Said(asked), {})["tabs"]:
            assert_counted(user, company, wanted, shown)


def assert_counted(user, company, wanted, shown) -> None:
    """Exactly; or as many and more, where nobody counted on."""
    tab = Tab(shown["url"].partition("tab=")[2].partition("&")[0] or "all")
    there = search.listed(user, company, replace(wanted, tab=tab), clock.today(company))
    count = db.session.scalar(select(func.count()).select_from(there.order_by(None).subquery()))
    said, has_more = shown["count"].removesuffix("+"), shown["count"].endswith("+")
    assert int(said) <= count if has_more else int(said) == count, (user.name, wanted, shown, count)


def plainly(user, company, wanted, sort) -> list[int]:
    """All that are meant, by one query that sorts everything."""
    _said, order = search.order_of(sort)
    ways = (order.value, Document.id)
    query = search.listed(user, company, wanted, clock.today(company))
    return [
        each.id
        for each in db.session.scalars(query.order_by(*(way.desc() if order.is_descending else way for way in ways)))
    ]


def leafed(user, company, asked) -> tuple[list[int], list[int]]:
    """All pages one after the other; and from the last one back to the first."""
    shown = lambda place: showing.list_page(user, company, Said(asked | place), {})  # noqa: E731
    pages = [shown({})]
    while url := pages[-1]["pages"]["next_url"]:
        pages.append(shown({"after": url.partition("after=")[2]}))
    back = pages[-1:]
    while url := back[0]["pages"]["previous_url"]:
        back.insert(0, shown({"before": url.partition("before=")[2]}))
    assert all(one["rows"] != other["rows"] for one, other in pairwise(pages))
    return tuple([document.id for page in way for document, _twin in page["rows"]] for way in (pages, back))
