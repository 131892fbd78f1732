"""Documents go to the accountant once each, by journal, in mails that are read back from the server that took them."""

import csv
import io
import zipfile
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from app.accounting import exports, ledger, runs, selecting
from app.accounting.kinds import Cause, Ready, State
from app.accounting.run_models import Envelope, Run
from app.accounting.selecting import Wait
from app.core import clock
from app.core.errors import Refused
from app.documents import trash
from app.extensions import db
from app.files import store
from app.outbox import decisions
from app.outbox.models import OutgoingMail, Outlet
from app.tasks import due
from app.tasks.jobs import commit
from tests import samples
from tests.accounting.making import (
    CREDIT_NOTES,
    PURCHASES,
    SALES,
    files_of,
    make_connection,
    make_credit_note,
    make_purchase,
    make_sale,
    make_sharing,
    read,
    send,
    start,
)
from tests.factories import make_document, make_file, make_user, reload


def state_of(document) -> State | None:
    db.session.expire_all()
    export = exports.of(document.id)
    return export and export.state


def without_file(document):
    for each in list(document.files):
        db.session.delete(each)
    db.session.commit()
    return reload(document)


# --- What goes where --------------------------------------------------------------------------------


def test_each_journal_has_its_address(app, server):
    """AC-1, AC-2: one document in one mail, to the address of its journal."""
    sharing = make_sharing()
    documents = [make(sharing) for make in (make_sale, make_credit_note, make_purchase)]
    supplier_credit = make_purchase(sharing, kind="credit_note")
    send(sharing)
    names = [next(iter(files_of(each))).split("_")[-1] for each in server.messages]
    assert sorted(to[0] for to in server.recipients) == sorted([SALES, CREDIT_NOTES, PURCHASES, PURCHASES])
    went = dict(zip(names, (to for (to,) in server.recipients), strict=True))
    expected = zip([*documents, supplier_credit], (SALES, CREDIT_NOTES, PURCHASES, PURCHASES), strict=True)
    assert went == {f"{document.number.lower()}.pdf": to for document, to in expected}
    assert {state_of(document) for document in documents} == {State.SENT}


def test_what_arrives_is_what_is_stored(app, server):
    """AC-1: name, bytes and size of each mail, read back from the server."""
    sharing = make_sharing()
    document = make_purchase(sharing, file=make_file(b"%PDF-1.7 the very bytes"))
    run = send(sharing)
    (message,) = server.messages
    assert list(files_of(message).values()) == [b"%PDF-1.7 the very bytes"]
    assert read(message)["To"] == PURCHASES
    assert run.envelopes[0].size == len(message)
    (line,) = ledger.of(document)
    assert line.answer == "250 taken"
    assert [each["name"] for each in line.files] == list(files_of(message))
    assert reload(document).exported_at is not None


def test_a_mail_never_holds_two_journals(app, server):
    """AC-1: with ten documents a mail, three sales, two credit notes and three purchases are three mails."""
    sharing = make_sharing(connection=make_connection(per_mail=10))
    for make, count in ((make_sale, 3), (make_credit_note, 2), (make_purchase, 3)):
        for _each in range(count):
            make(sharing)
    send(sharing)
    assert sorted(len(files_of(each)) for each in server.messages) == [2, 3, 3]


def test_a_zip_holds_its_list(app, server):
    """AC-1: one attachment with the files and a CSV that names each with its hash."""
    sharing = make_sharing(connection=make_connection(per_mail=5, is_zipped=True))
    documents = [make_purchase(sharing, number="../../F 1"), make_purchase(sharing)]
    send(sharing)
    (message,) = server.messages
    ((name, data),) = files_of(message).items()
    assert name.endswith(".zip")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        names = set(archive.namelist()) - {"manifest.csv"}
        rows = list(csv.DictReader(io.StringIO(archive.read("manifest.csv").decode("utf-8-sig"))))
        assert {each["File"] for each in rows} == names
        assert not any(".." in each or "/" in each for each in names)
        assert {each["SHA-256"] for each in rows} == {each.original.file.sha256 for each in documents}


