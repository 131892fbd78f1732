"""Each document leaves once, and what a person decides about it."""

from datetime import date

import pytest
from sqlalchemy import select

from app.accounting import exports, ledger
from app.accounting.kinds import Said, State
from app.core.errors import Refused
from app.documents import status, trash
from app.extensions import db
from app.outbox import decisions, kinds, sealed
from app.outbox.models import OutgoingMail, Outlet
from app.tasks import due
from app.tasks.jobs import commit
from app.web.access import Role
from tests.accounting.making import (
    files_of,
    make_connection,
    make_purchase,
    make_sharing,
    read,
    send,
    start,
    state_of,
    write_only,
)
from tests.factories import make_user, reload
from tests.web.world import contents


def test_each_document_leaves_once(app, server):
    """AC-4: a second and a third run send nothing again."""
    sharing = make_sharing()
    make_purchase(sharing)
    for _each in range(3):
        send(sharing)
    assert len(server.messages) == 1


def test_a_person_may_send_it_again(app, server):
    """AC-4: the explicit act, noted; the ledger has both."""
    sharing = make_sharing()
    document = make_purchase(sharing)
    send(sharing)
    exports.of(document.id).said = Said.RECEIVED
    db.session.commit()
    ledger.send_again(reload(document), by=make_user())
    commit()
    assert exports.of(document.id).said is None
    send(sharing)
    assert len(server.messages) == 2
    assert [each.state for each in ledger.of(document)] == [State.SENT, State.SENT]
    first, second = (read(each).get_body(("plain",)).get_content() for each in server.messages)
    assert "sent before" not in first
    assert f"{reload(document).number} was sent before, on" in second
    with pytest.raises(Refused):
        ledger.give_back(document, by=make_user())


def test_nobody_else_reads_the_accountants_token(app, server):
    """S62, S65: not in the outbox while the mail waits, not by an admin."""
    sharing = make_sharing()
    make_purchase(sharing)
    start(sharing)
    write_only()
    (mail,) = db.session.scalars(select(OutgoingMail))
    (token,) = sealed.whole(mail).tokens
    assert token in sealed.whole(mail).text and token not in str(contents(but=lambda table: False))
    assert token not in kinds.shown_to(mail, make_user(Role.ADMIN, sharing.company))


def test_nobody_sends_a_doubtful_one_again(app, server):
    """AC-4, S43: cut after the content left, it is uncertain, and no run takes it; a person may."""
    sharing = make_sharing()
    document = make_purchase(sharing)
    server.answers["dot"] = "cut"
    send(sharing)
    assert state_of(document) is State.UNCERTAIN
    server.answers.clear()
    db.session.execute(db.update(Outlet).values(try_after=None))
    send(sharing)
    assert len(server.messages) == 1
    assert reload(document).exported_at is not None


def test_a_doubtful_mail_cannot_leave_beside_a_new_one(app, server):
    """AC-4: once the document went with another mail, the old one is not sent again by the outbox's button."""
    sharing = make_sharing()
    document = make_purchase(sharing)
    server.answers["dot"] = "cut"
    send(sharing)
    (old,) = db.session.scalars(select(OutgoingMail))
    ledger.send_again(reload(document), by=make_user())
    commit()
    with pytest.raises(Refused, match="another way"):
        decisions.send_again(old, by=make_user())
    db.session.rollback()


def test_what_a_person_cancels_is_kept_back(app, server):
    """AC-4: a mail cancelled in the outbox: its documents wait for a person."""
    sharing = make_sharing()
    document = make_purchase(sharing)
    start(sharing)
    write_only()
    decisions.cancel(db.session.scalars(select(OutgoingMail)).one(), by=make_user())
    commit()
    assert state_of(document) is State.WITHHELD
    send(sharing)
    assert server.messages == []
    ledger.give_back(reload(document), by=make_user())
    commit()
    send(sharing)
    assert len(server.messages) == 1


def test_a_cancelled_doubtful_mail_goes_nowhere(app, server):
    """AC-4, S43: cancelling what may have arrived makes no second one leave."""
    sharing = make_sharing()
    document = make_purchase(sharing)
    server.answers["dot"] = "cut"
    send(sharing)
    decisions.cancel(db.session.scalars(select(OutgoingMail)).one(), by=make_user())
    commit()
    assert state_of(document) is State.WITHHELD


def test_what_is_kept_back_does_not_leave(app, server):
    """AC-4: also while it waits in a mail; what was with it goes with the next run."""
    sharing = make_sharing(connection=make_connection(per_mail=2))
    kept, other = make_purchase(sharing), make_purchase(sharing)
    start(sharing)
    write_only()
    ledger.keep_back(reload(kept), by=make_user())
    commit()
    due.run_due()
    assert (state_of(kept), state_of(other)) == (State.WITHHELD, State.OPEN)
    send(sharing)
    assert [len(files_of(each)) for each in server.messages] == [1]


def test_what_is_in_the_trash_does_not_leave(app, server):
    """S52: trashed after its mail was written."""
    sharing = make_sharing()
    document = make_purchase(sharing)
    start(sharing)
    write_only()
    trash.trash(reload(document), by=make_user())
    commit()
    due.run_due()
    assert server.messages == []


def test_switching_off_stops_what_has_not_left(app, server):
    """AC-2: what is written waits for the switch to be on again."""
    sharing = make_sharing()
    document = make_purchase(sharing)
    start(sharing)
    write_only()
    reload(sharing).shared_since = None
    db.session.commit()
    due.run_due()
    assert (server.messages, state_of(document)) == ([], State.OPEN)


def test_a_later_change_is_listed(app, server):
    """AC-4: changed after it was sent; changed back, it is not."""
    sharing = make_sharing()
    document = make_purchase(sharing)
    send(sharing)

    document = reload(document)
    document.due_date = date(2026, 12, 31)
    status.settle(document, by=None, act="changed", changes={"due_date": [None, None]})
    commit()
    assert list(db.session.scalars(ledger.changed(sharing.company))) == [document]
    assert [label for label, _was, _now in ledger.changes(document)] == ["Due date"]
    document.due_date = date(2026, 10, 31)
    status.settle(document, by=None, act="changed", changes={"due_date": [None, None]})
    commit()
    assert list(db.session.scalars(ledger.changed(sharing.company))) == []
