"""What a mail with tokens says is sealed while it waits: nothing in the database can be used."""

from __future__ import annotations

import pytest

from app.core.sealing import Unreadable
from app.extensions import db
from app.outbox import composing, decisions, returning, sealed
from app.outbox.models import Mark
from app.web.access import Role
from tests.factories import make_user, reload
from tests.outbox import ends
from tests.outbox.test_delivery import let_time_pass, make_mail, run_waiting, sample_template, server
from tests.web.world import contents

__all__ = ["sample_template", "server"]
TOKEN, OTHER = "t0ken-of-anna", "t0ken-of-another"
BODY = f"open /links/{TOKEN} or … /links/{OTHER}, once more /links/{TOKEN}"


def make_sealed():
    return make_mail(body=BODY, secrets=[TOKEN, OTHER])


def dump() -> str:
    return str(contents(but=lambda table: False))


@pytest.fixture
def other_key(app, monkeypatch):
    """`other_key()`: from now on the installation has another secret key; `other_key(False)`: its former one."""
    settings = app.config["SETTINGS"]
    keys = {True: "another-key-0123456789abcdef0123456789abcdef", False: settings.secret}
    return lambda is_other=True: monkeypatch.setitem(vars(settings), "secret", keys[is_other])


@pytest.mark.parametrize("mark", ends.ENDS)
def test_a_dump_of_the_database_has_no_token_wherever_the_mail_stands(server, mark):
    """S65: put off, refused, uncertain and sent; and it leaves with its links, also when a person sends it again."""
    mail, admin = make_sealed(), make_user(Role.ADMIN)
    assert TOKEN not in dump() and OTHER not in dump() and "open /links/…" in mail.text and "/links/…" in mail.html
    ends.bring_to(mark, server)

    assert reload(mail).mark is mark and TOKEN not in dump() and OTHER not in dump()
    server.answers, server.messages[:] = {}, server.messages if mark is Mark.SENT else []
    if mark in {Mark.REFUSED, Mark.UNCERTAIN}:
        decisions.send_again(reload(mail), by=admin)
    let_time_pass()
    run_waiting()

    assert reload(mail).mark is Mark.SENT and not mail.sealed_text and TOKEN not in dump()
    (message,) = server.messages
    assert message.count(TOKEN.encode()) == 4 and message.count(OTHER.encode()) == 2  # in both texts


def test_every_attempt_leaves_the_same_bytes(server):
    """S43: what is sealed is opened to the very same mail."""
    mail = make_sealed()
    first = composing.compose(mail)
    ends.bring_to(Mark.QUEUED, server)

    assert composing.compose(reload(mail)) == first and TOKEN.encode() in first


def test_a_cancelled_mail_forgets_its_tokens(server):
    """S65: also as they were sealed."""
    mail = make_sealed()
    decisions.cancel(mail, by=make_user(Role.ADMIN))
    db.session.commit()

    assert reload(mail).sealed_text == "" and sealed.whole(mail).text == BODY.replace(TOKEN, "…").replace(OTHER, "…")


def test_a_mail_without_tokens_is_not_sealed(app):
    """SE-7: there is nothing to hide."""
    mail = make_mail(secrets=[""])

    assert (mail.text, mail.sealed_text, sealed.whole(mail).text) == ("Hello Anna", "", "Hello Anna")


def test_what_came_back_is_not_sent_again_with_links_that_are_no_more(server, browser):
    """S65: SE-7: it had left, so its tokens are forgotten: neither offered nor done."""
    mail, admin = make_sealed(), make_user(Role.ADMIN, language="en")
    mail.company_id = admin.memberships[0].company_id
    run_waiting()
    assert reload(mail).mark is Mark.SENT
    for each in mail.recipients:
        returning.refuse(each, "550 No such user")
    mail.mark = Mark.REFUSED
    db.session.commit()

    shown = browser(admin).get(f"/outbox/{mail.id}").text
    assert "Send again" not in shown and "Its links are no more" in shown
    answer = browser(admin).post(f"/outbox/{mail.id}/sending")
    assert answer.status_code == 422 and "Its links are no more" in answer.text
    assert (reload(mail).mark, len(server.messages)) == (Mark.REFUSED, 1)


def test_with_another_secret_key_it_is_refused_and_the_others_leave(server, browser, other_key):
    """S65: the outbox says why; with the former key a person sends it again."""
    mail, admin = make_sealed(), make_user(Role.ADMIN, language="en")
    mail.company_id = admin.memberships[0].company_id
    other = make_mail("test:2")
    assert "Its links" not in browser(admin).get(f"/outbox/{mail.id}").text
    other_key()
    with pytest.raises(Unreadable):
        sealed.whole(mail)
    run_waiting()

    assert (reload(mail).mark, reload(other).mark, len(server.messages)) == (Mark.REFUSED, Mark.SENT, 1)
    assert mail.answer == "Damaged: its links cannot be read any more; the secret key is another"
    other_key(False)
    decisions.send_again(reload(mail), by=admin)
    run_waiting()
    assert reload(mail).mark is Mark.SENT and TOKEN.encode() in server.messages[-1]


@pytest.mark.parametrize("mark", [Mark.QUEUED, Mark.REFUSED, Mark.UNCERTAIN])
def test_its_page_says_that_its_links_cannot_be_read(server, browser, other_key, mark):
    """S65: SE-7: with another secret key, wherever it stands; the rest of the text is shown."""
    mail, admin = make_sealed(), make_user(Role.ADMIN, language="en")
    mail.company_id, mail.mark = admin.memberships[0].company_id, mark
    db.session.commit()
    look = lambda: browser(admin).get(f"/outbox/{mail.id}").text  # noqa: E731
    assert TOKEN in look()
    other_key()
    text = look()

    assert "Its links cannot be read any more" in text and "open /links/…" in text and TOKEN not in text
