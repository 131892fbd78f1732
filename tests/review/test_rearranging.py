"""IN-10: one document split into several, several merged into one, and both taken back; nothing lost, nothing twice."""

from __future__ import annotations

from collections.abc import Iterator

import pymupdf
import pytest
from flask_babel import force_locale
from sqlalchemy import delete, select

from app.audit.models import AuditEntry
from app.core import clock
from app.core.errors import Refused
from app.documents import decisions
from app.documents.models import Direction, Document, DocumentFile, FileRole, ReadState, Status, TrashKind
from app.extensions import db
from app.extraction.jobs import read_document
from app.files import store
from app.review import rearranging, undoing
from app.review.jobs import rearrange_pages
from app.review.models import Progress, Rearrangement
from app.tasks.models import Task
from app.web.access import Role
from tests import samples
from tests.factories import make_company, make_counterparty, make_document, make_file, make_user, reload


@pytest.fixture(autouse=True)
def in_english(app, undone) -> Iterator[None]:
    """Outside a request Facteur speaks French."""
    with force_locale("en"):
        yield


def stack(*numbers: str, **facts) -> Document:
    """A stack of invoices scanned at once, a page each."""
    whole = pymupdf.open()
    for number in numbers or ("F-1", "F-2", "F-3"):
        whole.insert_pdf(pymupdf.open(stream=samples.invoice_pdf(number)))
    file = make_file(whole.tobytes(no_new_id=True))
    return make_document(file=file, file_name="stack.pdf", page_count=len(whole), counterparty=None, **facts)


def done(arrangement: Rearrangement) -> Rearrangement:
    """After its task has run."""
    rearrange_pages(arrangement.id)
    db.session.commit()
    return reload(arrangement)


def texts(document: Document) -> list[str]:
    """The text of each page of its file."""
    return [page.get_text() for page in pymupdf.open(stream=store.read(document.original.file))]


def waiting() -> list[Document]:
    return list(db.session.scalars(select(Document).filter(Document.trashed_at.is_(None)).order_by(Document.id)))


def test_a_stack_becomes_a_document_for_each_part_and_goes_to_the_trash(browser):
    """IN-10: cut after the pages a person ticked; each part is read anew, the original keeps its file."""
    user, document = make_user(), stack()
    original = document.original.file.sha256

    answer = browser(user).post(f"/review/{document.id}/parts", data={"after": ["2"]})
    arrangement = done(db.session.scalars(select(Rearrangement)).one())

    assert answer.status_code == 303 and answer.location == "/review"
    first, second = arrangement.made
    assert [len(texts(each)) for each in (first, second)] == [2, 1]
    assert "F-1" in texts(first)[0] and "F-3" in texts(second)[0]
    assert [each.original.name for each in (first, second)] == ["stack (1–2).pdf", "stack (3).pdf"]
    assert first.source == document.source and first.created_by_id == user.id
    document = reload(document)
    assert (document.status, document.trash_kind) == (Status.TRASH, TrashKind.SPLIT)
    assert document.original.file.sha256 == original
    assert waiting() == [first, second]
    read_document(second.id)
    assert (second.number, second.status) == ("F-3", Status.TO_PROCESS)


def test_who_split_what_stands_in_the_trail():
    """LC-6: when, by whom, of which document and pages."""
    user, document = make_user(name="Inès"), stack()
    arrangement = done(rearranging.split(document, [1], by=user))

    [entry] = db.session.scalars(AuditEntry.about(arrangement.made[1]).where(AuditEntry.act == "cut out"))
    assert (entry.user_name, entry.why) == ("Inès", "stack.pdf, 2–3")
    assert entry.changes["document"] == [[document.id], arrangement.made[1].id]
    [trashed] = db.session.scalars(AuditEntry.about(document).where(AuditEntry.act == "trashed"))
    assert (trashed.user_name, trashed.changes["trash_kind"]) == ("Inès", [None, "split"])


