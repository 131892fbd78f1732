"""The label of a document, and only it, is edited in every status; what a person typed wins over what is read."""

from __future__ import annotations

import pytest

from app.audit.models import AuditEntry
from app.core import clock
from app.core.errors import Refused
from app.documents import decisions, editing
from app.documents.models import Document, ReadState, Status, TrashKind
from app.documents.trash import restore
from app.extensions import db
from app.extraction.jobs import read_document
from app.web.access import Role
from tests import samples
from tests.factories import make_category, make_counterparty, make_document, make_file, make_user, reload
from tests.rules.making import ask, make_rule, when

NOW = clock.now()
STATUSES = {
    Status.READING: {"read_state": ReadState.READING},
    Status.UNREADABLE: {"read_state": ReadState.UNREADABLE},
    Status.TO_PROCESS: {},
    Status.TO_APPROVE: {},
    Status.TO_MATCH: {"validated_at": NOW},
    Status.TO_PAY: {"validated_at": NOW, "pay_date": clock.today()},
    Status.VALIDATED: {"validated_at": NOW, "settled_minor": 12000},
    Status.TRASH: {"trashed_at": NOW, "trash_kind": TrashKind.DELETED},
}


def made(status: Status) -> Document:
    document = make_document(category=make_category(), **STATUSES[status])
    if status is Status.TO_APPROVE:
        make_rule(when("direction", "is", "purchase"), does=[ask(make_user(Role.APPROVER))])
        decisions.validate(document, by=make_user())
    if status is Status.TO_PAY:
        document.status = status  # without a batch no payment is under way
        db.session.commit()
    return document


def test_every_status_stands_in_the_table():
    """RV-4: one that is added is looked at here."""
    assert set(STATUSES) == set(Status)


@pytest.mark.parametrize("status", STATUSES)
def test_the_label_is_edited_in_every_status(app, browser, status):
    """RV-4: US-4: the page offers it, and the trail says who; the status stays what it was."""
    document, member = made(status), make_user()
    assert document.status is status
    client, url = browser(member), f"/documents/{document.id}"

    assert f'href="{url}/facts"' in client.get(url).text
    form = client.get(f"{url}/facts").text
    said = {"version": document.version, "label": "Chantier Lyon"}
    answer = client.post(f"{url}/facts", data=said | ({"only": "label"} if 'name="only"' in form else {}))

    assert answer.status_code == 303, answer.text
    assert (reload(document).label, document.status) == ("Chantier Lyon", status)
    entry = db.session.scalars(AuditEntry.about(document)).first()
    assert (entry.user_id, entry.changes["label"][1]) == (member.id, "Chantier Lyon")


@pytest.mark.parametrize("status", [Status.READING, Status.TRASH])
def test_nothing_else_is_edited_there(app, browser, status):
    """RV-4: neither offered nor taken, the label beside it included."""
    document, client = made(status), browser(make_user())
    url = f"/documents/{document.id}/facts"

    page = client.get(url).text
    answer = client.post(url, data={"version": document.version, "label": "Mine", "number": "F-9"})

    assert 'name="label"' in page and 'name="number"' not in page and 'name="gross"' not in page
    assert answer.status_code == 422 and 'value="F-9"' in answer.text
    assert reload(document).label == "Paper and ink"
    with pytest.raises(Refused):
        editing.edit(document, {"label": "Mine", "number": "F-9"}, by=make_user(), version=document.version)


def test_the_page_that_shows_how_far_the_reading_is_offers_it(app, browser):
    """RV-4: RV-1: where somebody waits for it."""
    document = made(Status.READING)

    assert f'href="/documents/{document.id}/facts"' in browser(make_user()).get(f"/review/{document.id}").text


def test_whoever_may_not_edit_may_not_edit_the_label(app, browser):
    """US-6: an accountant only reads."""
    document = made(Status.TRASH)
    url = f"/documents/{document.id}"

    answer = browser(make_user(Role.ACCOUNTANT)).post(
        f"{url}/facts", data={"label": "x", "only": "label", "version": 1}
    )

    assert answer.status_code in (403, 404) and reload(document).label == "Paper and ink"


