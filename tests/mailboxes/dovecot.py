"""A real mail server for tests: Dovecot as an ordinary user, on loopback ports, with mails in a folder of its own."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from imaplib import IMAP4
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.live import free_port, wait_for

PROGRAM = shutil.which("dovecot") or "/usr/sbin/dovecot"
PASSWORD = "mot-de-passe-très-secret"
USER = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
mail_location = maildir:{folder}/mail/%u
disable_plaintext_auth = no
ssl = yes
ssl_cert = <{folder}/certificate.pem
ssl_key = <{folder}/key.pem
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/home/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {ssl_port}
  }}
}}
service anvil {{
  chroot =
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
"""


@dataclass
class Dovecot:
    """Where it listens, and where its certificate lies."""

    folder: Path
    port: int
    ssl_port: int
    login: str = "zoe@example.org"

    @property
    def certificate(self) -> Path:
        return self.folder / "certificate.pem"

    @contextmanager
    def opened(self, folder: str = "INBOX") -> Iterator[IMAP4]:
        """As another client of the same mailbox."""
        with IMAP4("127.0.0.1", self.port, timeout=10) as client:
            client.authenticate("PLAIN", lambda _said: f"\0{self.login}\0{PASSWORD}".encode())
            client.select(folder)
            yield client

    def put(self, raw: bytes, folder: str = "INBOX") -> None:
        """Deliver a mail."""
        with self.opened() as client:
            assert client.append(folder, None, None, raw)[0] == "OK"

    def flags(self, folder: str = "INBOX") -> list[bool]:
        """Of each mail: has it been read?"""
        with self.opened(folder) as client:
            if client.select(folder)[1] == [b"0"]:
                return []
            answer = client.fetch("1:*", "(FLAGS)")[1]
            return [b"\\Seen" in each for each in answer if isinstance(each, bytes)]

    def folders_made(self, name: str) -> None:
        """Another folder."""
        with self.opened() as client:
            assert client.create(name)[0] == "OK"

    def renumber(self) -> None:
        """As after a restore: the folder's numbering is lost, and it begins a new one."""
        mail = self.folder / "mail" / self.login
        for path in [*mail.glob("dovecot*"), *mail.glob("INBOX/dovecot*")]:
            path.unlink()


def certify(folder: Path) -> None:
    """A certificate for this machine, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    made = made.add_extension(names, False).add_extension(x509.BasicConstraints(True, None), True)
    (folder / "certificate.pem").write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(key.private_bytes(*plain))


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    """Running; each test that puts mails into it has a user of its own."""
    if not Path(PROGRAM).exists():
        pytest.skip("Dovecot is not installed: ./facteur test installs dovecot-imapd where it may")
    folder = Path(tempfile.mkdtemp(prefix="facteur-dovecot-"))
    server = Dovecot(folder, free_port(), free_port())
    certify(folder)
    group = grp.getgrgid(pwd.getpwnam(USER).pw_gid).gr_name
    facts = {"folder": folder, "user": USER, "group": group, "port": server.port, "ssl_port": server.ssl_port}
    (folder / "dovecot.conf").write_text(CONFIGURATION.format(**facts, password=PASSWORD))
    as_user: list[str] = []
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", f"{USER}:{group}", str(folder)], check=True)
        as_user = ["setpriv", f"--reuid={USER}", f"--regid={group}", "--clear-groups"]
    process = subprocess.Popen([*as_user, PROGRAM, "-F", "-c", str(folder / "dovecot.conf")], start_new_session=True)
    try:
        wait_for(lambda: IMAP4("127.0.0.1", server.port, timeout=2).logout(), seconds=20)
        yield server
    except AssertionError:
        print((folder / "log").read_text() if (folder / "log").exists() else "no log")
        raise
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)
