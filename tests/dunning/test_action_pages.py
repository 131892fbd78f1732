"""One action: what it will say and to whom, sent as it was seen, skipped, taken over, called."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from app.core import clock
from app.documents.kinds import SentMeans
from app.dunning import actions
from app.dunning.action_models import ActionKind, ActionState
from app.dunning.models import Channel
from app.extensions import db
from app.web.access import Role
from tests.conftest import aimed_at
from tests.dunning.acting import make_action, make_customer, make_sale
from tests.factories import make_user, reload

WRITTEN = {"to": "zoe@lumiere.example", "cc": "", "subject": "Your invoice", "text": "Please find it attached."}


def form_of(client, action, **typed) -> dict[str, str]:
    """What the page of an action would post, with these fields typed otherwise."""
    text = client.get(f"/actions/{action.id}").text
    hidden = {name: re.search(rf'name="{name}" value="([^"]*)"', text).group(1) for name in ("version", "seen")}
    return WRITTEN | hidden | typed


@pytest.fixture
def sender(app, browser):
    """Somebody who may send e-mails."""
    return browser(make_user(rights=["send e-mails"]))


# --- What is seen -----------------------------------------------------------------------------------


def test_the_page_says_what_goes_to_whom_and_shows_what_is_attached(app, sender):
    """SE-6: recipients, subject and text to be edited; below, how it will look, with the file by its name."""
    customer = make_customer()
    action = make_action(customer, make_sale(customer, number="F-12", file_name="F-12.pdf"), cc=["boss@a.example"])

    text = sender.get(f"/actions/{action.id}").text

    for said in ("Send invoice F-12", "zoe@lumiere.example", "boss@a.example", "Your invoice", "F-12.pdf"):
        assert said in text
    assert f"/documents/{action.document_id}/files/" in text and 'data-key="Ctrl+Enter"' in text


def test_a_preview_shows_what_is_typed_and_keeps_nothing(app, sender):
    """SE-4: SE-6: while typing, without leaving the page; without script by a button."""
    action = make_action()
    typed = form_of(sender, action, subject="Another", text="Dear Zoé,\n\nagain.")

    part = sender.post(f"/actions/{action.id}/preview", data=typed, headers=aimed_at("preview"))
    whole = sender.post(f"/actions/{action.id}/preview", data=typed)

    assert "Dear Zoé," in part.text and "<h1>" not in part.text
    assert "Dear Zoé," in whole.text and "<h1>" in whole.text
    assert reload(action).subject == "Your invoice"


def test_what_is_written_is_kept_for_whoever_sends_it(app, browser):
    """SE-8: without the right to send one may prepare; the button is absent and the post refused."""
    member, action = browser(make_user()), make_action()
    page = member.get(f"/actions/{action.id}").text

    assert f'action="/actions/{action.id}/sending"' not in page and "Save" in page
    assert member.post(f"/actions/{action.id}/sending", data=form_of(member, action)).status_code == 403
    assert member.post(f"/actions/{action.id}/posting", data=form_of(member, action)).status_code == 403
    typed = form_of(member, action, to="a@b.example, c@d.example", text="Hello.\r\nAgain.")
    assert member.post(f"/actions/{action.id}/draft", data=typed).status_code == 303
    assert reload(action).to == ["a@b.example", "c@d.example"] and action.text == "Hello.\nAgain."
    assert action.state is ActionState.TO_DO


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"to": ""}, "Say who gets it."),
        ({"to": "nobody"}, "is not an e-mail address"),
        ({"to": "a@b.example\r\nBcc: x@y.example"}, "is not an e-mail address"),
        ({"cc": "zoé@exämple"}, "is not an e-mail address"),
        ({"to": ", ".join(f"a{n}@b.example" for n in range(11))}, "are the most"),
        ({"subject": " "}, "Write a subject."),
        ({"text": ""}, "Write a text."),
        ({"text": "Hello {anybody}"}, "{anybody} is not a variable."),
    ],
)
def test_what_cannot_leave_comes_back_as_typed(app, sender, typed, said):
    """SE-6: an address is checked while a person is there to mend it."""  # S50
    action = make_action()

    answer = sender.post(f"/actions/{action.id}/draft", data=form_of(sender, action, **typed))

    assert answer.status_code == 422 and said in answer.text
    assert reload(action).to == ["zoe@lumiere.example"] and action.version == 1


# --- Only what was seen leaves ----------------------------------------------------------------------


def test_of_two_who_write_the_second_is_told(app, browser):
    """SE-6: two people do not both send it, nor write over each other."""
    action = make_action()
    first, second = browser(make_user()), browser(make_user(rights=["send e-mails"]))
    old = form_of(second, action)

    first.post(f"/actions/{action.id}/draft", data=form_of(first, action, text="From the first."))
    answer = second.post(f"/actions/{action.id}/sending", data=old | {"text": "From the second."})

    assert answer.status_code == 409 and "From the second." in answer.text
    assert reload(action).text == "From the first." and action.state is ActionState.TO_DO


def test_what_somebody_took_over_meanwhile_is_theirs_to_send(app, browser):
    """SE-6: nothing but its owner changed: the page that was left open sends it no more."""
    action = make_action()
    first, second = browser(make_user()), browser(make_user(rights=["send e-mails"]))
    old = form_of(second, action)

    first.post(f"/actions/{action.id}/owner", data={"version": "1"})

    assert second.post(f"/actions/{action.id}/sending", data=old).status_code == 409
    assert reload(action).state is ActionState.TO_DO and action.mail_id is None


def test_what_became_untrue_since_the_page_was_opened_does_not_leave(app, sender):
    """SE-6: paid in part meanwhile: the amounts are not those that were seen."""  # S52
    customer = make_customer()
    sale = make_sale(customer, sent_at=clock.now())
    action = make_action(customer, sale, kind=ActionKind.REMINDER)
    form = form_of(sender, action)
    sale.settled_minor = 5000
    db.session.commit()

    answer = sender.post(f"/actions/{action.id}/sending", data=form)

    assert answer.status_code == 409 and "changed meanwhile" in answer.text
    assert reload(action).state is ActionState.TO_DO


@pytest.mark.parametrize("state", [ActionState.LEAVING, ActionState.DONE, ActionState.SKIPPED, ActionState.WITHDRAWN])
def test_what_is_on_its_way_or_over_is_touched_no_more(app, sender, state):
    """SE-6: neither sent again nor skipped, edited or taken over from a page that was left open."""
    action = make_action()
    form = form_of(sender, action)
    action.state = state
    db.session.commit()

    for act in ("sending", "draft", "skipping", "owner"):
        assert sender.post(f"/actions/{action.id}/{act}", data=form).status_code in {409, 422}
    assert reload(action).state is state and action.owner_id is None
    assert 'name="text"' not in sender.get(f"/actions/{action.id}").text


def test_after_sending_the_next_one_opens_and_the_customer_is_named(app, sender):
    """SE-6: the mail waits in the outbox as it was seen, and the next to-do is there."""
    pytest.importorskip("app.dunning.performing")
    first, second = make_action(make_customer("First")), make_action(make_customer("Second"))

    form = form_of(sender, first, text="As I wrote it.")
    answer = sender.post(f"/actions/{first.id}/sending", data=form)

    assert answer.location == f"/actions/{second.id}"
    assert "To First: it leaves in a moment." in sender.get(answer.location).text
    assert reload(first).state is ActionState.LEAVING and "As I wrote it." in first.mail.text
    assert [each.address for each in first.mail.recipients] == ["zoe@lumiere.example"]
    last = sender.post(f"/actions/{second.id}/sending", data=form_of(sender, second))
    assert last.location == "/actions?tab=billing"


def test_pressed_twice_it_is_sent_once(app, sender):
    """SE-6: the same form again finds it leaving."""
    pytest.importorskip("app.dunning.performing")
    action = make_action()
    form = form_of(sender, action)

    answers = [sender.post(f"/actions/{action.id}/sending", data=form).status_code for _time in range(2)]

    assert answers == [303, 409]
    assert reload(action).state is ActionState.LEAVING


def test_many_that_may_leave_do_and_the_others_say_why(app, sender):
    """SE-6: SE-8: each on its own; a letter takes a right of its own."""
    pytest.importorskip("app.dunning.performing")
    mail, letter = make_action(), make_action(channel=Channel.LETTER)
    gone = make_action(make_customer("Nobody"), to=[])

    form = {"ids": [mail.id, letter.id, gone.id], "act": "send", "typed-send": "3"}
    text = sender.post("/actions", data=form, follow_redirects=True).text

    assert "1 leaves in a moment." in text and "You may not send it this way." in text
    assert "No contact has an e-mail address." in text
    states = [reload(each).state for each in (mail, letter, gone)]
    assert states == [ActionState.LEAVING, ActionState.TO_DO, ActionState.TO_DO]


# --- Skipped, taken over, called --------------------------------------------------------------------


def test_a_skipped_one_says_so_and_the_next_one_opens(app, browser):
    """SE-6: skip counts as sent; the reason stays with it."""
    followed = []
    actions.after_done.append(lambda action, means, by: followed.append(means))
    first, second = make_action(), make_action()
    client = browser(make_user(name="Ana Roux"))
    assert "The invoice counts as sent" in client.get(f"/actions/{first.id}").text

    answer = client.post(f"/actions/{first.id}/skipping", data={"version": "1", "note": "Handed over at the counter"})
    actions.after_done.pop()

    assert answer.location == f"/actions/{second.id}" and followed == [SentMeans.SKIPPED]
    page = client.get(f"/actions/{first.id}").text
    for said in ("Skipped", "Handed over at the counter", "Ana Roux"):
        assert said in page


def test_an_action_is_taken_over_by_whoever_opens_it(app, browser):
    """SE-6: others may open it and take it over; it stands in their list then."""
    other, me = make_user(name="Bob Petit"), make_user(name="Ana Roux")
    action = make_action(make_customer(owner_id=other.id))
    client = browser(me)
    assert "Bob Petit" in client.get(f"/actions/{action.id}").text

    assert client.post(f"/actions/{action.id}/owner", data={"version": "7"}).status_code == 422
    client.post(f"/actions/{action.id}/owner", data={"version": "1"})

    assert reload(action).owner_id == me.id
    assert ">Café Lumière</a>" in client.get("/actions").text


def test_a_call_is_done_with_what_was_said(app, browser):
    """DN-2: a call is a person's; its note stays with it."""
    customer = make_customer()
    action = make_action(customer, make_sale(customer), kind=ActionKind.REMINDER, channel=Channel.CALL)
    client = browser(make_user())

    assert client.post(f"/actions/{action.id}/call", data={"version": "1", "note": " "}).status_code == 422
    assert client.post(f"/actions/{action.id}/call", data={"version": "1", "note": "Pays on Friday"}).status_code == 303

    assert reload(action).state is ActionState.DONE and action.note == "Pays on Friday"
    assert "Pays on Friday" in client.get(f"/actions/{action.id}").text


