"""Where a postal provider is set, letters go to it; what it does not take is printed here."""

from __future__ import annotations

import email
import email.policy

import pytest
from sqlalchemy import select

from app.channels import deciding, kinds
from app.channels.kinds import MessageKind
from app.channels.models import GatewayMessage, Letter, LetterState
from app.channels.providing import KIND
from app.core import clock, storage
from app.extensions import db
from app.files import store
from app.outbox.models import Mark
from app.web.access import Role
from tests.channels.gateway_server import CUT
from tests.channels.making import ADDRESS, make_letter, run_waiting
from tests.factories import make_user, reload


@pytest.fixture
def told(monkeypatch):
    """What was told of each letter; `told.why`: why it is not needed any more."""

    class Told:
        why, states = "", []

    tell = lambda it: Told.states.append(it.state)  # noqa: E731
    monkeypatch.setattr(kinds, "message_kinds", [KIND, MessageKind("test", lambda _it: Told.why, tell)])
    Told.states = []
    return Told


def message_of(letter: Letter) -> GatewayMessage:
    return db.session.scalars(select(GatewayMessage).filter_by(about_id=letter.id)).one()


def test_a_letter_is_handed_to_the_provider(provider, told):
    """SE-4: its PDF, the address and a reference; it counts as posted then, and whoever wrote it is told."""
    letter = make_letter()
    assert letter.state is LetterState.WITH_PROVIDER
    run_waiting()

    (taken,) = provider.taken
    head = f"Content-Type: {taken.headers['Content-Type']}\r\n\r\n".encode()
    form = email.message_from_bytes(head + taken.body, policy=email.policy.HTTP)
    parts = {
        part.get_param("name", header="content-disposition"): part.get_payload(decode=True)
        for part in form.iter_parts()
    }
    assert parts["address"].decode() == ADDRESS and len(parts["reference"]) == 32
    assert parts["file"] == store.read(letter.file)
    assert taken.headers["Authorization"] == "Bearer canary-letter-token"
    assert (reload(letter).state, letter.posted_date) == (LetterState.POSTED, clock.today(letter.company))
    assert told.states == [LetterState.POSTED]


def test_what_the_provider_refuses_is_printed_here(provider, told):
    """S44: with what it said; nobody is told that it is posted."""
    provider.status, provider.text = 422, "no such town"
    letter = make_letter()
    run_waiting()
    assert (reload(letter).state, letter.note, told.states) == (LetterState.TO_PRINT, "422 no such town", [])


def test_without_an_answer_a_person_decides(provider, told):
    """S43: the letter is posted once they say so, and printed here where they cancel it."""
    admin, provider.status = make_user(Role.ADMIN), CUT
    arrived, lost = make_letter(), make_letter()
    run_waiting()
    assert [reload(each).state for each in (arrived, lost)] == [LetterState.WITH_PROVIDER] * 2

    deciding.has_arrived(message_of(arrived), by=admin)
    deciding.cancel(message_of(lost), by=admin)
    assert (arrived.state, lost.state) == (LetterState.POSTED, LetterState.TO_PRINT)


def test_a_refused_letter_may_be_handed_over_again(provider, told):
    """S44: knowingly, by a person."""
    provider.status = 400
    letter = make_letter()
    run_waiting()
    provider.status = 200
    deciding.send_again(message_of(reload(letter)), by=make_user(Role.ADMIN))
    db.session.commit()
    assert letter.state is LetterState.WITH_PROVIDER
    run_waiting()
    assert reload(letter).state is LetterState.POSTED


def test_a_letter_that_is_not_needed_any_more_is_not_handed_over(provider, told):
    """S52: paid between writing and sending."""
    letter, told.why = make_letter(), "It is paid."
    run_waiting()
    assert (reload(letter).state, message_of(letter).mark) == (LetterState.CANCELLED, Mark.CANCELLED)
    assert (provider.taken, told.states) == ([], [LetterState.CANCELLED])


def test_a_letter_that_is_not_whole_is_not_handed_over(provider, told):
    """S53: its file was changed on the disk."""
    letter = make_letter()
    path = storage.path_of(store.root(), letter.file.sha256)
    path.chmod(0o600)
    path.write_bytes(b"%PDF- other")
    run_waiting()
    assert (message_of(letter).mark, provider.taken) == (Mark.REFUSED, [])
