"""What the supervisor is told to keep alive, and our own Redis."""

from __future__ import annotations

import configparser
import shlex
import subprocess

import pytest
from redis import AuthenticationError, Redis

from deploy import family, processes
from tests.live import wait_for
from tests.settings import settings_in


def configuration(settings) -> configparser.ConfigParser:
    read = configparser.ConfigParser(interpolation=None)
    read.read_string(processes.supervisor_configuration(settings))
    return read


def programs(settings) -> dict[str, list[str]]:
    """Name → command, as the supervisor will split it."""
    read = configuration(settings)
    return {name.partition(":")[2]: shlex.split(read[name]["command"]) for name in read if name.startswith("program:")}


def test_everything_runs_under_one_supervisor(tmp_path):
    """OP-1: web, receiver, reader, a worker for each queue, the sweep, and a Redis of our own."""
    settings = settings_in(tmp_path)
    commands = {process.name: process.command for process in processes.all_of(settings)}

    assert set(commands) == {"redis", "web", "receiver", "reader", "ocr", "mail", "default", "sweep"}
    assert {commands[queue][-1] for queue in ("ocr", "mail", "default")} == {"ocr", "mail", "default"}
    assert set(programs(settings)) == {"redis", "reader", "app"}


def test_the_reader_shares_nothing_with_the_application(tmp_path):
    """R12: what is forked from a process has all that it had in memory."""
    shared = {process.name for process in processes.sharing(settings_in(tmp_path))}

    assert shared == {"web", "receiver", "ocr", "mail", "default", "sweep"}


def test_a_redis_that_is_set_is_used_instead_of_our_own(tmp_path):
    """OP-2: by environment variables only."""
    assert "redis" not in programs(settings_in(tmp_path, redis_url="redis://cache.internal:6379/2"))


def test_more_reading_workers_are_a_setting(tmp_path):
    """OP-2: several workers of the queue that has the long work."""
    shared = processes.sharing(settings_in(tmp_path, workers=3))

    names = [member.name for member in family.all_members(shared, tmp_path)]

    assert names == ["web", "receiver", "ocr-0", "ocr-1", "ocr-2", "mail", "default", "sweep"]


def test_the_supervisor_itself_understands_odd_folders(tmp_path):
    """OP-1: spaces and percent signs in the path of the data."""
    from supervisor.options import ServerOptions

    folder = tmp_path / "50 % of my data"
    (folder / "log").mkdir(parents=True)
    (folder / "run").mkdir()
    settings = settings_in(folder, workers=2)
    written = folder / "run" / "supervisor.conf"
    written.write_text(processes.supervisor_configuration(settings))
    options = ServerOptions()
    options.realize(["-c", str(written)])

    configured = {process.name: process for group in options.process_group_configs for process in group.process_configs}
    assert set(configured) == {"redis", "reader", "app"}
    assert configured["reader"].stdout_logfile == str(folder / "log" / "reader.log")
    assert configured["app"].stderr_logfile == str(folder / "log" / "app.log")
    assert str(folder / "run" / "redis.conf") in configured["redis"].command
    logs = [process.stdout_logfile_maxbytes or process.stderr_logfile_maxbytes for process in configured.values()]
    assert all(logs)


@pytest.mark.parametrize("name", ["data", "my data", "x" * 120])
def test_our_own_redis_keeps_what_it_was_told(tmp_path, name):
    """OP-1: append-only and never evicting, on a socket only we can open, even where the path is long."""
    data = tmp_path / name
    (data / "run").mkdir(parents=True)
    processes.prepare_redis(data)
    url = (data / "redis.url").read_text().strip()
    server = subprocess.Popen(processes.redis(data).command, stdout=subprocess.DEVNULL)
    try:
        client = Redis.from_url(url)
        wait_for(client.ping, seconds=10)
        with pytest.raises(AuthenticationError):
            Redis.from_url(url.partition("&password")[0]).ping()
        assert (data / "redis.url").stat().st_mode & 0o077 == 0 == (data / "run" / "redis.conf").stat().st_mode & 0o077
        asked = ("appendonly", "appendfsync", "maxmemory-policy", "save", "port")
        told = {key: client.config_get(key)[key] for key in asked}
        assert len(client.client_list()) == 1
        client.set("bell", "rung")
        server.kill()
        server.wait()
        server = subprocess.Popen(processes.redis(data).command, stdout=subprocess.DEVNULL)
        wait_for(client.ping, seconds=10)
        kept = client.get("bell")
    finally:
        server.kill()
        server.wait()

    wanted = {"appendonly": "yes", "appendfsync": "everysec", "maxmemory-policy": "noeviction", "save": "", "port": "0"}
    assert told == wanted
    assert kept == b"rung"
    socket = processes.socket_path(data)
    assert url.partition("&password=")[0] == f"unix://{socket}?db=0"
    assert socket.is_relative_to(data) == (name == "data") or socket.parent.stat().st_mode & 0o077 == 0
