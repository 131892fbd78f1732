"""What the documents promise, held against the program."""

from __future__ import annotations

import configparser
import re

import pytest
import yaml

from app.config import ROOT, Settings
from app.web.access import Role

OP_7 = {
    "data_dir",
    "database_url",
    "redis_url",
    "host",
    "port",
    "base_url",
    "secret_key",
    "intake_domain",
    "intake_smtp_port",
    "mail_url",
    "mail_from",
    "admin_email",
    "admin_password",
    "storage_url",
    "hook_secret",
    "watch_dir",
    "workers",
    "trusted_proxies",
}


def test_every_promised_setting_exists():
    """OP-7: their names are stable."""
    assert set(Settings.model_fields) >= OP_7


def test_every_setting_is_documented_and_no_other():
    """OP-7: documented, each one, under its own name."""
    told = set(re.findall(r"^\| `FACTEUR_([A-Z_]+)`", (ROOT / "docs" / "settings.md").read_text(), re.M))

    assert told - {"PYTHON"} == {name.upper() for name in Settings.model_fields}


COMMANDS = ("users", "addresses", "import", "extract", "status", "run-due", "demo", "db", "doctor")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_documented_command_exists(app, command):
    """OP-7: commands for scripts."""
    assert command in app.cli.commands
    assert re.search(rf"^\| `{command}\b", (ROOT / "docs" / "settings.md").read_text(), re.M)


def test_a_user_is_made_from_the_command_line(app):
    """OP-7: `users create EMAIL --role ROLE`."""
    told = app.test_cli_runner().invoke(args=["users", "create", "Léa@example.org", "--role", Role.MEMBER.value])

    assert told.exit_code == 0, told.output
    assert '"role": "member"' in told.output


def test_the_readme_opens_with_the_two_commands_and_names_the_licence():
    """OP-1: who opens it knows within ten lines how to start."""
    text = (ROOT / "README.md").read_text()

    assert "./facteur run" in "".join(text.splitlines(True)[:10])
    assert "./facteur test" in "".join(text.splitlines(True)[:10])
    assert "AGPL-3.0-or-later" in text


def units() -> list[str]:
    return sorted(path.name for path in (ROOT / "deploy" / "systemd").iterdir())


@pytest.mark.parametrize("name", [name for name in units() if name.endswith(".service")])
def test_a_unit_starts_one_of_our_commands_and_writes_only_data(name):
    """OP-2: systemd units for each process."""
    unit = configparser.RawConfigParser(strict=False)
    unit.optionxform = str
    unit.read(ROOT / "deploy" / "systemd" / name)

    started = unit["Service"]["ExecStart"]
    known = (
        "-m deploy setup",
        "-m gunicorn",
        "flask --app wsgi receive",
        "flask --app wsgi sweep",
        "worker.py",
        "-m app.reader.server",
        "redis-server",
    )
    assert any(words in started for words in known)
    assert unit["Service"]["User"] == "facteur"
    assert unit["Service"]["ReadWritePaths"] == "/var/lib/facteur"
    assert unit["Service"]["EnvironmentFile"] == "/etc/facteur.env"


def test_the_target_wants_units_that_exist():
    """OP-2: one target starts all of them."""
    wanted = re.findall(r"facteur-[a-z]+@?", (ROOT / "deploy" / "systemd" / "facteur.target").read_text())

    assert {f"{name}.service" for name in wanted} <= set(units())
    assert {"facteur-web", "facteur-receiver", "facteur-reader", "facteur-sweep", "facteur-worker@"} <= set(wanted)


def test_compose_starts_each_part_with_settings_that_exist():
    """OP-2: PostgreSQL, Redis and several workers by environment variables only."""
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]

    ours = {name: part for name, part in services.items() if "build" in part}
    assert set(ours) == {"setup", "web", "receiver", "worker-ocr", "worker-mail", "worker-default", "sweep"}
    for part in ours.values():
        assert {name.removeprefix("FACTEUR_").lower() for name in part["environment"]} <= set(Settings.model_fields)
        assert set(part["depends_on"]) <= set(services)
    assert "noeviction" in services["redis"]["command"] and "--appendonly" in services["redis"]["command"]


def test_the_image_installs_by_the_lock_and_runs_without_rights():
    """OP-2: the same lock, another user than root."""
    lines = (ROOT / "Dockerfile").read_text()

    assert "--require-hashes -r requirements.lock" in lines
    assert re.search(r"^USER facteur$", lines, re.M)
    for name in re.findall(r"FACTEUR_([A-Z_]+)=", lines):
        assert name.lower() in Settings.model_fields
