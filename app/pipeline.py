"""What follows what: the one place where the stages that come later hook into those before them."""

from __future__ import annotations

from typing import Any

from app.accounting import alarm, ending, exports, reporting
from app.accounting import mails as accountant_mails
from app.analytics import counterparty as party_figures
from app.approval import align as approval
from app.approval import asking, awaited, demands, leaving, replies, seat_mails, standing_in
from app.approval import mails as approval_mails
from app.approval import undoing as taking_back
from app.bank import allocating, matching_jobs, settled, suggesting
from app.bank import asking as bank_asking
from app.bank import importing as bank_importing
from app.bank import merged as bank
from app.bulk import acts as bulk
from app.bulk.models import Act
from app.channels import merged as letters
from app.channels import providing
from app.channels.kinds import message_kinds
from app.comments import noticing as comments
from app.counterparties import confirming, contacts, keeping, merging, one_page
from app.documents import (
    arrival,
    editing,
    hidden_twins,
    marks,
    moving,
    noticing,
    party_pages,
    party_timeline,
    paying,
    paying_to,
    reasons,
    retention,
    showing,
    status,
    usual,
    waiting_ibans,
)
from app.documents import jobs as documents
from app.documents import merged as merged_documents
from app.documents import trash as trashing
from app.dunning import (
    actions,
    answering,
    assignment_pages,
    bounces,
    carrying,
    outdated,
    plans,
    portal_link_pages,
    portal_links,
    promise_marks,
    reply_pages,
    trying,
)
from app.dunning import following as plans_following
from app.dunning import mails as customer_mails
from app.dunning import panel as customer_actions
from app.dunning import replies as customer_replies
from app.dunning import standing as action_standing
from app.dunning import telling as action_notices
from app.extraction import jobs as extraction
from app.extraction import learning, texts
from app.extraction import merged as lessons
from app.intake import addresses, forwarding, kinds
from app.lists import views
from app.notices import mails as notice_mails
from app.notices import subjects
from app.operation import sending_stopped
from app.outbox import addresses as outbox_addresses
from app.outbox import outlets
from app.outbox.kinds import mail_kinds
from app.payments import choosing, found, live, waiting
from app.payments import following as payments
from app.review import jobs as reviewing
from app.review import learned, next_step, undoing
from app.rules import demanding, following, retesting, validating
from app.rules import names as rule_names
from app.rules import words as rule_words
from app.sending import aligning as sendings
from app.sending import arriving, saying
from app.sending import jobs as sending
from app.tags import keeping as tags
from app.treasury import aligning as treasury
from app.users import mails as user_mails
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
    _add(status.before_status, settled.keep_date)
    _add(status.before_status, retesting.retest)
    _add(status.before_status, approval.align)
    _add(asking.before_asking, standing_in.seat_stand_in)
    _add(tags.before_merging, documents.merge_tag)
    for package in (keeping, rule_names, views):
        _add(tags.before_merging, package.follow_merged_tag)
    subjects.SIGHTS.update(document=noticing.subjects, comment=comments.subjects, message=forwarding.subjects)
    subjects.SIGHTS["action"] = action_notices.subjects
    _add(kinds.message_kinds, forwarding.KIND)
    for kind in (replies.KIND, bounces.KIND, customer_replies.KIND):
        _add(kinds.message_kinds, kind)
    _add(status.after_status, hidden_twins.tell_admins)
    _add(status.after_status, following.follow)
    _add(demands.asks, demanding.demand)
    _add(reasons.tellers, validating.reason)
    reasons.WORDS[validating.KEY] = rule_words.held
    reasons.said_in_review.add(validating.KEY)
    _add(showing.asks_for_approval, demanding.is_possible)
    _add(status.after_status, texts.keep)
    _add(status.after_status, learning.learn_from)
    _add(status.after_status, treasury.align)
    _add(keeping.after_renaming, documents.follow_names)
    _add(contacts.after_new_address, bounces.mended)
    _add(memberships.after_access_changed, leaving.follow)
    _add(demands.words, rule_words.why)
    _add(reasons.tellers, awaited.reason)
    _add(people.after_renaming, awaited.follow_name)
    reasons.WORDS[awaited.KEY] = awaited.in_words
    _add(reasons.tellers, awaited.sent_back)
    reasons.WORDS[awaited.SENT_BACK] = awaited.sent_back_in_words
    reasons.said_in_review.add(awaited.SENT_BACK)
    _add(next_step.foreseen, awaited.foreseen)
    _add(message_kinds, providing.KIND)
    _match()
    _know_parties()
    _pay()
    _send()
    _remind()
    _account()
    for kind in (*user_mails.KINDS, *approval_mails.KINDS, *seat_mails.KINDS, notice_mails.KIND, bank_asking.KIND):
        _add(mail_kinds, kind)
    for kind in (trying.KIND, answering.KIND):
        _add(mail_kinds, kind)
    _add(outbox_addresses.is_ours, addresses.whose)
    _add(outlets.after_shutting, sending_stopped.tell_admins)


