"""What is written to the log, and what is not."""

from __future__ import annotations

import errno
import json
import logging

import pytest
import structlog

from app.core import faults, logs


@pytest.fixture
def lines(capsys):
    """The lines of JSON written since the last look."""
    logs.configure()
    return lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]


def fail(message: str) -> None:
    raise ValueError(message)


def test_an_error_is_told_by_kind_and_place_without_its_message(lines):
    """OP-5: S88: a message may quote a document; the lines of code are enough to find the fault."""
    try:
        try:
            fail("canary-text")
        except ValueError as error:
            raise KeyError("canary-key") from error
    except KeyError:
        structlog.get_logger().exception("it.broke", task=7)

    [line] = lines()
    assert line["event"] == "it.broke" and line["task"] == 7 and line["level"] == "error"
    assert [cause["type"] for cause in line["exception"]] == ["KeyError", "ValueError"]
    assert line["exception"][1]["at"][-1].startswith("tests/core/test_logs.py:")
    assert "canary" not in json.dumps(line)


def test_what_libraries_log_is_one_line_without_what_they_fill_in(lines):
    """OP-5: S88: gunicorn, for one, fills in the address of a request, which may hold a token."""
    try:
        fail("canary-error")
    except ValueError:
        logging.getLogger("gunicorn.error").exception("Error handling request %s", "/passwords/canary-token")
    logging.getLogger("asyncio").warning("first line\nsecond canary-line")
    logging.getLogger("chatty").info("canary-info")
    logging.getLogger("rq.worker").warning("Worker %d stopped after %s", 12, "canary")

    first, second, third = lines()
    assert first["event"] == "gunicorn.error" and first["said"] == "Error handling request …"
    assert first["exception"][0]["type"] == "ValueError"
    assert second["said"] == "first line" and third["said"] == "Worker 12 stopped after …"
    assert "canary" not in json.dumps([first, second, third])


def test_configuring_twice_writes_each_line_once(lines):
    """OP-5: one line an event, however many applications one process makes."""
    logs.configure()
    logging.getLogger("somebody").warning("once")

    assert len(lines()) == 1


def test_an_error_that_is_kept_says_its_kind_its_reason_and_its_place():
    """OP-5: S88: a task's failure can be understood without what it was about."""

    class Ours(Exception):
        __module__ = "app.somewhere"

    assert faults.told(Ours("mail 3 is not due")) == "Ours: mail 3 is not due"
    assert faults.told(OSError(errno.ENOSPC, "canary", "/canary/path")) == "OSError: No space left on device"
    assert faults.told(ValueError("canary")) == "ValueError"
