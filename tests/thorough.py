"""Tests that take seconds each and look once more at what others or `./facteur bench` prove: run when asked for.

`FACTEUR_THOROUGH=1 ./facteur test` runs them too; without it the suite keeps within its ten minutes.
"""

from __future__ import annotations

import os

import pytest

IS_ASKED_FOR = bool(os.environ.get("FACTEUR_THOROUGH"))
HISTORIES = 200 if IS_ASKED_FOR else 100
"""How many random histories of each kind: others each time, and ten thousand in `./facteur soak`."""
LONG_ONES = (
    "accounting/test_kills.py::test_a_run_that_dies_goes_on_and_sends_nothing_twice[sqlite-outbox.",
    "accounting/test_kills.py::test_a_run_that_dies_goes_on_and_sends_nothing_twice[postgresql-",
    "web/test_every_page.py::test_every_page_is_used_by_keyboard_alone",
    "web/test_every_address.py::test_no_number_in_a_query_breaks_a_page[number2]",
    "web/test_every_address.py::test_no_number_in_a_query_breaks_a_page[-1]",
    "web/test_every_address.py::test_no_number_in_a_query_breaks_a_page[1000000",
    "web/test_every_address.py::test_no_number_in_a_form_breaks_a_page[-1]",
    "web/test_every_address.py::test_no_number_in_a_form_breaks_a_page[\\x00]",
    "web/test_floods.py::test_a_query_of_a_megabyte_breaks_nothing",
    "web/test_floods.py::test_the_same_words_in_every_field_of_every_form",
    "intake/test_corpus.py::",
    "extraction/test_corpus.py::",
    "reader/test_corpus.py::",
    "intake/test_receiver_strangers.py::test_idle_lines_keep_nobody_out_for_long",
    "intake/test_receiver_room.py::test_a_mail_without_end_is_refused_and_never_held_in_memory",
    *(
        f"test_faultpoints.py::test_dying_between_two_durable_steps_loses_and_doubles_nothing[postgresql-{step}"
        for step in ("commit.", "opening.", "outbox.", "purge.", "reading.", "rule.", "storage.", "sweep.", "trail.")
    ),
    *(
        f"test_faultpoints.py::test_dying_between_two_durable_steps_loses_and_doubles_nothing[sqlite-{step}"
        for step in ("opening.", "purge.", "rule.", "storage.", "sweep.", "trail.")
    ),
    "web/test_modules.py::test_axe_finds_nothing_serious[/add",
    "web/test_modules.py::test_axe_finds_nothing_serious[/refused",
    "web/test_every_address.py::test_no_number_in_a_query_breaks_a_page[-9",
    "web/test_every_address.py::test_no_number_in_a_query_breaks_a_page[NaN",
    "web/test_extra_fields.py::test_json_is_no_form[said1]",
    "test_access.py::test_a_right_in_one_company_is_none_in_another[approver]",
    "test_journey.py::test_a_document_is_put_aside_taken_back_and_read_again",
    "bench/reading/test_families.py::",
    "mailboxes/test_kills.py::test_a_worker_that_dies_between_two_durable_steps_is_survived[mailbox.marked-seen]",
    "mailboxes/test_kills.py::test_a_worker_that_dies_between_two_durable_steps_is_survived[mailbox.after_commit-seen]",
    "review/test_rearranging_kills.py::test_dying_while_splitting_loses_and_doubles_nothing[postgresql",
    "web/test_floods.py::test_search_and_sort_are_parameters_only",
    "spreadsheets/test_large.py::test_a_thousand_lines_are_imported_with_few_queries[sqlite",
    "reader/test_reading.py::test_a_page_that_lies_on_its_side_is_turned[2]",
    "search/test_both_databases.py::test_rare_and_common_words_are_leafed_through_in_order[postgresql",
    "search/test_both_databases.py::test_a_restricted_list_is_the_same_whichever_reason_shows_a_document[postgresql",
    "approval/test_browser.py::test_an_approval_from_the_mail_to_its_end[en]",
    "extraction/test_jobs.py::test_others_write_while_a_page_is_recognised",
    "test_access.py::test_a_right_in_one_company_is_none_in_another[accountant]",
    "intake/test_texts_kills.py::test_dying_while_a_text_becomes_a_document_makes_none_twice[postgresql",
    "web/test_floods.py::test_a_form_of_megabytes_is_refused",
    "web/test_restricted.py::test_filters_that_name_what_is_hidden_find_nothing",
    "review/test_renditions.py::test_a_photo_that_was_read_gets_a_straightened_rendition",
    "tasks/test_stopping.py::test_told_to_stop_in_mid_job_a_worker_hands_it_back",
    "extraction/test_ocr_faults.py::test_a_recognition_that_fails_or_hangs_leaves_it_to_a_person[sleep",
    "web/test_every_page.py::test_no_page_runs_a_text_or_shuts_anybody_out[en-phone-dark]",
    "approval/test_browser.py::test_a_scanner_with_a_browser_decides_nothing",
    "approval/test_pages.py::test_fifty_are_approved_at_once_each_on_its_own",
    "extraction/test_anything.py::test_a_page_with_all_its_words_on_one_line_is_read_in_time",
    "extraction/test_command.py::test_a_scan_is_read",
    "setup/test_run.py::test_nothing_goes_on_when_the_supervisor_is_killed",
    "setup/test_run.py::test_nothing_goes_on_when_the_first_process_is_killed",
    "operation/test_presence.py::test_every_process_of_an_installation_leaves_a_sign_of_life",
    "review/test_renditions.py::test_a_photo_that_is_read_again_is_not_straightened_again",
    "reader/test_reading.py::test_a_page_that_lies_on_its_side_is_turned[1]",
    "reader/test_reading.py::test_a_page_that_lies_on_its_side_is_turned[3]",
    "reader/test_reading.py::test_progress_names_each_page_that_takes_a_moment",
    "soak/test_loops.py::test_workers_killed_at_any_instant_bring_every_document_to_its_end",
    "intake/test_receiver_kills.py::test_a_receiver_killed_at_any_instant_loses_and_doubles_nothing",
    "extraction/test_jobs.py::test_workers_killed_at_any_instant_leave_no_document_unread",
    "spreadsheets/test_large.py::test_a_thousand_lines_are_imported_with_few_queries[postgresql]",
    "spreadsheets/test_large.py::test_killed_in_the_middle_of_a_portion_nothing_is_half_imported[postgresql]",
)


def leave_out(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep them for whoever asks, or names one of them."""
    if IS_ASKED_FOR or any("::" in each for each in config.args):
        return
    beginnings = tuple(f"tests/{name}" for name in LONG_ONES)
    long_ones = [item for item in items if item.nodeid.startswith(beginnings)]
    config.hook.pytest_deselected(items=long_ones)
    items[:] = [item for item in items if item not in set(long_ones)]
