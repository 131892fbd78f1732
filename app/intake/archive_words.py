"""What became of an archive, or why a file in one was not taken out, and what can be done about it."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext


def told(key: str, reason: dict[str, Any]) -> str:
    """The reason in words; empty where it is none of an archive."""
    limit = reason.get("limit")
    words = {
        "archive_opened": _("What it holds is listed below it."),
        "archive_broken": _("This archive is damaged and could not be opened. Ask the sender for it again."),
        "winmail_broken": _("Outlook’s wrapping (winmail.dat) could not be opened. Ask for the file as a PDF."),
        "too_many_entries": _("It holds more than %(limit)s files and was not opened. Ask for fewer.", limit=limit),
        "beyond": _("Not opened: a message has %(limit)s parts at most. Send it in a mail of its own.", limit=limit),
        "nested_archive": _("An archive in an archive is not opened. Ask for it as an attachment of its own."),
        "other_archive": _("Only ZIP archives are opened. Ask for a ZIP, or for the file itself."),
        "outlook_message": _(
            "A message saved by Outlook (.msg), which is not opened. Open it in Outlook, and forward its attachment."
        ),
        "encrypted": _("Protected with a password. Ask for it without one, or unpack it and add it by hand."),
        "link": _("Not a file but a link or a device: it is not followed."),
        "packed_unusually": _("Packed in a way that is not read. Ask for an ordinary ZIP."),
        "entry_broken": _("Damaged in its archive. Ask the sender for it again."),
        "inflates": _(
            "It would unpack to far more than its archive, or past %(limit)s MB: it was not taken out.", limit=limit
        ),
        "leftover": _("Left in the archive by the computer that made it."),
    }
    return f"{words.get(key, '')} {_left_out(reason.get('more', 0))}".strip()


def _left_out(count: int) -> str:
    """What is said where an archive held more than is opened."""
    if not count:
        return ""
    return ngettext(
        "%(num)s more file in it was not opened: send it in another archive.",
        "%(num)s more files in it were not opened: send them in another archive.",
        count,
    )
