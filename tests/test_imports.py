"""What the long-running processes load, in an interpreter of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from app.config import ROOT
from tests.settings import SECRET
from tests.test_architecture import OPENS_FILES

EVERY_PROCESS = """
import json, sys
from deploy import family
family.load()
from app import standing
from app.reader import cage
from app.tasks import runner, due, sweep
print(json.dumps(sorted({name.split(".")[0] for name in sys.modules})))
"""


def test_web_worker_and_receiver_never_load_what_opens_files(tmp_path):
    """R12: only the reader's process does; elsewhere they would cost memory and, one day, be used."""
    env = {"FACTEUR_DATA_DIR": str(tmp_path), "FACTEUR_SECRET_KEY": SECRET, "PATH": os.environ["PATH"]}
    command = [sys.executable, "-c", EVERY_PROCESS]

    run = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)

    loaded = set(json.loads(run.stdout.splitlines()[-1]))
    assert {"flask", "sqlalchemy", "rq", "aiosmtpd"} <= loaded
    assert not loaded & OPENS_FILES
