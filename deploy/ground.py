"""What Facteur refuses to start on, each with a sentence that says why and what to do."""

from __future__ import annotations

import fcntl
import ipaddress
import os
import socket
import time
from pathlib import Path

from app.config import Settings

NETWORK_FILE_SYSTEMS = (
    *("nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "lustre", "glusterfs", "beegfs", "davfs"),
    *("fuse.sshfs", "fuse.s3fs", "fuse.rclone", "fuse.glusterfs", "fuse.davfs2", "fuse.cephfs"),
)
LOCK, MEMBERS = "facteur.lock", "members.lock"
"""The first is held by whoever starts and supervises, the second by each process that works with the data."""
LAST_SECONDS = 15
"""How long those of an installation that was killed may take to end."""
MOUNTS = Path("/proc/self/mountinfo")
KNOWN_PASSWORDS = {"admin", "administrator", "changeme", "change-me", "default", "facteur", "password", "secret"}
SHORTEST_PASSWORD = 10


class Refusal(Exception):
    """Facteur does not start; the text says what is wrong and what to do."""


def check(settings: Settings) -> None:
    """Refuse what would endanger the data or the people behind it (SAFETY S108)."""
    check_debug(settings)
    check_password(settings)
    check_file_system(settings.data_dir)


def check_debug(settings: Settings) -> None:
    """Debugging pages run code for whoever reaches them, so they never leave the machine."""
    debugging = settings.debug or os.environ.get("FLASK_DEBUG", "0").lower() not in ("", "0", "false", "no")
    if debugging and not is_loopback(settings.host):
        raise Refusal(
            f"Debug mode is on while the web server would listen on {settings.host}, where others reach it. "
            "Unset FACTEUR_DEBUG and FLASK_DEBUG, or set FACTEUR_HOST=127.0.0.1."
        )


def check_password(settings: Settings) -> None:
    """The first admin never gets a password that anybody could guess."""
    password = settings.admin_password
    if not password:
        return
    known = {*KNOWN_PASSWORDS, settings.admin_email.lower(), settings.admin_email.partition("@")[0].lower()}
    if len(password) < SHORTEST_PASSWORD or password.lower().strip("0123456789!.") in known:
        raise Refusal(
            f"FACTEUR_ADMIN_PASSWORD is too easy to guess: take at least {SHORTEST_PASSWORD} characters that are not "
            "a usual word, or leave it unset and Facteur makes one and shows it once."
        )


def check_file_system(folder: Path) -> None:
    """Locks and `fsync` mean nothing on most network file systems, and the database relies on both."""
    kind = file_system_of(folder, MOUNTS)
    if kind in NETWORK_FILE_SYSTEMS:
        raise Refusal(
            f"The data folder {folder} is on a network file system ({kind}), where a database can be damaged. "
            "Choose a folder on a local disk: FACTEUR_DATA_DIR=/srv/facteur ./facteur run."
        )


def file_system_of(folder: Path, mounts: Path) -> str:
    """The type of the file system `folder` is (or will be) on, as `mounts` tells; empty where unknown."""
    place, found = folder.resolve(), ("", "")
    for line in mounts.read_text().splitlines() if mounts.exists() else []:
        before, _, after = line.partition(" - ")
        point = before.split(" ")[4].encode().decode("unicode_escape")
        # The last of several mounts on one point is the one that is seen.
        if place.is_relative_to(point) and len(point) >= len(found[0]):
            found = (point, after.split(" ")[0])
    return found[1]


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def check_port(host: str, port: int, setting: str) -> None:
    """Refuse a port that another program holds or that we may not open."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Refusal(
                f"Port {port} on {host} cannot be opened ({os.strerror(error.errno or 0).lower()}). "
                f"Stop the program that uses it, or choose another port: {setting}={port + 1} ./facteur run."
            ) from None


def hold(folder: Path, name: str = LOCK) -> int | None:
    """Take the data folder for this installation until the returned file is closed; None: another has it.

    The kernel lets go when the last process that holds the file ends, so a lock is never stale.
    """
    held = os.open(folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(held)
        return None
    os.ftruncate(held, 0)
    os.write(held, f"{os.getpid()}\n".encode())
    return held


def hold_in_turn(folder: Path, name: str, seconds: float) -> int | None:
    """Take it as soon as whoever has it lets go; None: that took longer."""
    give_up = time.monotonic() + seconds
    while (held := hold(folder, name)) is None and time.monotonic() < give_up:
        time.sleep(0.1)
    return held


def holder(folder: Path, name: str = LOCK) -> str:
    """Who holds the folder, for people to read."""
    return (folder / name).read_text().strip() or "unknown"