def test_asked_twice_it_is_split_once(browser):
    """S37: S59: the second POST of the same and the second run of the task make nothing."""
    user, document = make_user(), stack()
    client = browser(user)

    answers = [client.post(f"/review/{document.id}/parts", data={"after": ["1", "2"]}) for _ in range(2)]
    assert [each.status_code for each in answers] == [303, 303]
    [arrangement] = db.session.scalars(select(Rearrangement))
    done(arrangement)
    done(arrangement)

    assert len(waiting()) == 3 and len(db.session.scalars(select(Task).filter_by(kind="rearrange_pages")).all()) == 1
    with pytest.raises(Refused):
        rearranging.split(document, [1, 2], by=user)


def test_another_split_of_the_same_pages_waits():
    """IN-10: the pages of a document are arranged once at a time."""
    user, document = make_user(), stack()
    rearranging.split(document, [1], by=user)

    with pytest.raises(Refused, match="already"):
        rearranging.split(document, [2], by=user)
    with pytest.raises(Refused, match="already"):
        rearranging.merge([document, stack("F-9")], by=user)


@pytest.mark.parametrize("cuts", [[], [3], [0], [99]])
def test_without_a_place_to_cut_nothing_happens(browser, cuts):
    """IN-10: the reason is told."""
    answer = browser(make_user()).post(f"/review/{stack().id}/parts", data={"after": cuts})

    assert answer.status_code == 422 and "Say after which pages to cut." in answer.text
    assert db.session.scalars(select(Rearrangement)).all() == []


def test_documents_are_merged_in_the_order_that_was_typed(browser):
    """IN-10: several become one; numbers beside them say the order, the same number keeps them as they stand."""
    one, two, three = stack("F-1"), stack("F-2"), make_document(file=make_file(samples.picture("F-3")))
    data = {"ids": [one.id, two.id, three.id], "place": ["2", "1", "2"]}

    answer = browser(make_user()).post("/review/merging", data=data)
    arrangement = done(db.session.scalars(select(Rearrangement)).one())

    assert answer.status_code == 303
    [merged] = arrangement.made
    assert [("F-2" in text, "F-1" in text) for text in texts(merged)] == [(True, False), (False, True), (False, False)]
    assert {each.trash_kind for each in (reload(one), reload(two), reload(three))} == {TrashKind.MERGED}
    assert waiting() == [merged] and merged.direction is Direction.PURCHASE
    [entry] = db.session.scalars(AuditEntry.about(merged).where(AuditEntry.act == "put together"))
    assert entry.why.startswith("stack.pdf + stack.pdf + ")


def test_an_e_invoice_beside_a_merged_document_goes_along():
    """IN-10: EX-2: what came beside its page is read with it."""
    one, two = stack("F-1"), stack("F-2")
    xml = make_file(samples.facturx_xml("F-1"), type="application/xml")
    one.files.append(DocumentFile(file=xml, name="f1.xml", role=FileRole.E_INVOICE))

    [merged] = done(rearranging.merge([one, two], by=make_user())).made

    assert [each.role for each in merged.files] == [FileRole.ORIGINAL, FileRole.E_INVOICE]


def refused(documents: list[Document]) -> str:
    with pytest.raises(Refused) as error:
        rearranging.merge(documents, by=make_user())
    return str(error.value)


def test_only_what_belongs_together_and_waits_is_merged():
    """IN-10: one company, one direction, before validation."""
    one = stack("F-1")

    assert "at least two" in refused([one]) and "at least two" in refused([one, one])
    assert "purchases" in refused([one, stack("F-2", direction=Direction.SALE)])
    other = make_document(make_company("Other"), file=make_file(samples.invoice_pdf("F-3")))
    assert "one company" in refused([one, other])
    assert "wait to be checked" in refused([one, stack("F-4", validated_at=clock.now())])
    assert "still being read" in refused([one, stack("F-5", read_state=ReadState.READING)])


