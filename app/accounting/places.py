"""The pages about the accountant, as tabs."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext as _


def tabs(here: str) -> list[dict[str, Any]]:
    """All of them: `here` is the one looked at."""
    labels = {"index": _("Overview"), "documents": _("Documents"), "all_runs": _("Past runs")}
    labels["download"] = _("Download")
    return [
        {"label": label, "url": url_for(f"accounting.{name}"), "active": name == here} for name, label in labels.items()
    ]
