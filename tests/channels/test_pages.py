"""Letters are printed and posted in a browser; what gateways were handed is decided on beside the outbox."""

from __future__ import annotations

import re

import pytest

from app.channels import batches, kinds
from app.channels.jobs import bind_letters, draw_letter
from app.channels.kinds import MessageKind
from app.channels.models import LetterState, PrintBatch
from app.core import clock
from app.extensions import db
from app.files import store
from app.outbox.models import Mark
from app.web.access import Permission, Role
from tests.channels.making import make_letter, make_message, make_one_of_each
from tests.conftest import aimed_at
from tests.factories import make_company, make_counterparty, make_user, reload


@pytest.fixture
def admin(app):
    return make_user(Role.ADMIN)


@pytest.fixture
def client(browser, admin):
    return browser(admin)


@pytest.fixture
def there(admin):
    """Ids of a letter that waits, one in a batch, and a message."""
    return make_one_of_each(admin.companies[0], "canary", make_counterparty(is_customer=True))


def test_letters_go_from_the_list_to_the_post(client, admin, monkeypatch):
    """SE-4: printed in a batch, downloaded twice, posted on a day with a number; the paid one is left out and said."""
    gone, first = make_letter(address="Perdue SARL\n69002 Lyon"), make_letter(text="eins")
    gone_id, first_id = gone.id, first.id
    paid = MessageKind("test", why_not=lambda letter: "It is paid." if letter.id == gone_id else "")
    monkeypatch.setattr(kinds, "message_kinds", [paid])
    db.session.commit()
    assert "Print 2 letters" in client.get("/letters").text

    answer = client.post("/letters/batches", data={"sides": "both"}, follow_redirects=True)
    assert "Left out: Perdue SARL. It is paid." in answer.text and "1 letter is in the batch." in answer.text
    assert "being put together" in answer.text
    batch = db.session.query(PrintBatch).one()
    url, today = f"/letters/batches/{batch.id}", clock.today(admin.companies[0])
    db.session.commit()
    assert client.get(f"{url}/file").status_code == 404
    bind_letters(batch.id)
    db.session.commit()

    assert "Batch" in client.get("/letters?state=printed").text
    files = [client.get(f"{url}/file") for _each in range(2)]
    assert {each.get_data() for each in files} == {store.read(reload(batch).file)}
    assert files[0].headers["Content-Disposition"].startswith("attachment")
    data = {"posted_date": today.isoformat(), f"number-{first_id}": "1A 234"}
    assert "1 letter is posted." in client.post(f"{url}/posting", data=data, follow_redirects=True).text
    assert "1A 234" in client.get("/letters?state=posted").text
    assert (reload(first).posted_date, first.posted_by) == (today, admin)


@pytest.mark.parametrize("state", LetterState)
def test_an_empty_list_says_where_letters_come_from(client, state):
    """SE-4: what to expect there."""
    assert "A letter is written where a step of a plan says so" in client.get(f"/letters?state={state.value}").text


def test_a_number_of_the_post_is_noted_on_the_letters_page(client, admin):
    """SE-4: when the receipt is there."""
    letter = make_letter()
    batches.make(letter.company, by=admin)
    batches.post(letter.batch, by=admin, on=clock.today(letter.company))
    db.session.commit()
    client.post(f"/letters/{letter.id}/tracking", data={"number": "1A 234 567"})
    assert "1A 234 567" in client.get(f"/letters/{letter.id}").text


def test_a_letter_and_a_batch_are_taken_back(client, admin):
    """SE-4: until they are posted."""
    letter, other = make_letter(), make_letter()
    client.post("/letters/batches")
    batch_id = reload(letter).batch_id
    client.post(f"/letters/{other.id}/cancellation")
    answer = client.post(f"/letters/batches/{batch_id}/cancellation", follow_redirects=True)

    assert "wait for the printer again" in answer.text
    assert [reload(each).state for each in (letter, other)] == [LetterState.TO_PRINT, LetterState.CANCELLED]
    assert "was taken back" in client.get(f"/letters/batches/{batch_id}").text
    assert client.get(f"/letters/batches/{batch_id}/file").status_code == 404
    assert client.post(f"/letters/{other.id}/cancellation").status_code == 422


def test_a_letter_is_looked_at_before_it_is_posted(client):
    """SE-4: pictures of its pages once they are drawn, and the pages as they will be posted."""
    letter = make_letter()
    picture = f"/letters/{letter.id}/pages/1.png"
    assert "not drawn yet" in client.get(f"/letters/{letter.id}").text and client.get(picture).status_code == 404
    draw_letter(letter.id)

    assert picture in client.get(f"/letters/{letter.id}").text
    assert client.get(picture).get_data().startswith(b"\x89PNG")
    assert client.get(f"/letters/{letter.id}/file").get_data() == store.read(letter.file)