@pytest.mark.parametrize("restoring", ["undo", "trash"])
def test_a_split_is_taken_back_as_a_whole(browser, restoring):
    """IN-10: by the flash or from the trash: the original stands again, its parts do not, and no page stands twice."""
    user, document = make_user(), stack()
    client = browser(user)
    client.post(f"/review/{document.id}/parts", data={"after": ["1"]})
    arrangement = done(db.session.scalars(select(Rearrangement)).one())
    parts = arrangement.made
    undo, restore = f"/review/rearrangements/{arrangement.id}/reversal", f"/documents/{document.id}/restoration"

    assert client.post({"undo": undo, "trash": restore}[restoring]).status_code == 303

    assert waiting() == [reload(document)] and document.status is Status.TO_PROCESS
    assert {reload(each).trash_kind for each in parts} == {TrashKind.UNDONE}
    answer = client.post(f"/documents/{parts[0].id}/restoration")
    assert answer.status_code == 422 and "Its pages are back" in answer.text
    again = done(rearranging.split(document, [2], by=user))
    assert [len(texts(each)) for each in again.made] == [2, 1]


def test_a_merge_is_taken_back_when_one_of_its_documents_is_restored():
    """IN-10: all that was merged comes back with it."""
    user, one, two = make_user(), stack("F-1"), stack("F-2")
    arrangement = done(rearranging.merge([one, two], by=user))

    decisions.restore(two, by=user)

    assert waiting() == [one, two] and reload(arrangement).progress is Progress.UNDONE


def test_what_was_taken_back_and_done_again_stands_once():
    """IN-10: DU-2: the first merge stays in the trash while the second one holds its pages."""
    user, one, two = make_user(), stack("F-1"), stack("F-2")
    first = done(rearranging.merge([one, two], by=user))
    undoing.undo(first, by=user)
    second = done(rearranging.merge([one, two], by=user))

    with pytest.raises(Refused, match="Its pages are back"):
        decisions.restore(first.made[0], by=user)
    assert waiting() == second.made


def test_a_page_comes_out_of_the_trash_in_one_document_only():
    """IN-10: whichever was put back by hand: the merged one, or those it was made of."""
    user, one, two = make_user(), stack("F-1"), stack("F-2")
    arrangement = done(rearranging.merge([one, two], by=user))
    undoing.undo(arrangement, by=user)
    for each in (one, two):
        decisions.trash(each, by=user)
    decisions.restore(arrangement.made[0], by=user)

    with pytest.raises(Refused, match="in a document that was made of it"):
        decisions.restore(one, by=user)
    assert waiting() == arrangement.made


def test_a_merge_is_not_taken_back_by_halves():
    """IN-10: S105: once one of its documents is purged, its pages are in the merged one only."""
    user, one, two = make_user(), stack("F-1"), stack("F-2")
    arrangement = done(rearranging.merge([one, two], by=user))
    db.session.execute(delete(Document).where(Document.id == two.id))
    db.session.commit()

    with pytest.raises(Refused, match="deleted for good"):
        undoing.undo(reload(arrangement), by=user)
    assert waiting() == reload(arrangement).made


def test_nothing_is_merged_by_halves():
    """IN-10: where the trash is switched off, one of them may be gone for good before the task runs."""
    user, one, two = make_user(), stack("F-1"), stack("F-2")
    arrangement = rearranging.merge([one, two], by=user)
    db.session.execute(delete(Document).where(Document.id == two.id))
    db.session.commit()
    db.session.expire_all()

    assert done(arrangement).progress is Progress.FAILED and waiting() == [one]


def test_it_is_not_taken_back_once_a_part_is_validated(browser):
    """IN-10: the same invoice would stand twice; the person is told."""
    user, document = make_user(), stack()
    arrangement = done(rearranging.split(document, [1], by=user))
    part = arrangement.made[0]
    read_document(part.id)
    part.validated_at = clock.now()
    db.session.commit()

    answer = browser(user).post(f"/documents/{document.id}/restoration")

    assert answer.status_code == 422 and "would stand twice" in answer.text
    assert reload(document).status is Status.TRASH and reload(arrangement).progress is Progress.DONE


