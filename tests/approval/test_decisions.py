"""Deciding: once, by whom it is asked of, about what they saw; and taking it back."""

from __future__ import annotations

import pytest

from app.approval import decisions, undoing
from app.approval import links as linking
from app.approval.decisions import AlreadyDecided
from app.approval.links import LinkState
from app.approval.models import Choice, Mode, Outcome, Way
from app.comments.models import Comment
from app.core import clock
from app.core.errors import Refused
from app.documents import decisions as documents
from app.documents.models import Status, TrashKind
from app.extensions import db
from app.notices import choices
from app.notices.models import ByMail, Notice, NoticeKind
from app.payments import choosing
from app.payments.models import PaymentState
from app.users import memberships
from app.web.access import Role
from tests.approval.making import decide, links, mails, rounds, seat_of, validated, waits_for
from tests.factories import reload
from tests.payments.making import make_account, make_batch, make_payee


def notices(user):
    return [each.arguments.get("what", each.kind.value) for each in db.session.scalars(Notice.visible_to(user))][::-1]


def test_any_one_is_enough(firm, demand):
    """AP-1: the first to approve decides; the links of the others are dead, and who comes later is told."""
    demand([firm.lea, firm.bob])
    document = validated(firm)
    decide(document, firm.bob)

    assert document.status is Status.TO_MATCH
    assert [linking.state_of(link) for link in links()] == [LinkState.DECIDED, LinkState.USED]
    with pytest.raises(AlreadyDecided, match="Bob approved it on"):
        decide(document, firm.lea)


def test_all_of_them_are_waited_for(firm, demand):
    """AP-1: *all*: the last one decides."""
    demand([firm.lea, firm.bob], mode=Mode.ALL)
    document = validated(firm)
    decide(document, firm.bob)
    assert document.status is Status.TO_APPROVE and waits_for(document) == {"Lea"}
    decide(document, firm.lea)
    assert document.status is Status.TO_MATCH


def test_rejected_it_goes_to_the_trash_with_who_and_why(firm, demand):
    """AP-4: whoever asked and who approved before are told; nobody is asked any more."""
    demand([firm.lea], [firm.bob])
    document = validated(firm)
    decide(document, firm.lea)
    decide(document, firm.bob, Choice.REJECT, "Never ordered")

    assert (document.status, document.trash_kind) == (Status.TRASH, TrashKind.REJECTED)
    assert (document.trashed_by, document.trash_reason) == (firm.bob, "Never ordered")
    told = mails("approval-told")
    assert {mail.recipients[0].address for mail in told} == {firm.zoe.email, firm.lea.email}
    assert all("Never ordered" in mail.text and "Bob rejected it" in mail.text for mail in told)
    assert notices(firm.zoe) == ["reject"] and notices(firm.lea) == ["approval_asked", "reject"]


def test_sent_back_it_is_to_be_processed_with_the_comment(firm, demand):
    """AP-4: the third choice: unvalidated, the comment beside it, whoever validated is told."""
    demand([firm.lea])
    document = validated(firm)
    decide(document, firm.lea, Choice.SEND_BACK, "The order number is missing")

    assert document.status is Status.TO_PROCESS and not document.validated_at
    comment = db.session.scalars(Comment.about(document)).one()
    assert (comment.by, comment.text) == (firm.lea, "The order number is missing")
    assert [mail.recipients[0].address for mail in mails("approval-told")] == [firm.zoe.email]


def test_what_was_sent_back_says_so_until_it_is_validated_again(firm, demand, browser):
    """LC-8: AP-4: who and why, in the queue, beside its page and on its own."""
    demand([firm.lea])
    document, told = validated(firm), "Lea sent it back for correction: The order number is missing"
    decide(document, firm.lea, Choice.SEND_BACK, "The order number is missing")
    db.session.commit()

    pages = ("/review", f"/review/{document.id}", f"/documents/{document.id}")
    assert [told in browser(firm.zoe).get(page).text for page in pages] == [True, True, True]

    documents.validate(document, by=firm.zoe)
    assert document.reason["key"] == "awaits"


