"""What stands in an archive becomes documents, like what is attached beside it."""

from __future__ import annotations

import pytest

from app.documents.models import Document, FileRole
from app.extensions import db
from app.files import store
from app.intake.jobs import open_message
from app.intake.letter import MOST_PARTS
from app.intake.models import Message, MessageState, Outcome, Part, Source
from app.intake.openings import open_again
from tests import samples
from tests.factories import make_user
from tests.intake import mails, packed
from tests.intake.packed import winmail, zipped
from tests.intake.test_opening import fates, opened
from tests.intake.test_pages import JSON, file, upload

ZIP = "application/zip"
TNEF = "application/ms-tnef"


def in_zip(**files: bytes) -> tuple[str, bytes, str]:
    """An attachment that is a ZIP of these files; `a_pdf` is called a.pdf."""
    return "factures.zip", zipped({name.replace("_", "."): data for name, data in files.items()}), ZIP


def test_what_a_zip_holds_becomes_documents(app):
    """IN-4: each entry is a part of the log with its fate, below the archive it stands in."""
    picture = samples.picture(dpi=100)
    files = {"2026/F-1.pdf": mails.pdf("F-1"), "reçu.png": picture, "lisez-moi.txt": b"x"}
    message = opened(mails.mail(("a.zip", zipped(files), ZIP), ("b.pdf", mails.pdf("F-2"), mails.PDF)))

    assert [(part.name, part.inside, part.outcome) for part in message.parts[1:]] == [
        ("a.zip", None, Outcome.PASSED_OVER),
        ("b.pdf", None, Outcome.IMPORTED),
        ("2026/F-1.pdf", 1, Outcome.IMPORTED),
        ("reçu.png", 1, Outcome.IMPORTED),
        ("lisez-moi.txt", 1, Outcome.PASSED_OVER),
    ]
    assert message.parts[1].reason == {"key": "archive_opened", "count": 3, "more": 0}
    originals = [each.original.name for each in db.session.query(Document).order_by(Document.id)]
    assert originals == ["b.pdf", "F-1.pdf", "reçu.png"]


def test_an_e_invoice_beside_its_pdf_is_one_document_in_a_zip_too(app):
    """IN-4: a PDF and an XML of the same invoice in one message become ONE document."""
    message = opened(mails.mail(in_zip(f_pdf=mails.pdf("F-1"), x_xml=samples.facturx_xml("F-1"))))

    assert fates(message)[1:] == [("f.pdf", Outcome.IMPORTED), ("x.xml", Outcome.ATTACHED)]
    [document] = db.session.query(Document)
    assert [each.role for each in document.files] == [FileRole.ORIGINAL, FileRole.E_INVOICE]


def test_an_xml_in_a_zip_belongs_to_the_pdf_outside(app):
    """IN-4: wherever in the message they stand; and the other way round."""
    xml = samples.facturx_xml("F-1")
    outside = opened(mails.mail(("f.pdf", mails.pdf("F-1"), mails.PDF), in_zip(x_xml=xml)))
    inside = opened(mails.mail(("x.xml", samples.facturx_xml("F-2"), "text/xml"), in_zip(f_pdf=mails.pdf("F-2"))))

    assert fates(outside)[2] == ("x.xml", Outcome.ATTACHED)
    assert fates(inside)[0] == ("x.xml", Outcome.ATTACHED)
    assert db.session.query(Document).count() == 2


def test_each_folder_of_an_archive_is_an_invoice_of_its_own(app):
    """IN-4: portals pack one folder an invoice, with files that are called the same in each."""
    packs = {}
    for number in ("F-2", "F-1"):
        packs[f"{number}/factur-x.xml"] = samples.facturx_xml(number)
    for number in ("F-1", "F-2"):
        packs[f"{number}/facture.pdf"] = mails.pdf(number)
    opened(mails.mail(("a.zip", zipped(packs), ZIP)))

    for document in db.session.query(Document):
        original, xml = document.files
        folder = db.session.query(Part).filter_by(file_id=original.file_id).one().name.split("/")[0]
        assert db.session.query(Part).filter_by(file_id=xml.file_id).one().name == f"{folder}/factur-x.xml"
    assert db.session.query(Document).count() == 2


def test_the_same_file_in_and_out_of_an_archive_is_one_document(app):
    """DU-2: the second is said to be the first again."""
    message = opened(mails.mail(("a.pdf", mails.pdf(), mails.PDF), in_zip(b_pdf=mails.pdf())))

    assert fates(message)[2] == ("b.pdf", Outcome.DUPLICATE) and db.session.query(Document).count() == 1


@pytest.mark.parametrize(
    ("entries", "key", "said"),
    [
        (packed.encrypted("a.pdf", b"%PDF-1"), "encrypted", "Protected with a password"),
        (packed.damaged("a.pdf", b"%PDF-1 " * 9), "entry_broken", "Damaged in its archive"),
        (packed.with_link("a.pdf", "/etc/passwd"), "link", "Not a file but a link"),
        (zipped({"inner.zip": zipped({"a.pdf": b"%PDF-1"})}), "nested_archive", "An archive in an archive"),
        (zipped({"a.dat": winmail(("a.pdf", b"%PDF-1"))}), "nested_archive", "An archive in an archive"),
        (zipped({"a.pdf": bytes(9_000_000)}), "inflates", "It would unpack to far more"),
        (
            zipped({"a.eml": mails.mail(("b.zip", zipped({"a.pdf": b"%PDF-1"}), ZIP))}),
            "nested_archive",
            "in an archive",
        ),
    ],
)
def test_what_is_not_taken_out_of_an_archive_says_why_in_words(app, browser, entries, key, said):
    """S27: its row in the log with the reason; the other parts of the mail are taken."""
    message = opened(mails.mail(("a.zip", entries, ZIP), ("f.pdf", mails.pdf(), mails.PDF)))

    part = message.parts[-1]
    assert (part.outcome, part.reason["key"]) == (Outcome.PASSED_OVER, key)  # S27
    assert said in browser(make_user()).get(f"/messages/{message.id}").text
    assert db.session.query(Document).count() == 1


