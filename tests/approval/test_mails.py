"""What an approver is mailed: all that is needed to decide, and only while it is (SPEC AP-2)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine

from app.approval import enclosing, mails
from app.comments.models import Comment
from app.core import clock
from app.documents import decisions as documents
from app.extensions import db
from app.files import pictures
from app.outbox import kinds
from tests.approval.making import decide, links, rounds, validated
from tests.approval.making import mails as written
from tests.factories import make_counterparty, make_document, make_file


@pytest.fixture
def asked(firm, demand):
    """One with a comment, whose supplier sent others before: one that Lea was asked about, and one she was not."""
    demand([firm.lea])
    supplier = make_counterparty("Papeterie Durand", firm.company)
    facts = {"counterparty": supplier, "validated_at": clock.now(), "gross_minor": 4_200}
    demand()
    make_document(firm.company, number="SEEN-1", readers={firm.lea}, **facts)
    make_document(firm.company, number="HIDDEN-1", **facts)
    demand([firm.lea])
    document = make_document(firm.company, counterparty=supplier, category=firm.category, number="NEW-1")
    db.session.add(Comment(document=document, by=firm.zoe, text="Delivered in two parts"))
    path = pictures.path(document.original.file, 1)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\x89PNG first page")
    documents.validate(document, by=firm.zoe)
    db.session.commit()
    return document


def test_the_mail_has_all_that_is_needed_to_decide(asked, firm):
    """AP-2: supplier, amount, due date, why, who validated, comments, the last invoices; in both of its texts."""
    [mail] = written()
    for text in (mail.text, mail.html):
        for said in ("Papeterie Durand", "€120.00", "31 Oct 2026", "over 1,000 €", "Zoe", "Delivered in two parts"):
            assert said in text
        assert "Lea" in text and "SEEN-1" in text and text.count("/approvals/links/") >= 2
        assert "HIDDEN-1" not in text
    assert mail.subject == "To approve: Papeterie Durand, €120.00"


def test_the_first_page_is_a_picture_and_the_file_is_attached(asked):
    """AP-2: LOOK: nothing is fetched from outside."""
    [mail] = written()

    assert [(each.name, each.content_id) for each in mail.attachments] == [
        ("page.png", "page"),
        (asked.original.name, ""),
    ]
    assert 'src="cid:page"' in mail.html and mail.html.count("src=") == 1 and "<link" not in mail.html


def test_the_two_buttons_differ_in_word_and_shape(asked):
    """LOOK: readable without colour; each only opens the page."""
    html = written()[0].html

    assert "?choice=approve" in html and "?choice=reject" in html
    assert "border-radius:22px" in html and "border-radius:6px" in html


def test_what_is_too_large_or_no_pdf_stays_here_and_the_mail_says_so(firm, demand, monkeypatch):
    """AP-2: a size limit; it can be downloaded from the page."""
    demand([firm.lea])
    monkeypatch.setattr(enclosing, "LARGEST_FILE", 10)
    validated(firm)
    validated(firm, file=make_file(b"<xml/>", type="application/xml"), file_name="e.xml")

    large, other = written()
    assert "too large for a mail" in large.text and "not sent by mail" in other.text
    assert large.attachments == other.attachments == []


@pytest.mark.parametrize(("language", "said"), [("en", "do you approve it?"), ("fr", "approuvez-vous cette pièce")])
def test_it_speaks_the_approvers_language(firm, demand, language, said):
    """AP-2: whoever validates, and whatever they speak."""
    demand([firm.lea])
    firm.lea.language = language
    validated(firm)

    assert said in written()[0].text and said in written()[0].html


def test_it_says_the_day_its_links_end_where_the_company_is(firm, demand):
    """S107: 23:30 in London is the next day in Paris."""
    demand([firm.lea])
    with time_machine.travel(datetime(2026, 11, 26, 23, 30, tzinfo=UTC), tick=False):
        validated(firm)

    assert "until 11 Dec 2026" in written()[0].text


def test_a_mail_whose_link_is_dead_does_not_leave(firm, demand):
    """S52: asked again when its turn has come: decided, changed or withdrawn meanwhile, it is not needed."""
    demand([firm.lea])
    document, other = validated(firm), validated(firm)
    first, second = written()
    assert kinds.why_not(first) == kinds.why_not(second) == ""
    decide(document, firm.lea)
    documents.trash(other, by=firm.admin)

    assert "used" in kinds.why_not(first) and "not needed" in kinds.why_not(second)
    assert {kind.key for kind in kinds.mail_kinds} >= {mails.ASKED, mails.DECIDED} and len(links()) == 2
    assert rounds(document)[0].ended_at