@pytest.mark.parametrize("choice", [Choice.REJECT, Choice.SEND_BACK])
def test_no_without_a_reason_is_refused(firm, demand, choice):
    """AP-3: a reason is asked for, and nothing is decided without."""
    demand([firm.lea])
    document = validated(firm)
    with pytest.raises(Refused, match="Say w"):
        decide(document, firm.lea, choice, "  ")

    assert waits_for(document) == {"Lea"}


def test_a_decision_about_another_revision_is_none(firm, demand):
    """LC-5: R9: whoever looked at what was there before decides nothing."""
    demand([firm.lea])
    document = validated(firm)
    old = rounds(document)[0].revision
    documents.edit(document, {"iban": "FR7630006000011234567890189"}, by=firm.zoe, version=document.version)

    with pytest.raises(Refused, match="changed since"):
        decide(document, firm.lea, revision=old)
    with pytest.raises(Refused, match="changed since"):
        decisions.decide(
            rounds(document)[0].seats[0], Choice.APPROVE, by=firm.lea, way=Way.MAIL, revision=old, reason=""
        )


def test_what_changed_unseen_is_not_decided(firm, demand):
    """LC-5: also where a fact changed and nothing was settled since."""
    demand([firm.lea])
    document = validated(firm)
    document.gross_minor = 1
    db.session.commit()

    with pytest.raises(Refused, match="changed since"):
        decide(document, firm.lea)


def test_nobody_decides_in_anothers_place(firm, demand):
    """AP-1: S62: nor before it is their turn, nor after they lost the right, nor what lies in the trash."""
    demand([firm.lea], [firm.bob])
    document = validated(firm)
    seat, revision = seat_of(document, firm.lea), rounds(document)[0].revision
    with pytest.raises(Refused, match="for Lea to decide"):
        decisions.decide(seat, Choice.APPROVE, by=firm.bob, way=Way.APP, revision=revision)
    with pytest.raises(Refused, match="not your turn"):
        decide(document, firm.bob)
    memberships.set_access(firm.lea, firm.company, Role.ACCOUNTANT, [], by=firm.admin)
    with pytest.raises(Refused, match="may not decide"):
        decide(document, firm.lea)


@pytest.mark.parametrize("way", Way)
def test_four_eyes_are_asked_where_the_decision_is_written(firm, demand, way):
    """AP-6: whoever validated decides by no way, even where they sit there."""  # S63
    firm.company.four_eyes = False
    demand([firm.zoe, firm.lea])
    document = validated(firm)
    firm.company.four_eyes = True
    db.session.commit()

    with pytest.raises(Refused, match="four eyes"):
        decide(document, firm.zoe, way=way)
    assert rounds(document)[0].ended_at is None


# --- Taken back -------------------------------------------------------------------------------------


@pytest.mark.parametrize("choice", Choice)
def test_a_decision_taken_back_is_as_if_it_had_not_been(firm, demand, choice):
    """AP-3: S58: what it did is undone, also out of the trash, and the approver is asked again."""
    demand([firm.lea])
    document = validated(firm)
    was = document.validated_at, document.validated_by_id
    decision = decide(document, firm.lea, choice)
    decisions.undo(decision, by=firm.lea)
    db.session.commit()

    document = reload(document)
    assert document.status is Status.TO_APPROVE and waits_for(document) == {"Lea"}
    assert (document.validated_at, document.validated_by_id, document.trashed_at) == (*was, None)
    assert len(rounds(document)) == 1 and len(mails(user=firm.lea)) == 2
    assert linking.state_of(links()[-1]) is LinkState.LIVING
    decide(document, firm.lea)
    assert document.status is Status.TO_MATCH


def test_what_was_decided_after_it_falls_with_it(firm, demand):
    """AP-3: the second step trusted the first: it is decided again."""
    demand([firm.lea], [firm.bob])
    document = validated(firm)
    decision = decide(document, firm.lea)
    decide(document, firm.bob)
    decisions.undo(decision, by=firm.admin)

    assert waits_for(document) == {"Lea"} and document.status is Status.TO_APPROVE
    decide(document, firm.lea)
    assert waits_for(document) == {"Bob"}


