"""The to-do lists: whose actions, about what, why; many of them at once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from app.core import clock
from app.dunning import todo
from app.dunning.action_models import ActionKind, ActionState
from app.dunning.models import Channel
from app.extensions import db
from app.web.access import Role
from tests.dunning.acting import make_action, make_customer, make_sale
from tests.factories import make_company, make_user, reload, the_company

CANARY = "zanzibar"


def ticked(*actions, **form) -> dict:
    return {"ids": [action.id for action in actions], **form}


# --- Lists ------------------------------------------------------------------------------------------


def test_what_is_to_be_sent_stands_with_its_customer_and_the_reason(app, browser):
    """SE-6: LC-8: customer, what, amount, channel, and why a person must; counted in the sidebar."""
    admin = make_user(Role.ADMIN)
    customer = make_customer("Café Lumière", owner_id=admin.id)
    make_action(customer, make_sale(customer, number="F-12"), reason={"key": "no_contact"})

    text = browser(admin).get("/actions").text

    for said in ("Café Lumière", "Send invoice F-12", "€120.00", "E-mail", "No contact has an e-mail address."):
        assert said in text
    assert re.search(r'To do</span><span class="count">1<', text)


def test_a_reminder_says_of_how_many_and_how_much_is_open(app, browser):
    """DN-2: what is to be reminded of, less what came meanwhile."""
    customer = make_customer()
    sales = [make_sale(customer, sent_at=clock.now(), settled_minor=minor) for minor in (0, 2000)]
    make_action(customer, *sales, kind=ActionKind.REMINDER, channel=Channel.CALL)

    client = browser(make_user())

    text = client.get("/actions?tab=reminders").text
    assert "Remind of 2 invoices" in text and "€220.00" in text and "Call" in text
    assert "Nothing to do" in client.get("/actions").text


def test_each_owner_has_their_own_list_and_may_look_into_the_others(app, browser):
    """DN-2: SE-6: mine and nobody's; what is another's is shown when asked for, with their name."""
    mine, other = make_user(name="Ana Roux"), make_user(name="Bob Petit")
    for owner, name in ((mine, "Hers"), (other, "His"), (None, "Anybody")):
        make_action(make_customer(name, owner_id=owner and owner.id))
    client = browser(mine)

    own, all_of_them = client.get("/actions").text, client.get("/actions?others=yes").text

    names = ("Hers", "Anybody", "His")
    assert [f">{name}</a>" in own for name in names] == [True, True, False]
    assert all(f">{name}</a>" in all_of_them for name in names) and "Bob Petit" in all_of_them
    assert todo.count(mine, the_company()) == todo.count(other, the_company()) == 2
    assert ">His</a>" in client.get(f"/actions?owner={other.id}").text


def test_all_actions_are_found_by_state_kind_channel_owner_and_customer(app, browser):
    """SE-6: each filter stands in the address and can be taken off."""
    ana = make_user(name="Ana Roux")
    first, second = make_customer("First", owner_id=ana.id), make_customer("Second")
    make_action(first, state=ActionState.DONE, channel=Channel.LETTER)
    make_action(second, kind=ActionKind.REMINDER)
    client = browser(make_user())

    for query, said in (
        ("state=done", "Completed"), ("kind=sending", "Send the invoice"), ("channel=letter", "Letter"),
        (f"owner={ana.id}", "Of Ana Roux"), (f"counterparty={first.id}", "First"),
    ):  # fmt: skip
        text = client.get(f"/actions?tab=all&{query}").text
        assert ">First</a>" in text and ">Second</a>" not in text, query
        assert f"Remove the filter {said}" in text, query


def test_promises_that_were_not_kept_are_a_filter(app, browser):
    """DN-2: a day that is past, and something still open."""
    today = clock.today()
    for name, day in (("Broken", today - timedelta(days=1)), ("Standing", today), ("None", None)):
        customer = make_customer(name)
        make_action(customer, make_sale(customer, promised_date=day), kind=ActionKind.REMINDER)

    text = browser(make_user()).get("/actions?tab=reminders&broken=yes").text

    assert [f">{name}</a>" in text for name in ("Broken", "Standing", "None")] == [True, False, False]


def test_a_long_list_is_leafed_through(app, browser):
    """SE-6: what is due first stands first, page by page."""
    customer, sale = (made := make_customer()), make_sale(made)
    for days in range(30):
        make_action(customer, sale, due_at=clock.now() - timedelta(days=days))
    client = browser(make_user())

    first = client.get("/actions").text
    after = re.search(r'href="([^"]+)" rel="next"', first).group(1).replace("&amp;", "&")

    assert first.count('class="row-link"') == 25 and client.get(after).text.count('class="row-link"') == 5


# --- Scope ------------------------------------------------------------------------------------------


def test_a_restricted_member_sees_their_customers_actions_only(app, browser):
    """US-2: lists, counts, one action and all acts."""  # S72
    company = make_company(restrict_non_admins=True)
    member = make_user(company=company, rights=["send e-mails"])
    seen = make_action(make_customer("Visible", company, assigned_users=[member]))
    facts = {"subject": f"{CANARY}-subject", "text": CANARY}
    hidden = make_action(make_customer(f"{CANARY}-customer", company), **facts)
    client = browser(member, company)

    addresses = ("/actions", "/actions?tab=all", "/", f"/actions?counterparty={hidden.counterparty_id}")
    pages = [client.get(address).text for address in addresses]
    acts = ("sending", "draft", "skipping", "owner", "call", "preview")
    answers = {client.post(f"/actions/{hidden.id}/{act}").status_code for act in acts}
    client.post("/actions", data=ticked(seen, hidden, act="skip"))

    assert ">Visible</a>" in pages[0] and not any(CANARY in text for text in pages)
    assert todo.count(member, company) == 0
    assert client.get(f"/actions/{hidden.id}").status_code == 404 and answers == {404}
    assert reload(seen).state is ActionState.SKIPPED and reload(hidden).state is ActionState.TO_DO


def test_no_text_of_an_action_is_markup(app, browser):
    """SE-4: subject, text, note and names are shown as they are written."""  # S78
    evil = "<script>alert(1)</script>{{7*7}}"
    facts = {"subject": evil, "text": evil, "note": evil, "bounce_reason": evil, "bounced_at": clock.now()}
    action = make_action(make_customer(evil), reason={"key": "bounced", "why": evil}, **facts)
    client = browser(make_user(Role.ADMIN))

    pages = [client.get(path).text for path in ("/actions", "/actions?tab=all", f"/actions/{action.id}")]
    answer = client.post(f"/actions/{action.id}/preview", data={"to": "a@b.example", "subject": evil, "text": evil})

    for text in (*pages, answer.text):
        assert "<script>alert" not in text and "&lt;script&gt;alert(1)" in text and "{{7*7}}" in text


# --- Many at once -----------------------------------------------------------------------------------


def test_many_are_taken_over_or_skipped_and_what_is_over_stays(app, browser):
    """SE-6: bulk skip: invoices count as sent; each on its own, and the page says what became of them."""
    me = make_user()
    waiting, over = make_action(), make_action(state=ActionState.DONE)
    client = browser(me)

    client.post("/actions", data=ticked(waiting, act="take_over"))
    assert reload(waiting).owner_id == me.id
    text = client.post("/actions", data=ticked(waiting, over, act="skip", note="by post"), follow_redirects=True).text

    assert reload(waiting).state is ActionState.SKIPPED and waiting.note == "by post"
    assert reload(over).state is ActionState.DONE
    assert "1 skipped." in text and "1 stayed" in text


def test_sending_many_takes_their_number_and_the_right(app, browser):
    """SE-8: US-6: without the right the button is not there and the post is refused; the number is typed."""
    action = make_action()
    without, sender = browser(make_user()), browser(make_user(rights=["send e-mails"]))

    assert 'value="send"' not in without.get("/actions").text
    assert without.post("/actions", data=ticked(action, act="send", **{"typed-send": "1"})).status_code == 403
    assert 'value="send"' in sender.get("/actions").text
    assert sender.post("/actions", data=ticked(action, act="send")).status_code == 422
    assert reload(action).state is ActionState.TO_DO


def test_a_refusal_leaves_the_list_and_what_is_ticked_as_they_are(app, browser):
    """SE-6: it is told beside them; what was done leads to the whole page again, its counts too."""
    action = make_action()
    sender, by_htmx = browser(make_user(rights=["send e-mails"])), {"HX-Request": "true"}
    form = ticked(action, act="send", next="/actions?tab=reminders")

    refused = sender.post("/actions", data=form, headers=by_htmx)
    done = sender.post("/actions", data=form | {"typed-send": "1"}, headers=by_htmx)

    assert (refused.status_code, refused.headers["HX-Reswap"]) == (422, "none")
    assert "Type the number" in refused.text and "<table" not in refused.text
    assert (done.status_code, done.headers["HX-Redirect"], done.text) == (200, "/actions?tab=reminders", "")


@pytest.mark.parametrize(
    "form", [{"act": "skip"}, {"act": "no such act", "ids": ["1"]}, {"act": "skip", "ids": range(1, 202)}]
)
def test_what_makes_no_sense_changes_nothing(app, browser, form):
    """SE-6: nothing selected, no such act, too many at once."""
    action = make_action()

    assert browser(make_user()).post("/actions", data=form).status_code == 422
    assert reload(action).state is ActionState.TO_DO


def test_to_skip_more_than_ten_takes_their_number(app, browser):
    """SE-6: what counts as sent cannot be called back by a click."""
    customer = make_customer()
    actions = [make_action(customer) for _each in range(11)]
    client = browser(make_user())

    assert client.post("/actions", data=ticked(*actions, act="skip")).status_code == 422
    client.post("/actions", data=ticked(*actions, act="skip", **{"typed-skip": "11"}))

    db.session.expire_all()
    assert {action.state for action in actions} == {ActionState.SKIPPED}
