"""Mails to who administers the installation: to whom, subject, template."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import force_locale, ngettext
from flask_babel import gettext as _

from app.operation.parts import CONSEQUENCES, Part
from app.outbox.models import OutgoingMail, Outlet
from app.outbox.outlets import WORDS
from app.outbox.writing import write
from app.users.mails import address
from app.users.models import User
from app.web.filters import moment


def part_silent(user: User, part: Part) -> OutgoingMail:
    """A part gives no sign of life."""

    def told() -> dict[str, Any]:
        return {
            "subject": _("Facteur: %(part)s does not answer", part=part.label),
            "title": _("%(part)s does not answer", part=part.label),
            "facts": [(_("Last sign of life"), moment(part.seen_at)), *_where(part)],
            "text": CONSEQUENCES.get(part.name, ""),
            "advice": _("Look whether its process runs, and start it again. “flask --app wsgi doctor” says more."),
        }

    return _write("part-silent", _silence(part), user, told)


def part_back(user: User, part: Part) -> OutgoingMail:
    """A part that was silent is there again."""

    def told() -> dict[str, Any]:
        return {
            "subject": _("Facteur: %(part)s is back", part=part.label),
            "title": _("%(part)s is back", part=part.label),
            "facts": _where(part),
            "text": _("What waited meanwhile is being done. There is nothing you need to do."),
            "advice": "",
        }

    return _write("part-back", _silence(part), user, told)


def files_damaged(user: User, key: str, names: list[str], count: int) -> OutgoingMail:
    """Stored files are missing or not what they were."""

    def told() -> dict[str, Any]:
        title = ngettext("%(num)d stored file is damaged", "%(num)d stored files are damaged", count)
        return {
            "subject": _("Facteur: %(title)s", title=title),
            "title": title,
            "facts": [(_("SHA-256"), name) for name in names],
            "text": _("Their bytes are gone or were changed. Facteur does not give them out any more."),
            "advice": _("Put them back from a backup, and have the disk examined."),
        }

    return _write("files-damaged", key, user, told)


def sending_stopped(user: User, outlet: Outlet) -> OutgoingMail:
    """A channel was shut after equal failures."""

    def told() -> dict[str, Any]:
        channel = WORDS[outlet.name]
        return {
            "subject": _("Facteur: sending is paused (%(channel)s)", channel=channel),
            "title": _("Sending is paused: %(channel)s", channel=channel),
            "facts": [(_("Since"), moment(outlet.shut_at)), (_("What was said last"), outlet.failure[:300])],
            "text": _("It failed five times in a row in the same way. What waits is kept, and leaves once it is open."),
            "advice": _("Mend the cause, then press “Try again” in the outbox."),
        }

    return _write("sending-stopped", f"{outlet.name}:{outlet.shut_at:%Y%m%d%H%M%S}", user, told)


def _silence(part: Part) -> str:
    """One mail for each silence of a process, whenever it is noticed."""
    return f"{part.signs[0].id}:{part.signs[0].silence_count}"


def _where(part: Part) -> list[tuple[str, str]]:
    return [(_("Where"), f"{part.signs[0].host}, {part.signs[0].pid}")]


def _write(kind: str, key: str, user: User, told: Callable[[], dict[str, Any]]) -> OutgoingMail:
    with force_locale(user.spoken):
        words = told()
        return write(
            kind,
            key=f"{kind}:{key}:{user.id}",
            to=user.email,
            subject=words.pop("subject"),
            template="operation/mail/notice",
            about=user,
            language=user.spoken,
            url=address("/operation"),
            **words,
        )
