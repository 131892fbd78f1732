"""Home: a list of work."""

from __future__ import annotations

from datetime import date, timedelta

from app.core import clock
from app.dashboard import work
from app.documents.models import Kind, ReadState, TrashKind
from app.extensions import db
from app.tasks.jobs import JOBS
from app.tasks.models import State, Task
from app.web.access import Role
from tests.bank.lines import make_line
from tests.factories import make_company, make_counterparty, make_document, make_user, the_company

OPEN = {"validated_at": clock.now()}


def make_task(**facts) -> Task:
    """A task that was given up."""
    usual = {"kind": "read_document", "queue": "ocr", "ids": [7], "state": State.FAILED, "attempts": 5}
    task = Task(**(usual | facts))
    db.session.add(task)
    db.session.commit()
    return task


def test_failed_work_has_a_name_for_every_job(app):
    """OP-3: what was given up is told in words, not by a function's name."""
    assert set(work.names_of_work()) == set(JOBS)


def test_a_fresh_install_says_what_to_do_first(app, browser):
    """IN-1: OP-1: the two addresses with a copy button, and where to add invoices."""
    company = the_company()

    text = browser(make_user(Role.ADMIN)).get("/").text

    assert "First steps" in text and text.count(f'data-copy="{company.slug}-') == 2
    assert "/add" in text
    make_document()
    assert "First steps" not in browser(make_user()).get("/").text


def test_each_line_of_work_leads_to_it(app, browser):
    """RV-1: LC-8: to review, unreadable, perhaps there twice, late; and nothing that does not wait."""
    supplier = make_counterparty()
    for _copy in range(2):
        make_document(number="F-77", counterparty=supplier)
    make_document(read_state=ReadState.UNREADABLE)
    make_document(**OPEN, due_date=date(2026, 1, 1))
    make_document(**OPEN, due_date=date(2026, 1, 1), kind=Kind.CREDIT_NOTE)
    member = browser(make_user())

    text = member.get("/").text

    lines = ["To review", "Unreadable", "Possible duplicates", "Late"]
    assert [line for line in [*lines, "Could not be opened", "Mails waiting"] if f"{line}<span" in text] == lines
    for address in ("/review?status=to_process", "/documents?tab=outstanding&amp;late=yes&amp;sort=due"):
        assert f'href="{address}"' in text
        assert member.get(address.replace("&amp;", "&")).status_code == 200


def test_bank_lines_that_wait_are_counted_for_whoever_may_match_them(app, browser):
    """BK-2: what has its document or needs none does not wait; whoever only reads is not sent to work."""
    for ignored_at in (None, None, clock.now()):
        make_line(ignored_at=ignored_at)

    member, accountant = (browser(make_user(role)).get("/").text for role in (Role.MEMBER, Role.ACCOUNTANT))

    assert "Bank lines<span" in member and '<span class="work-count">2</span>' in member
    assert "Bank lines<span" not in accountant


def test_nothing_to_do_is_said(app, browser):
    """LC-8: an empty list says so."""
    make_document(**OPEN, settled_minor=12000)

    assert "All done" in browser(make_user()).get("/").text


def test_a_home_counts_only_what_its_person_may_see(app, browser):
    """US-2: S72: counts and totals obey the scope."""
    company = make_company(restrict_non_admins=True)
    make_document(company, **OPEN, due_date=date(2026, 1, 1), gross_minor=66666)
    member, admin = make_user(company=company), make_user(Role.ADMIN, company)

    assert "666.66" in browser(admin).get("/").text
    text = browser(member).get("/").text
    assert "666.66" not in text and "Late" not in text


def test_an_accountant_has_a_home_without_work_of_others(app, browser):
    """US-6: reads what is validated; no addresses, no queue."""
    company = the_company()
    make_document()
    make_document(**OPEN, due_date=date(2026, 1, 1))

    text = browser(make_user(Role.ACCOUNTANT)).get("/").text

    assert "Late" in text and "To review" not in text and f"{company.slug}-" not in text


def test_admins_are_told_when_the_trash_was_not_emptied(app, browser):
    """TR-2: S105: an unusual run stops and asks."""
    company = make_company(trash_emptied=True)
    for _each in range(6):
        make_document(
            company,
            counterparty=None,
            trashed_at=clock.now() - timedelta(days=31),
            trash_kind=TrashKind.DELETED,
        )

    assert "The trash was not emptied" in browser(make_user(Role.ADMIN, company)).get("/").text
    assert "The trash was not emptied" not in browser(make_user(company=company)).get("/").text


def test_admins_are_told_when_the_disk_is_low(app, browser, monkeypatch):
    """S3: OP-3: so long as mails are told to come later for want of room."""
    admin, member = browser(make_user(Role.ADMIN)), browser(make_user())
    assert "Disk low" not in admin.get("/").text

    monkeypatch.setattr(app.config["SETTINGS"], "least_free_disk", 2**62)

    assert "Disk low" in admin.get("/").text
    assert "Disk low" not in member.get("/").text


def test_failed_work_leads_to_where_it_is_tried_again(app, browser):
    """OP-3: S39: given up is visible to whoever can do something about it."""
    make_task()
    assert 'href="/operation#failures"' in browser(make_user(Role.ADMIN)).get("/").text
    make_company("Other")
    assert "Failed work" not in browser(make_user(Role.ADMIN)).get("/").text