def test_a_promise_made_in_a_call_stands_on_each_open_invoice(app, browser):
    """DN-2: the day they said; a day that is past comes back with what was typed."""
    pytest.importorskip("app.dunning.promises")
    customer = make_customer()
    sales = [make_sale(customer, sent_at=clock.now(), settled_minor=minor) for minor in (0, 12000)]
    action = make_action(customer, *sales, kind=ActionKind.REMINDER, channel=Channel.CALL)
    client, day = browser(make_user()), clock.today() + timedelta(days=5)
    form = {"version": "1", "note": "Pays by card", "promised_date": "2020-01-01"}

    answer = client.post(f"/actions/{action.id}/call", data=form)
    assert answer.status_code == 422 and "Pays by card" in answer.text
    assert client.post(f"/actions/{action.id}/call", data=form | {"promised_date": str(day)}).status_code == 303

    assert [reload(sale).promised_date for sale in sales] == [day, None]
    assert reload(action).state is ActionState.DONE


def test_what_came_back_says_so_with_the_server_s_answer(app, browser):
    """SE-7: state, the mail with its answer, the bounce; the outbox for admins alone."""
    pytest.importorskip("app.dunning.performing")
    sender, action = make_user(Role.ADMIN), make_action()
    client = browser(sender)
    client.post(f"/actions/{action.id}/sending", data=form_of(client, action))
    mail = reload(action).mail
    mail.recipients[0].answer, action.state = "250 2.0.0 queued as 4711", ActionState.DONE
    action.bounced_at, action.bounce_reason = clock.now(), "550 no such user"
    db.session.commit()

    mine, theirs = client.get(f"/actions/{action.id}").text, browser(make_user()).get(f"/actions/{action.id}").text

    for said in ("queued as 4711", "550 no such user", "Came back"):
        assert said in mine and said in theirs
    assert f"/outbox/{mail.id}" in mine and f"/outbox/{mail.id}" not in theirs