def waiting() -> Document:
    file = make_file(samples.invoice_pdf("F-77"))
    return make_document(file=file, read_state=ReadState.READING, number="", label="", counterparty=None)


def test_a_label_typed_while_it_is_read_is_kept(app):
    """RV-4: EX-3: the reading fills all else."""
    document = waiting()
    editing.edit(document, {"label": "Chantier Lyon"}, by=make_user(), version=document.version)
    db.session.commit()

    read_document(document.id)

    assert (reload(document).label, document.number) == ("Chantier Lyon", "F-77")


def test_a_label_whose_form_was_opened_while_it_was_read_wins(app, browser):
    """RV-4: RV-8: the reading ended meanwhile and is nobody to be asked; all that was read stays."""
    document, client = waiting(), browser(make_user())
    version, url = document.version, f"/documents/{document.id}/facts"
    read_document(document.id)
    db.session.commit()
    assert reload(document).version != version

    answer = client.post(url, data={"version": version, "label": "Chantier Lyon", "only": "label"})

    assert answer.status_code == 303
    assert (reload(document).label, document.number) == ("Chantier Lyon", "F-77")
    entry = db.session.scalars(AuditEntry.about(document)).first()
    assert entry.changes["version"] == [document.version - 1, document.version]


def test_a_label_nobody_typed_takes_no_read_one_away(app, browser):
    """RV-4: RV-8: saved as it stood while it was read: what was read since is shown, and stays."""
    document, client = waiting(), browser(make_user())
    version, url = document.version, f"/documents/{document.id}/facts"
    read_document(document.id)
    db.session.commit()
    read = reload(document).label
    assert read

    answer = client.post(url, data={"version": version, "label": "", "only": "label"})

    assert answer.status_code == 409 and f'value="{read}"' in answer.text
    assert reload(document).label == read


def test_whoever_saves_a_label_second_is_told_of_another_person(app, browser):
    """RV-8: what a person changed meanwhile is not passed over, in the trash neither; what was typed is kept."""
    document, lea, client = made(Status.TRASH), make_user(name="Léa Martin"), browser(make_user())
    version, url = document.version, f"/documents/{document.id}/facts"
    editing.edit(document, {"label": "Hers"}, by=lea, version=version)
    db.session.commit()

    answer = client.post(url, data={"version": version, "label": "Mine", "only": "label"})

    assert answer.status_code == 409 and 'value="Mine"' in answer.text and "Léa Martin" in answer.text
    assert 'name="number"' not in answer.text and reload(document).label == "Hers"


def test_a_label_edited_in_the_trash_comes_back_with_it(app):
    """RV-4: LC-1: to its former status, under its new name."""
    document, by = made(Status.TRASH), make_user()
    editing.edit(document, {"label": "Chantier Lyon"}, by=by, version=document.version)

    restore(document, by=by)

    assert (document.status, document.label) == (Status.TO_PROCESS, "Chantier Lyon")


def test_a_label_is_edited_though_something_is_missing_by_now(app):
    """RV-4: RV-3: a validated document of which the settings want more than they did."""
    document = make_document(category=None, validated_at=NOW)

    editing.edit(document, {"label": "Chantier Lyon"}, by=make_user(), version=document.version)

    assert document.label == "Chantier Lyon"


@pytest.mark.parametrize(
    ("label", "further"),
    [("Voltéa – F-1", ""), ("Voltéa", ""), ("F-1", ""), ("", ""), ("Voltéa – June", "June"), ("Voltéas", "Voltéas")],
)
def test_a_line_does_not_repeat_its_name_and_number(app, browser, label, further):
    """RV-4: SR-1: in every list; what was typed beside is shown."""
    supplier = make_counterparty(name="Voltéa")
    document = make_document(counterparty=supplier, number="F-1", label=label)
    assert document.further_label == further

    for path in ("/documents", "/review"):
        hint = browser(make_user()).get(path).text.partition('class="row-link"')[2].partition("</td>")[0]
        assert ("Voltéa – F-1" not in hint) and further in hint
