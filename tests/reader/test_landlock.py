"""SAFETY R12: what a process that is not root gives up by Landlock."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.reader import landlock
from app.reader.address import ROOT
from app.reader.confine import NOBODY

LOOK = """
import os, sys
from pathlib import Path
from app.reader import confine, landlock
if os.geteuid() == 0:  # root's own rights would count for more than Landlock here
    confine._become_nobody()
confine._libc.prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS
assert landlock.restrict(readable=[Path("/proc"), Path("/usr")], writable=[Path(sys.argv[1])])
for place in (f"/proc/{sys.argv[2]}/environ", sys.argv[3]):
    try:
        print(Path(place).read_text())
    except PermissionError:
        print("denied")
Path(sys.argv[1], "made").write_text("here")
"""

pytestmark = pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock")


def test_files_and_secrets_of_the_same_user_are_out_of_reach(open_folder: Path):
    """R12: neither the settings in a parent's environment nor the data folder can be read."""
    # S88
    secret, work = open_folder / "secret", open_folder / "work"
    secret.write_text("canary-3")
    work.mkdir()
    work.chmod(0o777)
    same_user = NOBODY if os.geteuid() == 0 else os.geteuid()
    other = subprocess.Popen(["/bin/sleep", "60"], env={"FACTEUR_SECRET_KEY": "canary-4"}, user=same_user)
    try:
        command = [sys.executable, "-c", LOOK, str(work), str(other.pid), str(secret)]
        seen = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    finally:
        other.kill()
        other.wait()

    assert seen.split() == ["denied", "denied"]
    assert (work / "made").read_text() == "here"