def test_a_batch_that_is_being_put_together_asks_again_by_itself(client):
    """SE-4: until its file is there."""
    make_letter()
    client.post("/letters/batches")
    batch = db.session.query(PrintBatch).one()
    ask = lambda: client.get(f"/letters/batches/{batch.id}", headers=aimed_at("batch")).text  # noqa: E731
    assert "every 2s" in ask() and "<h1>" in ask() and "<html" not in ask()
    bind_letters(batch.id)
    db.session.commit()
    assert "every 2s" not in ask() and "Download the file" in ask()


ACTS = ("letters/batches", "letters/{letter_id}/tracking", "letters/{letter_id}/cancellation")
BATCH_ACTS = tuple(f"letters/batches/{{print_batch_id}}/{act}" for act in ("posting", "cancellation"))


@pytest.mark.parametrize("act", [*ACTS, *BATCH_ACTS])
def test_only_who_has_the_right_sends_letters(browser, there, act):
    """SE-8: a member looks; with the right they send; a stranger finds nothing."""
    member = make_user()
    assert browser(member).post("/" + act.format(**there)).status_code == 403
    assert browser(member).get(f"/letters/{there['letter_id']}").status_code == 200
    assert browser(member).get(f"/letters/batches/{there['print_batch_id']}/file").status_code == 403
    if "{" in act:
        stranger = make_user(Role.ADMIN, make_company("Elsewhere"))
        assert browser(stranger).post("/" + act.format(**there)).status_code == 404


def test_the_right_opens_the_buttons(browser, there):
    """SE-8: who may not send letters sees no button that does."""
    able = browser(make_user(rights=[Permission.SEND_LETTERS.value])).get("/letters").text
    unable = browser(make_user()).get("/letters").text
    assert "Print 1 letter" in able and "Print 1 letter" not in unable
    assert "canary-addressee" in able and "canary-addressee" in unable


def test_a_restricted_member_sees_letters_to_their_customers_only(browser, app):
    """US-2: S72: neither in lists and counts nor by their address."""
    company = make_company(restrict_non_admins=True)
    member = make_user(company=company, rights=[Permission.SEND_LETTERS.value])
    hidden = make_one_of_each(company, "canary", make_counterparty("Other", company))
    make_one_of_each(company, "mine", make_counterparty("Theirs", company, assigned_users=[member]))
    client = browser(member)

    for state in LetterState:
        assert "canary" not in client.get(f"/letters?state={state.value}").text
    assert "mine-addressee" in client.get("/letters").text and "Print 1 letter" in client.get("/letters").text
    for url in (
        "{letter_id}",
        "{letter_id}/file",
        "{letter_id}/pages/1.png",
        "batches/{print_batch_id}",
        "batches/{print_batch_id}/file",
    ):
        assert client.get("/letters/" + url.format(**hidden)).status_code == 404


def test_an_admin_decides_about_an_uncertain_message(client, there):
    """S43: it arrived, or it is sent again: two buttons, and the reason why nobody knows."""
    url = f"/gateway-messages/{there['gateway_message_id']}"
    page = client.get(url).text
    assert "Nobody knows" in page and "Send again" in page and "It arrived" in page
    assert "canary-phone" in client.get("/gateway-messages?mark=uncertain").text

    assert "Noted: the message arrived." in client.post(f"{url}/arrival", follow_redirects=True).text
    assert client.post(f"{url}/sending").status_code == 422


@pytest.mark.parametrize(("act", "mark"), [("sending", Mark.QUEUED), ("cancellation", Mark.CANCELLED)])
def test_a_message_is_sent_again_or_kept_from_leaving(client, there, act, mark):
    """S43: knowingly."""
    client.post(f"/gateway-messages/{there['gateway_message_id']}/{act}")
    assert f"mark={mark.value}" in client.get(f"/gateway-messages/{there['gateway_message_id']}").text


def test_messages_are_an_admins(browser, there):
    """US-6: nobody else sees what a gateway was handed."""
    for role, status in ((Role.MEMBER, 403), (Role.APPROVER, 403), (Role.ACCOUNTANT, 403)):
        for url in ("", f"/{there['gateway_message_id']}"):
            assert browser(make_user(role)).get(f"/gateway-messages{url}").status_code == status
    stranger = browser(make_user(Role.ADMIN, make_company("Elsewhere")))
    assert stranger.get(f"/gateway-messages/{there['gateway_message_id']}").status_code == 404


def test_without_a_gateway_a_message_says_that_it_waits(client):
    """SE-4: and which setting is missing."""
    assert "FACTEUR_SMS_URL" in client.get(f"/gateway-messages/{make_message().id}").text


def test_long_lists_are_leafed_through(client, admin):
    """LC-8: newest first, each once."""
    for number in range(30):
        make_one_of_each(admin.companies[0], f"n{number:02}", None)
    for url, word in (("/letters", r"n\d\d-addressee"), ("/gateway-messages?mark=uncertain", r"n\d\d-phone")):
        first = client.get(url).text
        second = client.get(re.search(r'href="([^"]+)" rel="next"', first)[1].replace("&amp;", "&")).text
        assert len({*re.findall(word, first), *re.findall(word, second)}) == 30
