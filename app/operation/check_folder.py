"""The doctor looks at the watched folder: is it there, may we use it, and does anything in it stay?"""

from __future__ import annotations

import os
from collections.abc import Iterator

from app.intake import watching
from app.operation.finding import Finding, broken, ok, warning


def check_watched_folder() -> Iterator[Finding]:
    """Can files be taken out of it and put away?"""
    root = watching.root()
    if root is None:
        yield ok("watched folder", "none is set")
    elif not root.is_dir():
        yield broken("watched folder", f"{root} is not there", "Make it, or correct FACTEUR_WATCH_DIR.")
    elif not os.access(root, os.R_OK | os.W_OK | os.X_OK):
        do = "Give the user Facteur runs as read and write rights on it."
        yield broken("watched folder", f"{root} may not be read or written", do)
    elif count := watching.trouble_count():
        said = f"{count} in {root} cannot be taken or put away"
        yield warning("watched folder", said, "See the reasons on the page Add invoices, Watched folder.")
    else:
        yield ok("watched folder", str(root))