def test_mails_are_cut_by_bytes_as_they_leave(app, server):
    """AC-1: the ceiling counts base64, and no mail is larger than what was reckoned."""
    sharing = make_sharing(connection=make_connection(per_mail=10, largest_mail=1_000_000))
    for number in range(4):
        make_purchase(sharing, file=make_file(b"%PDF-1.7" + bytes([number]) * 300_000))
    run = send(sharing)
    assert [len(files_of(each)) for each in server.messages] == [2, 2]
    assert all(len(each) <= 1_000_000 for each in server.messages)
    assert [each.size for each in run.envelopes] == [len(each) for each in server.messages]


def test_the_original_goes_along_where_asked(app, server):
    """AC-1, AC-8: Factur-X, the original and the XML; where none can be made the original alone, and why."""
    sharing = make_sharing(connection=make_connection(shares=True, adds_original=True, adds_xml=True))
    made = make_purchase(sharing, file=make_file(samples.invoice_pdf()), net_minor=10000, tax_minor=2000)
    made.counterparty.vat_number, sharing.company.vat_number = "FR40303265045", "FR83404833048"
    not_made = make_purchase(sharing, file=make_file(samples.invoice_pdf(number="X-2")))
    db.session.commit()
    send(sharing)
    files = {len(each): each for each in map(files_of, server.messages)}
    assert sorted(files) == [1, 3]
    assert [name.rpartition("_")[2] for name in files[3]][1:] == ["original.pdf", f"{made.number.lower()}.xml"]
    assert ledger.of(made)[0].fallback == []
    assert ledger.of(not_made)[0].fallback == ["seller_number", "seller_country"]


# --- What goes when ---------------------------------------------------------------------------------


def test_only_what_was_issued_strictly_after_the_start_goes(app, server):
    """AC-2: a document of the start date itself is listed as excluded."""
    sharing = make_sharing(start_date=date(2026, 10, 1))
    make_purchase(sharing, issue_date=date(2026, 10, 1))
    later = make_purchase(sharing, issue_date=date(2026, 10, 2))
    assert list(db.session.scalars(selecting.candidates(sharing))) == [later]
    assert selecting.waiting(sharing) == {Wait.START_DATE: 1}


def test_a_delay_counts_from_the_issue_date(app, server):
    """AC-2: issued three days ago with a delay of four, it leaves tomorrow."""
    sharing = make_sharing(delay_days=4)
    today = clock.today(sharing.company)
    waits = make_purchase(sharing, issue_date=today - timedelta(days=3))
    make_purchase(sharing, issue_date=today - timedelta(days=4))
    assert selecting.waiting(sharing) == {Wait.DELAYED: 1}
    assert selecting.leaves_on(waits, sharing) == today + timedelta(days=1)
    assert selecting.wait_of(waits, sharing) is Wait.DELAYED


@pytest.mark.parametrize(
    ("facts", "wait"),
    [
        ({"validated_at": None}, Wait.NOT_READY),
        ({"awaits_approval": True}, Wait.NOT_READY),
        ({"issue_date": None}, Wait.DELAYED),
    ],
)
def test_what_is_not_ready_waits(app, server, facts, wait):
    """AC-2: not validated, or not approved where that was asked."""
    sharing = make_sharing()
    document = make_purchase(sharing, **facts)
    assert selecting.wait_of(document, sharing) is wait
    assert not selecting.goes(document, sharing)


def test_paid_may_be_what_is_ready(app, server):
    """AC-2: with *validated & paid*, what is open waits."""
    sharing = make_sharing(ready=Ready.PAID)
    make_purchase(sharing)
    paid = make_purchase(sharing, settled_minor=12000)
    assert list(db.session.scalars(selecting.candidates(sharing))) == [paid]


def test_a_sale_goes_to_its_customer_first(app, server):
    """AC-2, SE-2: what is to send is no invoice yet."""
    sharing = make_sharing()
    sale = make_sale(sharing, to_send_at=clock.now())
    assert selecting.wait_of(sale, sharing) is Wait.UNSENT


def test_what_was_changed_in_its_delay_goes_in_its_last_state(app, server):
    """AC-4: changed after its mail was written: that one does not leave, the next run has the new one."""
    sharing = make_sharing()
    document = make_purchase(sharing)
    start(sharing)
    _work_only()
    document = reload(document)
    document.gross_minor = 13000
    db.session.commit()
    due.run_due()
    assert server.messages == []
    assert state_of(document) is State.OPEN
    send(sharing)
    assert "130.00" in read(server.messages[0]).get_body(("plain",)).get_content()


