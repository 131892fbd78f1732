"""What follows what: the one place where the stages that come later hook into those before them."""

from __future__ import annotations

from typing import Any

from app.approval import align as approval
from app.approval import asking, awaited, demands, leaving, replies, seat_mails, standing_in
from app.approval import mails as approval_mails
from app.bank import merged as bank
from app.comments import noticing as comments
from app.counterparties import confirming, keeping, merging, one_page
from app.documents import (
    arrival,
    hidden_twins,
    moving,
    noticing,
    party_pages,
    paying_to,
    reasons,
    retention,
    showing,
    status,
    tagging,
    usual,
    waiting_ibans,
)
from app.documents import jobs as documents
from app.documents import merged as merged_documents
from app.documents import trash as trashing
from app.extraction import jobs as extraction
from app.extraction import learning, texts
from app.extraction import merged as lessons
from app.intake import addresses, forwarding, kinds
from app.lists import views
from app.notices import mails as notice_mails
from app.notices import subjects
from app.outbox.kinds import mail_kinds
from app.review import jobs as reviewing
from app.review import learned, next_step, undoing
from app.rules import demanding, following, retesting, validating
from app.rules import names as rule_names
from app.rules import words as rule_words
from app.tags import keeping as tags
from app.users import memberships, people


def connect() -> None:
    """Fill the lists of the packages above with functions of those below. May be called again."""
    _add(people.after_company_created, addresses.open_both)
    _add(people.after_company_created, usual.open_categories)
    _add(arrival.after_arrival, extraction.read_soon)
    _add(extraction.after_picture, reviewing.straighten_soon)
    _add(trashing.before_restoring, undoing.put_back_whole)
    _add(moving.before_moving, undoing.keep_together)
    _add(status.before_status, retention.note_hold)
    _add(status.before_status, retesting.retest)
    _add(status.before_status, approval.align)
    _add(asking.before_asking, standing_in.seat_stand_in)
    _add(tags.before_merging, tagging.rename)
    _add(tags.before_merging, rule_names.follow_merged_tag)
    subjects.SIGHTS.update(document=noticing.subjects, comment=comments.subjects, message=forwarding.subjects)
    _add(kinds.message_kinds, forwarding.KIND)
    _add(kinds.message_kinds, replies.KIND)
    _add(status.after_status, hidden_twins.tell_admins)
    _add(status.after_status, following.follow)
    _add(demands.asks, demanding.demand)
    _add(reasons.tellers, validating.reason)
    reasons.WORDS[validating.KEY] = rule_words.held
    reasons.said_in_review.add(validating.KEY)
    _add(showing.asks_for_approval, demanding.is_possible)
    _add(status.after_status, texts.keep)
    _add(status.after_status, learning.learn_from)
    _add(keeping.after_renaming, documents.follow_names)
    _add(memberships.after_access_changed, leaving.follow)
    _add(demands.words, rule_words.why)
    _add(reasons.tellers, awaited.reason)
    reasons.WORDS[awaited.KEY] = awaited.in_words
    _add(reasons.tellers, awaited.sent_back)
    reasons.WORDS[awaited.SENT_BACK] = awaited.sent_back_in_words
    reasons.said_in_review.add(awaited.SENT_BACK)
    _add(next_step.foreseen, awaited.foreseen)
    _add(status.after_status, paying_to.note)
    _add(confirming.brought, paying_to.bringers)
    _add(confirming.after_confirming, paying_to.follow)
    _add(reasons.tellers, paying_to.reason)
    for follow in (lessons.follow, rule_names.follow_merged_party, bank.follow, views.follow_merged_party):
        _add(merging.after_merging, follow)
    _add(merging.after_merging, merged_documents.follow)
    for count in (merged_documents.count, lessons.count, rule_names.count_of_party):
        _add(merging.counted, count)
    _add(one_page.tellers, party_pages.tell)
    _add(one_page.tellers, learned.tell)
    _add(one_page.iban_tellers, waiting_ibans.tell)
    reasons.WORDS[paying_to.KEY] = paying_to.in_words
    for kind in (*approval_mails.KINDS, *seat_mails.KINDS, notice_mails.KIND):
        _add(mail_kinds, kind)


def _add(following: list[Any], follow: Any) -> None:
    if follow not in following:
        following.append(follow)
