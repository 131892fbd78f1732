"""What could not go is named until it is mended, and keeps nothing else."""

import pytest
from sqlalchemy import select

from app.accounting import ledger
from app.accounting.kinds import State
from app.extensions import db
from app.files import store
from app.outbox.models import OutgoingMail
from app.tasks.jobs import commit
from tests.accounting.making import (
    PURCHASES,
    make_connection,
    make_purchase,
    make_sale,
    make_sharing,
    send,
    state_of,
    without_file,
)
from tests.dunning.returns import postfix
from tests.factories import make_document, make_file, make_user, reload
from tests.intake.test_opening import opened


def test_what_has_no_file_is_named_until_it_is_mended(app, server):
    """AC-5: each run names it; with a file it goes."""
    sharing = make_sharing()
    document = without_file(make_purchase(sharing))
    runs_ = [send(sharing), send(sharing)]
    assert [[each.reason["key"] for each in run.problems] for run in runs_] == [["no_file"]] * 2
    document.files.append(make_document(sharing.company).files[0])
    db.session.commit()
    assert send(sharing).problems == []
    assert len(server.messages) == 1


def test_too_large_is_named(app, server):
    """AC-5: the size as it would leave, and what the connection allows."""
    sharing = make_sharing(connection=make_connection(largest_mail=1_000_000))
    make_purchase(sharing, file=make_file(b"%PDF-1.7" + b"x" * 900_000))
    (problem,) = send(sharing).problems
    assert problem.reason["key"] == "too_large"
    assert problem.reason["size"] > 1_200_000


@pytest.mark.parametrize("facts", [{}, {"is_zipped": True, "per_mail": 2}, {"shares": True}])
@pytest.mark.parametrize("was", ["lost", "altered"])
def test_a_file_that_is_not_what_it_was_is_named(app, server, was, facts):
    """AC-5, S53: it stops nothing else, and no run after it."""
    sharing = make_sharing(connection=make_connection(**facts))
    lost = store.path(make_purchase(sharing, file=make_file(b"%PDF-1.7 its bytes")).original.file)
    lost.chmod(0o644)
    lost.write_bytes(b"%PDF-1.7 ITS bytes") if was == "altered" else lost.unlink()
    make_purchase(sharing)
    assert [each.reason["key"] for each in send(sharing).problems] == ["damaged"]
    assert len(server.messages) == 1


@pytest.mark.parametrize(("address", "key"), [("nobody at home", "bad_address"), ("", "no_address")])
def test_an_address_that_is_none_is_named(app, server, address, key):
    """AC-5, S49: a journal whose address cannot be used, or that has none; the others leave."""
    sharing = make_sharing(purchases_address=address)
    make_purchase(sharing)
    make_sale(sharing)
    assert [each.reason["key"] for each in send(sharing).problems] == [key]
    assert len(server.messages) == 1


def test_what_the_server_refuses_is_tried_by_the_next_run(app, server):
    """AC-5, S44: refused with its words; the next run names it or sends it."""
    sharing = make_sharing()
    document = make_purchase(sharing)
    server.answers[f"rcpt:{PURCHASES}"] = "550 no such journal"
    send(sharing)
    assert state_of(document) is State.REFUSED
    assert ledger.of(document)[0].answer == "550 no such journal"
    server.answers.clear()
    send(sharing)
    assert state_of(document) is State.SENT
    assert len(server.messages) == 1


def test_one_mail_refused_keeps_no_other(app, server):
    """S45: the seventh of twenty is refused; nineteen leave, and nothing is sent again."""
    sharing = make_sharing()
    for _each in range(20):
        make_purchase(sharing)
    taken = iter(range(100))
    server.at = lambda moment: (
        server.answers.update(dot="554 no" if next(taken) == 6 else "250 taken") if moment == "data" else None
    )
    send(sharing)
    assert len(server.messages) == 19
    assert len(set(server.messages)) == 19
    send(sharing)
    assert len(server.messages) == 20


@pytest.mark.parametrize("of", [PURCHASES, "colleague@elsewhere.example"])
def test_what_comes_back_after_all_is_for_a_person(app, server, of):
    """AC-5, S54: accepted first, undeliverable later, to its recipient or beyond: nobody knows who has it."""
    sharing = make_sharing()
    document = make_purchase(sharing)
    send(sharing)
    (mail,) = db.session.scalars(select(OutgoingMail))
    report = postfix(mail).replace(PURCHASES.encode(), of.encode())
    opened(report, company=sharing.company, envelope_sender="<>")
    assert state_of(document) is State.UNCERTAIN
    assert "5." in ledger.of(document)[0].answer
    send(sharing)
    assert len(server.messages) == 1
    ledger.send_again(reload(document), by=make_user())
    commit()
    send(sharing)
    assert state_of(document) is State.SENT
