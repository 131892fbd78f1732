"""The demo: papers that hold together, drawn, and brought in like any other mail."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from datetime import date, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pymupdf
import pytest
from sqlalchemy import func, select
from stdnum import iban
from stdnum.eu import vat
from stdnum.fr import siren

from app.config import ROOT
from app.core import clock
from app.core.errors import Refused
from app.demo import firms, load, mails, story
from app.demo.sheet import euros
from app.demo.story import Paper
from app.documents.models import Direction
from app.einvoice.parsing import parse
from app.extensions import db
from app.files import store
from app.intake import addresses
from app.intake.models import Message, MessageState
from app.tasks.models import Task
from app.users.models import Company
from app.web.access import Role
from tests.factories import make_company, make_user

TODAY = date(2026, 1, 9)
MONTH = list(story.mails(TODAY))
PAPERS = [(place, name, paper) for place, mail in enumerate(MONTH) for name, paper in mail.files.items()]
INVOICES = [(place, name, paper) for place, name, paper in PAPERS if isinstance(paper, Paper)]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory) -> Path:
    """The month, drawn by its own process."""
    folder = tmp_path_factory.mktemp("month")
    subprocess.run([sys.executable, "-m", "app.demo.draw", folder, TODAY.isoformat()], cwd=ROOT, check=True)
    return folder


def text_of(pdf: Path) -> str:
    return " ".join(" ".join(page.get_text() for page in pymupdf.open(pdf)).split())


def test_the_month_has_some_of_everything():
    """OP-1: whoever tries Facteur meets each kind of paper once."""
    forms = Counter(paper.form for _place, _name, paper in INVOICES)

    assert len(PAPERS) >= 25
    assert set(forms) == {"pdf", "facturx", "scan", "photo"}
    assert {mail.direction for mail in MONTH} == {"purchase", "sale"}
    assert any(paper.is_credit for _place, _name, paper in INVOICES)
    assert {"broken", "waybill", "catalogue", "logo"} == {
        paper for _place, _name, paper in PAPERS if isinstance(paper, str)
    }


def test_every_firm_has_numbers_that_pass_their_checks_and_are_nobody_s():
    """OP-1: invented, and right to the check digit."""
    everybody = [firm for firm in vars(firms).values() if isinstance(firm, firms.Firm)]

    for firm in everybody:
        if firm.siren:
            assert siren.is_valid(firm.siren) and firm.siren.startswith("0"), firm.name
            assert vat.is_valid(firm.vat_number) and iban.is_valid(firm.iban), firm.name
        assert not firm.domain or firm.domain.endswith(".example"), firm.name
    assert len({firm.siren for firm in everybody if firm.siren}) == sum(bool(firm.siren) for firm in everybody)


@pytest.mark.parametrize(
    ("place", "name", "paper"), INVOICES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_paper_says_its_number_and_its_amounts(drawn, place, name, paper):
    """OP-1: what is printed is what the story knows."""
    pages = pymupdf.open(drawn / str(place) / name)
    if paper.form in ("scan", "photo"):
        assert len(pages) == 1 and not pages[0].get_text().strip()
        return

    told = text_of(drawn / str(place) / name)

    assert paper.number in told and paper.seller.name.split("–")[0].strip() in told
    for amount in (paper.net, paper.gross):
        assert euros(amount, "") in told or f"{amount:,.2f}" in told
    assert paper.net + paper.tax == paper.gross


def test_the_e_invoices_say_the_same_inside(drawn):
    """OP-1: XML and page agree."""
    found = [(drawn / str(place) / name, paper) for place, name, paper in INVOICES if paper.form == "facturx"]

    for file, paper in found:
        pdf = pymupdf.open(file)
        inside = parse(pdf.embfile_get(pdf.embfile_names()[0]))
        assert (inside.number, inside.gross, inside.issue_date) == (paper.number, paper.gross, paper.issue_date)
        assert inside.seller.name == paper.seller.name
    assert len(found) >= 3


def test_what_is_mailed_twice_is_the_same_to_the_bit(drawn):
    """DU-2: the reminder's copy is found to be there already."""
    copies = [drawn / str(place) / name for place, name, _paper in PAPERS if name == "facture_marchetti.pdf"]

    assert len(copies) == 2
    assert copies[0].read_bytes() == copies[1].read_bytes()


def test_a_mail_of_the_month_carries_its_papers(drawn):
    """OP-1: real messages, with a logo in the text of one."""
    place, mail = next((place, mail) for place, mail in enumerate(MONTH) if mails.LOGO in mail.files)

    raw = mails.written(mail, drawn / str(place), "purchases@in.example", clock.now())

    message = message_from_bytes(raw, policy=policy.default)
    assert [part.get_filename() for part in message.iter_attachments()] == ["facture_marchetti.pdf"]
    assert any(part.get_filename() == mails.LOGO for part in message.walk())
    assert message["To"] == "purchases@in.example"


def test_the_month_comes_in_by_the_ordinary_way_and_only_once(app):
    """OP-1: each mail is logged, kept and waits to be opened; a second try changes nothing."""
    company = make_company("My company")
    make_user(Role.ADMIN, company)
    admin = load.first_admin()

    firm = load.demo_firm(admin)
    count = load.bring_in(firm)

    logged = db.session.scalars(select(Message).filter_by(company_id=firm.id)).all()
    assert firm.id == company.id and firm.name == firms.OURS.name
    assert count == len(logged) == len(MONTH)
    assert {message.state for message in logged} == {MessageState.RECEIVED}
    assert {message.address for message in logged} == {addresses.living(firm, each) for each in Direction}
    assert all(store.read(message.raw).startswith(b"From: ") for message in logged)
    assert db.session.scalar(select(func.count()).select_from(Task)) == len(MONTH)
    with pytest.raises(Refused, match=firm.name):
        load.bring_in(load.demo_firm(admin))
    assert db.session.scalar(select(func.count()).select_from(Message)) == len(MONTH)


def test_the_demo_never_mixes_with_invoices_of_one_s_own(app):
    """US-3: where something came in already, the demo firm is a company beside it."""
    own = make_company("Boulangerie Petit")
    make_user(Role.ADMIN, own)
    make_company("Boulangerie Grand")

    firm = load.demo_firm(load.first_admin())

    assert firm.id != own.id and own.name == "Boulangerie Petit"
    assert db.session.scalar(select(func.count()).select_from(Company)) == 3


def test_the_month_is_always_the_last_one():
    """OP-1: no date lies in the future, none is older than a month."""
    for paper in (paper for _place, _name, paper in INVOICES):
        assert TODAY - timedelta(days=31) <= paper.issue_date <= TODAY