def test_a_hostile_name_in_an_archive_is_only_text(app, browser):
    """S27: S33: shown, never a path; without the marks that turn the reading direction."""
    name = "../../" + "x" * 400 + "/<script>\r\n\u202e.pdf"
    message = opened(mails.mail(("a.zip", zipped({name: mails.pdf(), "/etc/cron.d/f.pdf": mails.pdf("2")}), ZIP)))

    first, second = message.parts[-2:]  # S27 S33
    assert first.name.startswith("../../xxx") and len(first.name) == 300 and "\u202e" not in first.name
    assert second.name == "/etc/cron.d/f.pdf" and second.document.original.name == "f.pdf"
    assert store.path(second.file).name == second.file.sha256
    assert "<script>" not in browser(make_user()).get(f"/messages/{message.id}").text.split("<main")[1]


def test_what_outlook_wraps_becomes_documents(app):
    """IN-4: S32: the files in a winmail.dat, a ZIP among them too."""
    wrapped = winmail(("F-1.pdf", mails.pdf("F-1")), ("z.zip", zipped({"F-2.pdf": mails.pdf("F-2")})), body=b"Bonjour")
    message = opened(mails.mail(("winmail.dat", wrapped, TNEF)))

    assert [(part.name, part.outcome) for part in message.parts[2:]] == [
        ("F-1.pdf", Outcome.IMPORTED),
        ("z.zip", Outcome.PASSED_OVER),
        ("F-2.pdf", Outcome.IMPORTED),  # S32
    ]


def test_a_winmail_dat_with_text_alone_gives_its_text(app):
    """IN-4: S32: its body, where nothing else is there."""
    message = opened(mails.mail(("winmail.dat", winmail(body=b"Facture 12"), TNEF)))

    assert [(part.reason["key"], part.declared_type) for part in message.parts[1:]] == [
        ("archive_opened", TNEF),
        ("body", "text/plain"),
    ]


def test_a_mail_in_a_zip_is_opened_too(app):
    """IN-4: forwarded mails that somebody saved and packed."""
    message = opened(mails.mail(("a.zip", zipped({"mail.eml": mails.invoice_mail("F-1")}), ZIP)))

    assert [(part.name, part.inside) for part in message.parts[1:]] == [
        ("a.zip", None),
        ("mail.eml", 1),
        ("", 2),
        ("F-1.pdf", 2),
    ]
    assert message.parts[-1].outcome is Outcome.IMPORTED


def test_parts_of_archives_count_among_those_of_the_message(app):
    """S27: a hundred parts in all, and one note that there were more."""
    packs = [(f"{n}.zip", zipped([(f"{n}-{m}.txt", b"x") for m in range(50)]), ZIP) for n in range(4)]
    message = opened(mails.mail(*packs))

    assert len(message.parts) == MOST_PARTS and message.state is MessageState.OPENED
    assert [note["key"] for note in message.notes].count("too_many_parts") == 1
    assert message.parts[4].reason == {"key": "beyond", "limit": MOST_PARTS}  # S27


def test_read_again_finds_what_an_archive_holds(app):
    """IN-5: a message opened before archives were: its parts keep their places, what is new comes after them."""
    message = opened(mails.mail(in_zip(b_pdf=mails.pdf("F-2")), ("a.pdf", mails.pdf("F-1"), mails.PDF)))
    entry = message.parts[3]
    message.parts[1].reason = {"key": "not_yet_opened"}
    db.session.delete(entry.document.files[0])
    db.session.delete(entry.document)
    db.session.delete(entry)
    db.session.commit()
    kept = message.parts[2].document_id
    db.session.expire_all()

    open_again(message, by=make_user())
    db.session.commit()
    open_message(message.id)
    open_message(message.id)

    assert fates(message)[1:] == [("a.pdf", Outcome.IMPORTED), ("b.pdf", Outcome.IMPORTED)]
    assert message.parts[2].document_id == kept and db.session.query(Document).count() == 2


def test_an_uploaded_zip_is_opened_like_one_in_a_mail(app, browser):
    """IN-4: IN-2: S28: every entrance opens it, and what is in it is judged as elsewhere."""
    doctype = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + samples.facturx_xml()
    data = zipped({"a.pdf": mails.pdf("F-1"), "b.xml": doctype})
    answer = upload(browser(make_user()), file("a.zip", data))
    open_message(answer.json["id"])

    message = db.session.get_one(Message, answer.json["id"])
    assert (message.source, message.is_mail) == (Source.UPLOAD, False)
    assert [(part.name, part.outcome) for part in message.parts[1:]] == [  # S28: the reader refuses it, not we
        ("a.pdf", Outcome.IMPORTED),
        ("b.xml", Outcome.ATTACHED),
    ]
    assert upload(browser(make_user()), file("a.zip", data), headers=JSON).status_code == 201