def test_what_was_split_on_is_taken_back_from_its_end():
    """IN-10: a part that was merged elsewhere holds the rest."""
    user, document = make_user(), stack()
    arrangement = done(rearranging.split(document, [1], by=user))
    for part in arrangement.made:
        read_document(part.id)
    second = done(rearranging.merge([arrangement.made[0], stack("F-8")], by=user))

    with pytest.raises(Refused, match="itself"):
        undoing.undo(arrangement, by=user)
    undoing.undo(second, by=user)
    undoing.undo(arrangement, by=user)

    assert document in waiting() and not set(arrangement.made) & set(waiting())


def test_a_part_thrown_away_by_hand_can_be_restored():
    """IN-10: TR-1: an ordinary trash stays one."""
    user = make_user()
    part = done(rearranging.split(stack(), [1], by=user)).made[0]
    decisions.trash(part, by=user, why="an advertisement")

    decisions.restore(part, by=user)

    assert part.trashed_at is None


def test_taken_back_before_it_was_done_nothing_is_made():
    """S38: the task finds that nobody wants it any more."""
    user, document = make_user(), stack()
    arrangement = rearranging.split(document, [1], by=user)
    undoing.undo(arrangement, by=user)

    done(arrangement)

    assert waiting() == [document] and reload(arrangement).progress is Progress.UNDONE
    with pytest.raises(Refused, match="taken back already"):
        undoing.undo(arrangement, by=user)


def test_what_was_validated_meanwhile_stays_what_it_is():
    """S59: the validation was first, and the document says that it was not split."""
    user, document = make_user(), stack()
    arrangement = rearranging.split(document, [1], by=user)
    document.validated_at = clock.now()
    db.session.commit()

    arrangement = done(arrangement)

    assert (arrangement.progress, arrangement.reason, arrangement.made) == (Progress.FAILED, "changed", [])
    assert reload(document).trashed_at is None
    assert document.flags == [{"code": "not_rearranged", "reason": "changed"}]


def test_why_it_is_here_says_that_it_was_not_rearranged():
    """LC-8: the line of the lists speaks of what is to be looked at."""
    document = stack()
    document.original.file = make_file(b"%PDF-1.4 broken")
    done(rearranging.split(document, [1], by=make_user()))

    assert reload(document).reason == {"key": "flagged", "code": "not_rearranged"}


def test_a_file_that_cannot_be_cut_stays_with_the_reason(browser):
    """S21: S22: nothing is made, nothing is lost, the person is told and can ask again."""
    user = make_user()
    document = make_document(file=make_file(samples.encrypted_pdf()), page_count=2)

    arrangement = done(rearranging.split(document, [1], by=user))

    assert (arrangement.progress, arrangement.reason) == (Progress.FAILED, "encrypted")
    assert waiting() == [document]
    assert "It was not split or merged: The PDF is protected" in browser(user).get(f"/review/{document.id}").text
    assert rearranging.split(document, [1], by=user).id != arrangement.id


# --- Who may --------------------------------------------------------------------------------------


def test_whoever_may_not_see_one_of_them_merges_none(browser):
    """S72: US-2: a document out of scope is as one that is not there."""
    restricted = make_user(company=make_company(restrict_non_admins=True))
    hidden = make_document(counterparty=make_counterparty("Not theirs"), validated_at=clock.now())
    one, two = stack("F-1"), stack("F-2")
    client = browser(restricted)

    assert client.get(f"/review/merging?ids={one.id}&ids={hidden.id}").status_code == 404
    assert client.post("/review/merging", data={"ids": [one.id, hidden.id], "place": ["1", "2"]}).status_code == 404
    assert client.get(f"/review/merging?ids={one.id}&ids={two.id}").status_code == 200
    assert client.post("/review/merging", data={"ids": [one.id, two.id], "place": ["1", "2"]}).status_code == 303


