"""What each way a document comes in by is called."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _

from app.documents import entering
from app.intake.models import Source


def ways_in() -> dict[str, Any]:
    """Word kept with a document → its name."""
    return {each.value: each.label for each in Source} | {entering.SOURCE: _("By hand")}
