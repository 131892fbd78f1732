"""The pages about the accountant as tabs, and where it is set up."""

from __future__ import annotations

from typing import Any

from flask import current_app, url_for
from flask_babel import gettext as _

from app.users.models import Company


def tabs(here: str) -> list[dict[str, Any]]:
    """The tabs of all these pages: `here` is the one looked at."""
    labels = {
        "index": _("Overview"),
        "documents": _("Documents"),
        "all_runs": _("Past runs"),
        "download": _("Download"),
    }
    return [
        {"label": label, "url": url_for(f"accounting.{name}"), "active": name == here}
        for name, label in labels.items()
        if f"accounting.{name}" in current_app.view_functions
    ]


def settings_url(company: Company) -> str:
    """Where an admin chooses a connection and switches sharing on."""
    if "settings.accountant" in current_app.view_functions:
        return url_for("settings.accountant", company_id=company.id)
    return url_for("settings.index")