def test_strangers_and_readers_split_nothing(browser):
    """S71: 404 from another company, 403 without the right, for asking and for taking back."""
    document = stack()
    arrangement = done(rearranging.split(document, [1], by=make_user()))
    addresses = [f"/review/{document.id}/parts", f"/review/rearrangements/{arrangement.id}/reversal"]
    stranger = browser(make_user(company=make_company("Other")))

    assert [stranger.post(each).status_code for each in addresses] == [404, 404]
    assert [browser(make_user(Role.ACCOUNTANT)).post(each).status_code for each in addresses] == [403, 403]


def test_a_part_out_of_sight_is_only_counted(browser):
    """S72: the page of the original names nothing a restricted member may not know."""
    member = make_user(company=make_company(restrict_non_admins=True))
    document = stack()
    arrangement = done(rearranging.split(document, [1, 2], by=member))
    hidden = arrangement.made[0]
    hidden.counterparty, hidden.number = make_counterparty("Not theirs"), "CANARY-1"
    hidden.read_state, hidden.validated_at = ReadState.READ, clock.now()
    db.session.commit()

    page = browser(member).get(f"/documents/{document.id}").text

    assert "CANARY-1" not in page and "1 you may not see" in page
    assert "CANARY-1" not in browser(member).get("/trash").text


# --- Pages ----------------------------------------------------------------------------------------


def test_cuts_are_proposed_where_another_invoice_begins(browser):
    """IN-10: what the reading noticed is ticked."""
    document = stack(flags=[{"code": "several_invoices", "pages": [1, 3]}])

    page = browser(make_user()).get(f"/review/{document.id}/parts").text

    assert 'value="2" checked' in page and 'value="1" checked' not in page and "Proposed" in page


def test_a_single_page_is_not_offered_to_be_split(browser):
    """IN-10: neither in the menu nor by its address."""
    single, several = stack("F-1"), stack()
    client = browser(make_user())

    assert f"/review/{single.id}/parts" not in client.get(f"/review/{single.id}").text
    assert f"/review/{several.id}/parts" in client.get(f"/review/{several.id}").text
    assert client.get(f"/review/{single.id}/parts").location == f"/review/{single.id}"


def test_documents_to_merge_move_by_a_link_each(browser):
    """IN-10: without script too."""
    one, two = stack("F-1"), stack("F-2")

    page = browser(make_user()).get(f"/review/merging?ids={one.id}&ids={two.id}").text

    assert f"/review/merging?ids={two.id}&amp;ids={one.id}" in page
    assert "Not like this" not in page
    assert "<table" not in browser(make_user()).get("/review/merging").text
    alone = browser(make_user()).get(f"/review/merging?ids={one.id}").text
    assert "Choose at least two" in alone and 'type="submit"' not in alone.split("<main")[1].split("</form>")[0]


def test_the_mail_log_leads_on_to_what_was_made(browser):
    """IN-4: IN-10: from the part of the mail to the documents its pages are in now."""
    from tests.web.world import make_message

    document = stack()
    message = make_message(document.company, "mail", [document])
    arrangement = done(rearranging.split(document, [1], by=make_user()))

    page = browser(make_user()).get(f"/messages/{message.id}").text

    assert all(f"/documents/{each.id}" in page for each in [document, *arrangement.made])


def test_the_trash_leads_on_to_what_was_made(browser):
    """TR-1: a document that was split is in the trash, and its line leads to each part that may be seen."""
    user, document = make_user(), stack()
    other = stack()
    rearranging.split(other, [1], by=user)
    arrangement = done(rearranging.split(document, [1], by=user))

    page = browser(user).get("/trash").text
    assert "Now in" in page and all(f'/documents/{made.id}"' in page for made in arrangement.made)
    assert f'/documents/{other.id}"' not in page
