"""Set-up and start of one installation, from top to bottom."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from pathlib import Path

from app import config
from app.config import ROOT, Settings
from deploy import ground, processes
from deploy.ground import Refusal
from deploy.supervision import supervise
from deploy.words import say


def setup() -> int:
    """Everything that comes before the processes."""
    settings = prepared()
    held = taken(settings)
    install(settings)
    say("Ready. Start with ./facteur run")
    os.close(held)
    return 0


def run(*, with_demo: bool = False) -> int:
    """Set up, start every process, and stay until told to stop."""
    settings = prepared()
    held = taken(settings)
    ground.check_port(settings.host, settings.port, "FACTEUR_PORT")
    ground.check_port(settings.intake_smtp_host, settings.intake_smtp_port, "FACTEUR_INTAKE_SMTP_PORT")
    install(settings)
    return supervise(settings, held, once_up=load_demo if with_demo else None)


def demo() -> int:
    """The month of one small firm: into the installation that runs, or into one started for it."""
    settings = prepared()
    held = ground.hold(settings.data_dir)
    if held is None:
        load_demo()
        return 0
    os.close(held)
    return run(with_demo=True)


def prepared() -> Settings:
    """The settings, checked, and their folders and secret key."""
    settings = config.load()
    ground.check(settings)
    settings.data_dir = settings.data_dir.resolve()
    for folder in (settings.data_dir, settings.data_dir / "log", settings.data_dir / "run"):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not settings.secret_key:
        make_secret_key(settings.data_dir / "secret_key")
    return settings


def make_secret_key(path: Path) -> None:
    """Make the key once, readable by nobody else; whole or not at all."""
    if path.exists() and path.stat().st_size:
        path.chmod(0o600)
        return
    draft = path.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(48) + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)


def taken(settings: Settings) -> int:
    """Hold the data folder, or refuse: two installations on it would send and import twice."""
    held = ground.hold(settings.data_dir)
    if held is None:
        folder, holder = settings.data_dir, ground.holder(settings.data_dir)
        raise Refusal(
            f"Facteur already runs on the data folder {folder} (process {holder}). "
            "Stop it with Ctrl-C where it was started, or choose another folder with FACTEUR_DATA_DIR."
        )
    free = ground.hold_in_turn(settings.data_dir, ground.MEMBERS, ground.LAST_SECONDS)
    if free is None:
        os.close(held)
        raise Refusal(still_there(settings.data_dir))
    os.close(free)
    return held


def still_there(folder: Path) -> str:
    """Of an installation that was killed some processes take a while to end, and would work beside ours."""
    parent = ground.holder(folder, ground.MEMBERS)
    return (
        f"Facteur was killed, and some of its processes still run on the data folder {folder} "
        f"(forked by process {parent}). End them, then start again."
    )


def install(settings: Settings) -> None:
    """Our own Redis' files, the database as the code expects it, and the first admin."""
    if not settings.redis_url:
        processes.prepare_redis(settings.data_dir)
    flask("install")


def load_demo() -> None:
    """Mail in the documents of the demo firm, and have the older half of them checked."""
    say("Bringing in the demo; this takes a minute.")
    flask("demo")


def flask(*command: str) -> None:
    """Run one of our commands; where it fails its own words come first."""
    whole = [sys.executable, "-m", "flask", "--app", "wsgi", *command]
    if subprocess.run(whole, cwd=ROOT, check=False, stdin=subprocess.DEVNULL).returncode:
        raise Refusal(f"Facteur stopped: `flask {' '.join(command)}` failed. Nothing was started.")