def _match() -> None:
    """What the bank says, and what that settles."""
    _add(bank_importing.after_import, matching_jobs.follow_import)
    _add(retention.keeps, settled.is_matched)
    _add(editing.before_editing, settled.refuse_edit)


def _know_parties() -> None:
    """Accounts that somebody must confirm, what is merged, and what stands on a counterparty's page."""
    _add(status.after_status, paying_to.note)
    _add(confirming.brought, paying_to.bringers)
    _add(confirming.after_confirming, paying_to.follow)
    for follow in (lessons.follow, rule_names.follow_merged_party, bank.follow, views.follow_merged_party):
        _add(merging.after_merging, follow)
    for follow in (merged_documents.follow, treasury.follow_merged, letters.follow):
        _add(merging.after_merging, follow)
    for follow in (customer_replies.follow_merged, portal_links.follow_merged):
        _add(merging.after_merging, follow)
    for count in (merged_documents.count, lessons.count, rule_names.count_of_party):
        _add(merging.counted, count)
    _add(one_page.tellers, party_pages.tell)
    _add(one_page.tellers, learned.tell)
    _add(one_page.tellers, party_figures.tell)
    _add(one_page.tellers, assignment_pages.tell)
    _add(keeping.after_becoming_customer, plans.give_default)
    _add(one_page.tellers, reply_pages.tell)
    _add(one_page.tellers, portal_link_pages.tell)
    _add(one_page.tellers, customer_actions.of_customer)
    party_timeline.kinds["action"] = party_timeline.Kind(customer_actions.ids_of, customer_actions.named, "send")
    _add(one_page.iban_tellers, waiting_ibans.tell)
    reasons.WORDS[paying_to.KEY] = paying_to.in_words


def _pay() -> None:
    """What is to be paid, and what may not happen to it while it is being paid."""
    _add(status.after_status, payments.follow)
    for tell in (waiting.stands_against, paying_to.reason, settled.reason, waiting.on_its_day):
        _add(reasons.tellers, tell)
    reasons.WORDS.update(waiting.WORDS)
    _add(marks.kinds, waiting.mark)
    _add(retention.keeps, live.keeps)
    _add(taking_back.may_be_paid, live.may_be_paid)
    for asked in (trashing.before_trashing, moving.before_moving, paying.before_paying):
        _add(asked, live.refuse)
    _add(editing.before_editing, live.refuse_edit)
    _add(confirming.after_confirming, waiting.follow_account)
    _add(keeping.after_archiving, waiting.look_again)
    _add(suggesting.in_one_sum, found.documents_of_total)
    _add(allocating.before_netting, live.refuse_netting)
    bulk.VERBS.update({Act.TO_PAY: choosing.choose_in_bulk, Act.NOT_TO_PAY: choosing.cancel_in_bulk})


def _send() -> None:
    """What customers are sent."""
    _add(status.before_status, arriving.align)
    _add(status.after_status, sendings.align)
    _add(reasons.tellers, saying.reason, first=True)
    reasons.WORDS[saying.KEY] = saying.in_words
    _add(customer_mails.link_makers, portal_links.make)
    for carried in carrying.KINDS:
        _add(message_kinds, carried)
    _add(actions.after_done, sendings.follow_done)
    _add(actions.after_change, sendings.tell)
    _add(plans_following.after_plans_changed, sending.plan_sendings_of.later)
    _add(merging.after_merging, sendings.follow_merged, first=True)
    for kind in customer_mails.KINDS:
        _add(mail_kinds, kind)


def _remind() -> None:
    """What customers are reminded of."""
    _add(status.after_status, outdated.follow)
    _add(retention.keeps, action_standing.keeps)
    for mark in (promise_marks.promised, promise_marks.paused):
        _add(marks.kinds, mark)


def _account() -> None:
    """What the accountant gets."""
    subjects.SIGHTS["accounting_run"] = alarm.subjects
    _add(status.after_status, exports.note_changes)
    _add(retention.keeps, exports.keeps)
    _add(moving.before_moving, exports.leave_company)
    for kind in (*accountant_mails.KINDS, reporting.KIND):
        _add(mail_kinds, kind)
    _add(ending.after_end, reporting.write)


def _add(following: list[Any], follow: Any, *, first: bool = False) -> None:
    if follow not in following:
        following.insert(0 if first else len(following), follow)
