"""Documents go to the accountant by journal, in mails that are read back from the server that took them."""

import csv
import io
import zipfile

from app.accounting import ledger
from app.accounting.kinds import State
from app.extensions import db
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
    state_of,
)
from tests.factories import make_file, reload


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
        assert {each["Original"] for each in rows} == names
        assert not any(".." in each or "/" in each for each in names)
        assert {each["SHA-256 of the original"] for each in rows} == {each.original.file.sha256 for each in documents}


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