def _work_only() -> None:
    """Write the mails; none leaves."""
    from app.accounting.jobs import work_run

    for run in db.session.scalars(select(Run).where(Run.planned_at.is_(None))):
        work_run(run.id)
    commit()


# --- Once each --------------------------------------------------------------------------------------


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
    ledger.send_again(reload(document), by=make_user())
    commit()
    send(sharing)
    assert len(server.messages) == 2
    assert [each.state for each in ledger.of(document)] == [State.SENT, State.SENT]
    with pytest.raises(Refused):
        ledger.give_back(document, by=make_user())


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
    with pytest.raises(Refused, match="another mail"):
        decisions.send_again(old, by=make_user())
    db.session.rollback()


def test_what_a_person_cancels_is_kept_back(app, server):
    """AC-4: a mail cancelled in the outbox: its documents wait for a person."""
    sharing = make_sharing()
    document = make_purchase(sharing)
    start(sharing)
    _work_only()
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
    _work_only()
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
    _work_only()
    trash.trash(reload(document), by=make_user())
    commit()
    due.run_due()
    assert server.messages == []


def test_switching_off_stops_what_has_not_left(app, server):
    """AC-2: what is written waits for the switch to be on again."""
    sharing = make_sharing()
    document = make_purchase(sharing)
    start(sharing)
    _work_only()
    reload(sharing).shared_since = None
    db.session.commit()
    due.run_due()
    assert (server.messages, state_of(document)) == ([], State.OPEN)


def test_a_later_change_is_listed(app, server):
    """AC-4: changed after it was sent; changed back, it is not."""
    sharing = make_sharing()
    document = make_purchase(sharing)
    send(sharing)
    from app.documents import status

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


# --- Errors -----------------------------------------------------------------------------------------


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


def test_a_lost_file_is_named(app, server):
    """AC-5: bytes that are gone stop nothing else."""
    sharing = make_sharing()
    lost = make_purchase(sharing)
    store.path(lost.original.file).unlink()
    make_purchase(sharing)
    assert [each.reason["key"] for each in send(sharing).problems] == ["damaged"]
    assert len(server.messages) == 1


def test_an_address_that_is_none_is_named(app, server):
    """AC-5, S49: a journal whose address cannot be used; the others leave."""
    sharing = make_sharing(purchases_address="nobody at home")
    make_purchase(sharing)
    make_sale(sharing)
    assert [each.reason["key"] for each in send(sharing).problems] == ["bad_address"]
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


# --- Runs and caps ----------------------------------------------------------------------------------


def test_two_runs_never_overlap(app, server):
    """AC-3, S46: the button twice, and the sweep meanwhile."""
    sharing = make_sharing()
    make_purchase(sharing)
    start(sharing)
    for cause in (Cause.HAND, Cause.DAILY):
        with pytest.raises(Refused, match="under way"):
            runs.start(sharing.company, cause)
        db.session.rollback()
    assert db.session.scalar(select(func.count(Run.id))) == 1


def test_a_run_sends_fifty_and_fifty(app, server):
    """AC-3: of sales with credit notes fifty mails, of purchases fifty; the rest waits and is counted."""
    sharing = make_sharing()
    for make, count in ((make_sale, 30), (make_credit_note, 23), (make_purchase, 52)):
        for _each in range(count):
            make(sharing)
    run = send(sharing)
    assert (run.sales_mails, run.purchase_mails, len(server.messages)) == (50, 50, 100)
    assert sum(run.remaining.values()) == 5
    run = send(sharing)
    assert (run.sales_mails, run.purchase_mails, len(server.messages)) == (3, 2, 105)
    assert db.session.scalar(select(func.count(Envelope.id))) == 105


def test_a_day_has_one_run_by_itself(app, server):
    """AC-3, S40: however often the sweep looks."""
    sharing = make_sharing()
    runs.start(sharing.company, Cause.DAILY)
    commit()
    due.run_due()
    with pytest.raises(Refused):
        runs.start(sharing.company, Cause.DAILY)
    db.session.rollback()


def test_a_run_far_above_usual_is_marked(app, server):
    """S47: five hundred where there never was one."""
    sharing = make_sharing()
    assert not start(sharing).is_unusual
    due.run_due()
    file = make_file()
    db.session.commit()
    for _each in range(51):
        make_purchase(sharing, file=file, counterparty=None)
    assert start(sharing).is_unusual