def test_nothing_is_taken_back_once_it_is_paid(firm, demand):
    """AP-3: until payment, and no longer."""
    demand([firm.lea])
    for facts, why in (({"settled_minor": 1}, "paid"), ({"sent_at": clock.now()}, "sent")):
        document = validated(firm)
        decision = decide(document, firm.lea)
        for name, value in facts.items():
            setattr(document, name, value)
        with pytest.raises(Refused, match=why):
            decisions.undo(decision, by=firm.lea)


def test_nothing_is_taken_back_while_a_batch_pays_it(firm, demand):
    """AP-3: nor where it may have been executed; once it is out of the batch, until payment again."""
    demand([firm.lea])
    party = make_payee(company=firm.company)
    document = validated(firm, counterparty=party)
    decision = decide(document, firm.lea)
    batch = make_batch(firm.admin, document, account=make_account(firm.company))
    with pytest.raises(Refused, match="about to be"):
        decisions.undo(decision, by=firm.lea)
    batch.payments[0].state = PaymentState.DOUBTFUL
    db.session.flush()
    may_while_in_doubt = undoing.may_undo(decision, firm.lea)
    batch.payments[0].state = PaymentState.FREED
    db.session.flush()

    assert not may_while_in_doubt and undoing.may_undo(decision, firm.lea)


def test_what_is_only_to_be_paid_or_exported_can_be_taken_back(firm, demand):
    """AP-3: S58: a day to pay is no payment, nor is what the accountant got; approved again, it is to pay again."""
    demand([firm.lea])
    document = validated(firm)
    decision = decide(document, firm.lea)
    document.exported_at = clock.now()
    choosing.choose(document, by=firm.admin, on=clock.today())
    chosen = document.status
    decisions.undo(decision, by=firm.lea)
    asked = document.status
    decide(document, firm.lea)

    assert (chosen, asked, document.status) == (Status.TO_PAY, Status.TO_APPROVE, Status.TO_PAY)


def test_a_decision_is_taken_back_once_and_by_whom_it_belongs_to(firm, demand):
    """AP-3: the approver or an admin; the second is told."""
    demand([firm.lea])
    document = validated(firm)
    decision = decide(document, firm.lea)
    with pytest.raises(Refused, match="Only who decided"):
        decisions.undo(decision, by=firm.zoe)
    decisions.undo(decision, by=firm.lea)
    with pytest.raises(Refused, match="taken back already"):
        decisions.undo(decision, by=firm.lea)


def test_what_was_asked_anew_since_is_not_taken_back(firm, demand):
    """AP-3: LC-5: neither a superseded approval, nor one restored from the trash by hand."""
    demand([firm.lea])
    document, other = validated(firm), validated(firm)
    given, rejected = decide(document, firm.lea), decide(other, firm.lea, Choice.REJECT)
    documents.edit(document, {"iban": "FR7630006000011234567890189"}, by=firm.zoe, version=document.version)
    documents.restore(other, by=firm.zoe)
    for decision in (given, rejected):
        with pytest.raises(Refused, match="since"):
            decisions.undo(decision, by=firm.lea)

    assert rounds(document)[0].outcome is Outcome.SUPERSEDED


def test_whoever_was_told_is_told_that_it_is_taken_back(firm, demand):
    """AP-3: AP-4: nobody goes on believing it was rejected."""
    demand([firm.lea])
    document = validated(firm)
    decisions.undo(decide(document, firm.lea, Choice.REJECT), by=firm.lea)

    assert notices(firm.zoe) == ["reject", "undone"]


def test_whoever_wants_no_mail_of_decisions_has_the_notice_alone(firm, demand):
    """AP-4: as each chose."""
    choices.choose(firm.zoe, {NoticeKind.DECIDED: choices.Choice(True, ByMail.NEVER)})
    demand([firm.lea])
    decide(validated(firm), firm.lea, Choice.REJECT, "Never ordered")

    assert mails("approval-told") == [] and notices(firm.zoe) == ["reject"]
