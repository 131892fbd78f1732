"""The processes that are forked from one that has the application loaded."""

from __future__ import annotations

import json
import os
import sys

from deploy import member
from deploy.member import Member, run
from deploy.processes import Process


def test_a_log_that_has_grown_long_is_begun_again(tmp_path, monkeypatch):
    """OP-5: some old ones are kept, and whoever has it open goes on writing."""
    monkeypatch.setattr(member, "LONGEST_LOG", 100)
    one = Member("web", Process("web", []), tmp_path / "web.log")
    with one.log.open("a") as open_log:
        for number in range(7):
            open_log.write(f"{number}" * 100)
            open_log.flush()
            one.shorten_log()
        open_log.write("end")

    assert one.log.read_text() == "end"
    kept = [(tmp_path / f"web.log.{number}").read_text()[0] for number in range(1, 6)]
    assert kept == ["6", "5", "4", "3", "2"]
    assert len(list(tmp_path.iterdir())) == 6


def test_what_brings_a_process_down_is_one_line_of_its_log(tmp_path, capfd):
    """OP-5: where it happened, and nothing that may be a secret."""
    failing = tmp_path / "failing.py"
    failing.write_text("raise ConnectionError('redis://:PASSWORD@cache')")
    one = Member("mail", Process("mail", [sys.executable, str(failing)]), tmp_path / "mail.log")

    with capfd.disabled():
        one.start(set())
    _pid, status = os.waitpid(one.pid, 0)

    (line,) = one.log.read_text().splitlines()
    said = json.loads(line)
    assert os.waitstatus_to_exitcode(status) == 1
    assert (said["event"], said["process"], said["level"]) == ("process.failed", "mail", "error")
    assert said["exception"][0]["type"] == "ConnectionError" and "PASSWORD" not in line


def test_a_command_ends_here_as_it_would_alone(capsys, monkeypatch):
    """OP-1: its exit status and its last words."""
    monkeypatch.setattr(sys, "argv", [])

    assert run([sys.executable, "worker.py", "nonsense"]) == 1
    assert "usage: python worker.py" in capsys.readouterr().err
