"""Who is told of a decision, and by mail only whoever wants it and may still see the document."""

from __future__ import annotations

import pytest

from app.approval import decisions
from app.approval.models import Choice
from app.documents import decisions as documents
from app.extensions import db
from app.notices import choices
from app.notices.models import ByMail, Notice, NoticeKind
from app.outbox import kinds
from app.users import memberships
from tests.approval.making import decide, mails, validated


def told_by_mail(kind="approval-told"):
    return [mail.recipients[0].address for mail in mails(kind)]


def test_whoever_does_not_see_it_any_more_is_sent_none_of_it(firm, demand):
    """AP-4: S72: US-2: validated by a restricted member, of a supplier who is not theirs: no figures by mail."""
    demand([firm.lea])
    document = validated(firm)
    firm.company.restrict_non_admins = True
    db.session.commit()
    decide(document, firm.lea, Choice.REJECT)

    assert told_by_mail() == [] and db.session.query(Notice).filter_by(user_id=firm.zoe.id).count() == 1


def test_a_mail_to_whoever_left_meanwhile_does_not_leave(firm, demand):
    """AP-4: S52: S72: asked again when its turn has come."""
    demand([firm.lea])
    decide(validated(firm), firm.lea, Choice.REJECT)
    (mail,) = mails("approval-told")
    assert kinds.why_not(mail) == ""
    memberships.set_access(firm.zoe, firm.company, None, [], by=firm.admin)
    db.session.commit()

    assert kinds.why_not(mail)


def test_whoever_was_shut_out_is_not_written_to(firm, demand):
    """AP-4: S72: earlier approvers are told, those who left the firm since are not."""
    demand([firm.lea], [firm.bob])
    document = validated(firm)
    decide(document, firm.lea)
    memberships.set_access(firm.lea, firm.company, None, [], by=firm.admin)
    decide(document, firm.bob, Choice.REJECT)

    assert told_by_mail() == [firm.zoe.email]


@pytest.mark.parametrize("by_mail", [ByMail.NEVER, ByMail.DAILY])
def test_whoever_wants_no_mail_at_once_gets_none(firm, demand, by_mail):
    """AP-4: as each chose; once a day it is among the other notices."""
    demand([firm.lea])
    choices.choose(firm.zoe, {NoticeKind.DECIDED: choices.Choice(True, by_mail)})
    decide(validated(firm), firm.lea, Choice.REJECT)

    assert told_by_mail() == [] and db.session.query(Notice).filter_by(user_id=firm.zoe.id).one().mailed_at is None


def test_sent_back_whoever_validated_is_told_beside_whoever_changed_it(firm, demand):
    """AP-4: the document has no validator any more by then."""
    demand([firm.lea])
    document = validated(firm)
    documents.edit(document, {"iban": "FR7630006000011234567890189"}, by=firm.admin, version=document.version)
    decide(document, firm.lea, Choice.SEND_BACK)

    assert sorted(told_by_mail()) == sorted([firm.admin.email, firm.zoe.email])


def test_whoever_was_mailed_of_a_decision_is_mailed_that_it_was_taken_back(firm, demand):
    """AP-3: AP-4: nobody pays what is not approved any more; who decided is asked anew, which says so."""
    demand([firm.lea])
    decisions.undo(decide(validated(firm), firm.lea), by=firm.admin)

    assert told_by_mail("notice") == [firm.zoe.email] and "taken back" in mails("notice")[0].text
    assert "taken back" in mails("approval-asked")[-1].text
