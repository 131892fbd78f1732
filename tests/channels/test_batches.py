"""Letters that wait are printed together, posted on a day, or not needed any more."""

from __future__ import annotations

from datetime import timedelta

import pymupdf
import pytest
import time_machine

from app.channels import batches, kinds, posting
from app.channels.jobs import bind_letters
from app.channels.kinds import MessageKind
from app.channels.models import LetterState, PrintBatch
from app.core import clock
from app.core.errors import Refused
from app.extensions import db
from app.files import store
from app.web.access import Permission, Role
from tests.channels.making import make_letter
from tests.factories import make_company, make_counterparty, make_user, reload

TO_PRINT, PRINTED, POSTED, CANCELLED = (
    LetterState.TO_PRINT,
    LetterState.PRINTED,
    LetterState.POSTED,
    LetterState.CANCELLED,
)


@pytest.fixture
def admin(app):
    return make_user(Role.ADMIN)


@pytest.fixture
def paid(monkeypatch):
    """Ids of letters that are not needed any more, and what was told of each letter."""
    ids, told = set(), []
    tell = lambda letter: told.append((letter.id, letter.state))  # noqa: E731
    kind = MessageKind("test", why_not=lambda letter: "It is paid." if letter.id in ids else "", after=tell)
    monkeypatch.setattr(kinds, "message_kinds", [kind])
    return ids, told


def made(admin, **how) -> PrintBatch:
    """A batch that is put together."""
    batch, _left_out = batches.make(admin.companies[0], by=admin, **how)
    db.session.commit()
    bind_letters(batch.id)
    db.session.commit()
    return batch


def test_letters_that_wait_are_one_file(admin, paid):
    """SE-4: each begins on a front side where that is asked for; the same bytes at every download."""
    first, second = make_letter(text="eins"), make_letter(text="zwei")
    batch = made(admin, is_double_sided=True)

    document = pymupdf.open(stream=store.read(batch.file))
    assert ["eins" in page.get_text() for page in document] == [True, False, False]
    assert "zwei" in document[2].get_text()
    assert [reload(each).state for each in (first, second)] == [PRINTED, PRINTED]
    was = batch.file_id
    bind_letters(batch.id)
    assert reload(batch).file_id == was


def test_the_batch_is_printed_on_one_side_unless_asked(admin, paid):
    """SE-4: a choice."""
    make_letter(), make_letter()
    assert pymupdf.open(stream=store.read(made(admin).file)).page_count == 2


def test_what_was_paid_meanwhile_is_left_out(admin, paid):
    """S52: asked again when the batch is made; left out with the reason, and told."""
    kept, gone = make_letter(), make_letter()
    paid[0].add(gone.id)
    batch, left_out = batches.make(admin.companies[0], by=admin)

    assert (left_out, batch.letters) == ([gone], [kept])
    assert (gone.state, gone.note) == (CANCELLED, "It is paid.")
    assert paid[1] == [(gone.id, CANCELLED)]


def test_where_all_is_left_out_there_is_no_batch(admin, paid):
    """S52: nothing to print."""
    paid[0].add(make_letter().id)
    batch, left_out = batches.make(admin.companies[0], by=admin)

    assert batch is None and len(left_out) == 1
    assert batches.make(admin.companies[0], by=admin) == (None, [])


def test_a_letter_is_in_one_batch(admin, paid):
    """S37: whoever comes second finds nothing to print."""
    make_letter()
    assert batches.make(admin.companies[0], by=admin)[0]
    assert batches.make(admin.companies[0], by=admin) == (None, [])


def test_all_of_a_batch_is_posted_in_one_go(admin, paid):
    """SE-4: on a day, with the numbers of the post; whoever wrote them is told."""
    first, second = make_letter(), make_letter()
    batch = made(admin)
    yesterday = clock.today(first.company) - timedelta(days=1)
    assert batches.post(batch, by=admin, on=yesterday, numbers={second.id: " 1A 234 "}) == 2

    assert [(each.state, each.posted_date, each.tracking_number) for each in (first, second)] == [
        (POSTED, yesterday, ""),
        (POSTED, yesterday, "1A 234"),
    ]
    assert paid[1] == [(first.id, POSTED), (second.id, POSTED)]
    with pytest.raises(Refused):
        batches.post(batch, by=admin, on=yesterday)


def test_a_number_of_the_post_may_come_later(admin, paid):
    """SE-4: one by one."""
    letter = make_letter()
    with pytest.raises(Refused):
        posting.track(letter, "1A", by=admin)
    batches.post(made(admin), by=admin, on=clock.today())
    posting.track(letter, "1A\r\n234", by=admin)
    assert letter.tracking_number == "1A 234"
    with pytest.raises(Refused):
        posting.track(letter, "1" * 61, by=admin)


def test_nothing_is_posted_on_a_day_to_come(admin, paid):
    """SE-4: S107: the day is the company's."""
    letter = make_letter()
    batch = made(admin)
    with pytest.raises(Refused):
        batches.post(batch, by=admin, on=clock.today(letter.company) + timedelta(days=1))
    with time_machine.travel("2026-11-26T23:30:00Z"):  # the 27th in Paris
        batches.post(batch, by=admin, on=clock.today(letter.company))
    assert reload(letter).posted_date.day == 27


def test_a_cancelled_batch_gives_its_letters_back(admin, paid):
    """SE-4: what was not posted waits for the printer again."""
    kept, gone = make_letter(), make_letter()
    batch = made(admin)
    posting.post(kept, by=admin, on=clock.today())
    batches.cancel(batch, by=admin)

    assert [(each.state, each.batch_id) for each in (kept, gone)] == [(POSTED, batch.id), (TO_PRINT, None)]
    with pytest.raises(Refused):
        batches.cancel(batch, by=admin)
    assert batches.make(admin.companies[0], by=admin)[0].letters == [gone]


def test_a_letter_that_is_not_to_be_posted_is_told(admin, paid):
    """SE-4: while it is not posted; afterwards it is too late."""
    letter = make_letter()
    posting.cancel(letter, by=admin)
    assert (letter.state, paid[1]) == (CANCELLED, [(letter.id, CANCELLED)])
    for refused in (lambda: posting.cancel(letter, by=admin), lambda: posting.post(letter, by=admin, on=clock.today())):
        with pytest.raises(Refused):
            refused()


def test_a_batch_holds_what_one_file_may(admin, paid, monkeypatch):
    """SE-4: what is beyond waits for the next; a letter too large for any goes alone."""
    monkeypatch.setattr(batches, "MOST_PAGES", 4)
    for pages in (1, 1, 1, 9):
        make_letter().page_count = pages
    db.session.commit()

    counts = [[letter.page_count for letter in batches.make(admin.companies[0], by=admin)[0].letters] for _ in range(3)]
    assert counts == [[1, 1], [1], [9]]


def test_a_restricted_member_prints_only_their_customers_letters(app, paid):
    """US-2: S72: and does not see a batch with letters of others."""
    company = make_company(restrict_non_admins=True)
    member = make_user(company=company, rights=[Permission.SEND_LETTERS.value])
    theirs = make_counterparty("Theirs", company, assigned_users=[member])
    other = make_counterparty("Other", company)
    mine, hidden, nobodys = (make_letter(company, counterparty=each) for each in (theirs, other, None))

    assert batches.make(company, by=member)[0].letters == [mine]
    by_admin, _left_out = batches.make(company, by=make_user(Role.ADMIN, company))
    assert by_admin.letters == [hidden, nobodys]
    assert by_admin not in db.session.scalars(PrintBatch.visible_to(member)).all()
