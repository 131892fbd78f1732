"""Who is asked, when it is asked anew, and who cannot decide."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.approval import links as linking
from app.approval.links import LinkState
from app.approval.models import Choice, Outcome
from app.core.errors import Refused
from app.documents import decisions as documents
from app.documents.models import DocumentFile, Status
from app.documents.status import settle
from app.extensions import db
from app.rules.models import Rule
from app.web.access import Role
from tests.approval.making import decide, links, mails, rounds, validated, waits_for
from tests.factories import make_counterparty, make_document, make_file, make_user


def edit(document, by, **changes):
    documents.edit(document, changes, by=by, version=document.version)
    db.session.commit()


def test_what_no_rule_demands_passes_by(firm, demand):
    """AP-1: LC-2: without a demand nobody is asked."""
    assert validated(firm).status is Status.TO_MATCH
    assert mails() == []


def test_the_approvers_of_the_first_step_are_asked_and_see_the_document(firm, demand):
    """AP-1: AP-2: only those whose turn it is get a mail; being asked gives sight of the document for good."""
    demand([firm.lea], [firm.bob, firm.tom])
    document = validated(firm)

    assert document.status is Status.TO_APPROVE
    assert [mail.recipients[0].address for mail in mails()] == [firm.lea.email]
    assert document.readers == {firm.lea}
    decide(document, firm.lea)
    assert waits_for(document) == {"Bob", "Tom"} and document.status is Status.TO_APPROVE
    decide(document, firm.tom)
    assert document.status is Status.TO_MATCH and rounds(document)[-1].outcome is Outcome.APPROVED
    assert document.readers == {firm.lea, firm.bob, firm.tom}


def test_settling_again_asks_nobody_twice(firm, demand):
    """AP-1: STYLE 4: an align is idempotent."""
    demand([firm.lea])
    document = validated(firm)
    for _again in range(3):
        settle(document, by=firm.zoe, act="edited")

    assert len(rounds(document)) == 1 and len(mails()) == 1


CHANGES = {
    "gross": lambda firm: {"gross": Decimal("1300"), "net": Decimal("1083.33"), "tax": Decimal("216.67")},
    "currency": lambda firm: {"currency": "USD"},
    "counterparty": lambda firm: {"counterparty_id": make_counterparty("Another", firm.company).id},
    "IBAN": lambda firm: {"iban": "FR7630006000011234567890189"},
}


@pytest.mark.parametrize("fact", [*CHANGES, "file"])
@pytest.mark.parametrize("is_given", [False, True])
def test_a_change_of_what_was_seen_asks_anew(firm, demand, fact, is_given):
    """LC-5: S61: an open link and a given approval end, and it is asked again about what is there now."""
    demand([firm.lea])
    document = validated(firm)
    if is_given:
        decide(document, firm.lea)
    if fact == "file":
        document.files.append(DocumentFile(file=make_file(), name="another.pdf"))
        settle(document, by=firm.zoe, act="file replaced")
    else:
        edit(document, firm.zoe, **CHANGES[fact](firm))

    first, second = rounds(document)
    assert (first.outcome, second.outcome) == (Outcome.SUPERSEDED, None)
    assert document.status is Status.TO_APPROVE and waits_for(document) == {"Lea"}
    assert len(mails(user=firm.lea)) == 2
    assert linking.state_of(links()[0]) is (LinkState.USED if is_given else LinkState.CHANGED)


def test_a_change_of_anything_else_asks_nobody(firm, demand):
    """LC-5: a label is not what was approved."""
    demand([firm.lea])
    document = validated(firm)
    decide(document, firm.lea)
    edit(document, firm.zoe, label="Something else")

    assert document.status is Status.TO_MATCH and len(rounds(document)) == 1


def test_an_approval_of_one_rule_is_none_of_another(firm, demand):
    """LC-3: LC-5: what comes under another rule is asked anew, unless it is paid."""
    first, second = (Rule(company_id=firm.company.id, name=name) for name in "AB")
    db.session.add_all([first, second])
    db.session.commit()
    demand([firm.lea], rule_id=first.id)
    document, paid = validated(firm), validated(firm)
    for each in (document, paid):
        decide(each, firm.lea)
    paid.settled_minor = 5
    demand([firm.bob], rule_id=second.id)
    for each in (document, paid):
        settle(each, by=firm.zoe, act="edited")

    assert document.status is Status.TO_APPROVE and waits_for(document) == {"Bob"}
    assert paid.status is not Status.TO_APPROVE


@pytest.mark.parametrize("way", ["no demand", "trashed"])
def test_what_need_not_be_approved_any_more_ends_the_links(firm, demand, way):
    """AP-3: LC-2: no rule asks for it any more, or it lies in the trash: nobody is waited for."""
    demand([firm.lea])
    document = validated(firm)
    if way == "trashed":
        documents.trash(document, by=firm.zoe)
    else:
        demand()
        settle(document, by=firm.zoe, act="edited")

    assert rounds(document)[-1].outcome is Outcome.NOT_NEEDED and not document.awaits_approval
    assert linking.state_of(links()[0]) is LinkState.NOT_NEEDED


def test_taken_out_of_the_trash_it_waits_again(firm, demand):
    """TR-1: AP-1: its former status is *to approve*, so it is asked again; an approval given before still holds."""
    demand([firm.lea])
    waiting, approved = validated(firm), validated(firm)
    decide(approved, firm.lea)
    for document in (waiting, approved):
        documents.trash(document, by=firm.admin)
        documents.restore(document, by=firm.admin)

    assert waiting.status is Status.TO_APPROVE and len(rounds(waiting)) == 2
    assert approved.status is Status.TO_MATCH and len(rounds(approved)) == 1


def test_who_validated_is_left_out(firm, demand):
    """AP-6: S63: whoever validated holds no seat; a step that would stay empty falls to the admins."""
    demand([firm.zoe, firm.lea])
    assert waits_for(validated(firm)) == {"Lea"}
    demand([firm.zoe])
    assert waits_for(validated(firm)) == {"Ada"}


def test_who_changed_what_is_asked_about_is_left_out_too(firm, demand):
    """AP-6: S63: nobody approves an amount they typed, be it after the validation and before others typed more."""
    demand([firm.admin, firm.lea])
    document = validated(firm)
    edit(document, firm.admin, iban="FR7630006000011234567890189")
    assert waits_for(document) == {"Lea"}
    edit(document, firm.zoe, currency="USD")
    assert waits_for(document) == {"Lea"}


def test_who_raised_it_until_it_is_asked_about_is_left_out(firm, demand):
    """AP-6: S63: validated below the amount by another, raised above it since: no round was there to be changed."""
    demand([firm.admin, firm.lea], over=200_000)
    document = validated(firm)
    edit(document, firm.admin, net=Decimal(2000), tax=Decimal(400), gross=Decimal(2400))
    assert waits_for(document) == {"Lea"}


def test_who_lowered_it_and_another_raised_it_again_are_both_left_out(firm, demand):
    """AP-6: S63: also where nothing was demanded in between."""
    demand([firm.admin, firm.bob, firm.lea], over=100_000)
    document = validated(firm)
    edit(document, firm.admin, net=Decimal(100), tax=Decimal(20), gross=Decimal(120))
    edit(document, firm.zoe, net=Decimal(1000), tax=Decimal(200), gross=Decimal(1200))
    assert waits_for(document) == {"Bob", "Lea"}


def test_where_nobody_else_could_approve_validating_is_refused_in_words(firm, demand):
    """AP-6: the refusal says why, and nothing is changed."""
    demand([firm.admin])
    document = make_document(firm.company, category=firm.category)
    with pytest.raises(Refused, match="four eyes"):
        documents.validate(document, by=firm.admin)
    db.session.rollback()

    assert document.status is Status.TO_PROCESS and rounds(document) == []


def test_four_eyes_can_be_turned_off(firm, demand):
    """AP-6: off, whoever validated may approve too."""
    firm.company.four_eyes = False
    demand([firm.admin])
    document = validated(firm, by=firm.admin)
    decide(document, firm.admin)

    assert document.status is Status.TO_MATCH


def test_four_eyes_are_off_by_themselves_where_one_person_is_alone(app, demand):
    """AP-6: unless set, they are on where more than one person could approve."""
    alone = make_user(Role.ADMIN)
    demand([alone])
    document = make_document(alone.memberships[0].company)
    document.company.category_required = False
    documents.validate(document, by=alone)
    assert document.status is Status.TO_APPROVE and waits_for(document) == {alone.name}

    alone.memberships[0].company.four_eyes = True
    other = make_document(document.company)
    with pytest.raises(Refused, match="four eyes"):
        documents.validate(other, by=alone)


def test_only_who_may_decide_there_is_asked(firm, demand):
    """AP-1: S62: no stranger, nobody disabled, no accountant sits anywhere."""
    gone = make_user(Role.APPROVER, firm.company, is_disabled=True)
    reads = make_user(Role.ACCOUNTANT, firm.company)
    demand([gone, reads, firm.lea])

    assert waits_for(validated(firm)) == {"Lea"}


def test_validated_again_it_is_asked_again(firm, demand):
    """AP-6: an approval does not hold for who validates later: it might be the approver."""
    demand([firm.lea])
    document = validated(firm)
    decide(document, firm.lea, Choice.SEND_BACK)
    assert document.status is Status.TO_PROCESS
    documents.validate(document, by=firm.admin)

    assert document.status is Status.TO_APPROVE and [each.outcome for each in rounds(document)] == ["sent_back", None]
