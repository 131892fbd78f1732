"""`python -m deploy setup|run|demo`, which `./facteur` calls once everything is installed."""

import os
import sys

from app.config import BadSettings
from deploy import start
from deploy.ground import Refusal

COMMANDS = {"setup": start.setup, "run": start.run, "demo": start.demo}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in COMMANDS:
        sys.exit(f"usage: ./facteur {'|'.join(COMMANDS)}")
    os.umask(0o077)  # what we write is data or leads to it
    try:
        sys.exit(COMMANDS[sys.argv[1]]())
    except (BadSettings, Refusal) as refusal:
        sys.exit(str(refusal))
    except KeyboardInterrupt:
        sys.exit(130)
