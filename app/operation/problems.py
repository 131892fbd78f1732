"""What stands at the head of the page Operation: what is wrong, why it matters, and where to go on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from sqlalchemy import exists

from app.core import clock
from app.dashboard import work
from app.extensions import db
from app.mailboxes.models import Mailbox
from app.mailboxes.words import words
from app.operation import parts
from app.operation.overview import PartLine, QueueLine, Room
from app.operation.parts import CONSEQUENCES, Part
from app.outbox import outlets
from app.outbox.models import Mark, Outlet
from app.users import glance
from app.users.models import User
from app.web.filters import moment, size

WAITS_TOO_LONG = timedelta(minutes=15)
glance.QUESTIONS["shut_outlets"] = exists().where(Outlet.shut_at.is_not(None))
glance.QUESTIONS["paused_mailboxes"] = exists().where(Mailbox.paused_at.is_not(None))


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: how bad, what, what follows, and a page to go on with."""

    tint: str
    title: str
    text: str = ""
    url: str = ""
    label: str = ""


def found(seen: dict[str, Any]) -> list[Problem]:
    """The worst first; `seen` is what the page shows."""
    problems = [_part(line) for line in seen["parts"] if line.state != "alive"]
    problems += [_disk(seen["room"])] if seen["room"].is_low else []
    if not seen["versions"]["Redis"]:
        text = _("Nothing is lost: work waits in the database until it answers again.")
        problems.append(Problem("red", _("Redis does not answer"), text))
    if seen["damaged"]:
        title = ngettext("%(num)d stored file is damaged", "%(num)d stored files are damaged", len(seen["damaged"]))
        text = _("They are not given out. Put them back from a backup, and have the disk examined.")
        problems.append(Problem("red", title, text))
    problems += [_waiting(line) for line in seen["queues"] if _waits_too_long(line)]
    problems += [_paused(mailbox) for mailbox in seen["paused"]]
    problems += _decisions(seen)
    return sorted(problems, key=lambda each: each.tint != "red")


def _part(line: PartLine) -> Problem:
    text = str(CONSEQUENCES.get(line.name, ""))
    if line.state == "never":
        return Problem("amber", _("%(part)s was never there", part=line.label), text)
    title = _("%(part)s is silent since %(when)s", part=line.label, when=moment(line.seen_at))
    return Problem("red", title, text)


def _disk(room: Room) -> Problem:
    needed = _("%(least)s must be free, or mails are put off.", least=size(room.least))
    title = _("Little room on the disk: %(free)s", free=size(room.free))
    return Problem("red" if room.free < room.least else "amber", title, needed)


def _paused(mailbox: Mailbox) -> Problem:
    title = _("The mailbox %(name)s is paused", name=mailbox.name)
    return Problem("red", title, words(mailbox.trouble), _mailbox_url(mailbox), _("Try again"))


def _mailbox_url(mailbox: Mailbox) -> str:
    return url_for("mailboxes.show", company_id=mailbox.company_id, mailbox_id=mailbox.id)


def _waits_too_long(line: QueueLine) -> bool:
    return bool(line.waiting_since) and clock.now() - line.waiting_since > WAITS_TOO_LONG


def _waiting(line: QueueLine) -> Problem:
    title = _("%(part)s: work waits since %(when)s", part=line.label, when=moment(line.waiting_since))
    return Problem("amber", title, _("See that it runs; start more of it where there is much to do."))


def _decisions(seen: dict[str, Any]) -> list[Problem]:
    failed = sum(group.count for group in seen["failures"])
    stuck = {mark: seen["mails"].get(mark, 0) for mark in (Mark.UNCERTAIN, Mark.REFUSED)}
    found = []
    if failed:
        title = ngettext("%(num)d task was given up", "%(num)d tasks were given up", failed)
        found.append(Problem("amber", title, "", "#failures", _("See why")))
    if sum(stuck.values()):
        title = ngettext("%(num)d mail waits for a decision", "%(num)d mails wait for a decision", sum(stuck.values()))
        url = url_for("outbox.index", mark=next(mark for mark, count in stuck.items() if count).value)
        found.append(Problem("amber", title, "", url, _("Decide")))
    if seen["folder_troubles"]:
        count = seen["folder_troubles"]
        title = ngettext("%(num)d file stays in the watched folder", "%(num)d files stay in the watched folder", count)
        found.append(Problem("amber", title, "", url_for("intake.watched_folder"), _("See why")))
    return found


def banners() -> list[dict[str, str]]:
    """What every page says to who administers: what is not sent, that nobody watches any more, which mailboxes rest."""
    return (
        _shut_outlets()
        + (_nobody_watches() if work.administers_all(current_user) else [])
        + [
            {
                "text": _("The mailbox %(name)s failed five times in a row and is paused.", name=mailbox.name),
                "kind": "warning",
                "url": _mailbox_url(mailbox),
                "label": str(_("Try again")),
            }
            for mailbox in (paused(current_user) if glance.shows("paused_mailboxes") else ())
        ]
    )


def _shut_outlets() -> list[dict[str, str]]:
    """Nothing leaves, or not one way: as long as it is so."""
    shut = outlets.shut_ones() if glance.shows("shut_outlets") else []
    return [
        {"text": _outlet(each), "kind": "warning", "url": url_for("outbox.index"), "label": _("Outbox")}
        for each in shut
    ]


def _outlet(outlet: Outlet) -> str:
    if outlet.why == "copy":
        return _("Nothing is sent: this database came from another installation.")
    if outlet.name == "all":
        return _("All sending is stopped.")
    return _("Sending is paused after five equal failures: %(channel)s.", channel=outlets.WORDS[outlet.name])


def paused(user: User) -> list[Mailbox]:
    """The mailboxes of this person's companies that failed too often."""
    return list(db.session.scalars(Mailbox.visible_to(user).where(Mailbox.paused_at.is_not(None))))


def _nobody_watches() -> list[dict[str, str]]:
    sweep, web = parts.some("sweep", "web")
    if sweep.is_silent or (sweep.state == "never" and _runs_for_long(web)):
        text = f"{_part_silence(sweep)} {CONSEQUENCES['sweep']}"
        return [{"text": text, "kind": "warning", "url": url_for("operation.index"), "label": str(_("Operation"))}]
    return []


def _part_silence(sweep: Part) -> str:
    if sweep.is_silent:
        return _("The sweep is silent since %(when)s.", when=moment(sweep.seen_at))
    return _("The sweep was never there.")


def _runs_for_long(web: Part) -> bool:
    is_old = lambda sign: sign.started_at < clock.now() - parts.SILENT_AFTER  # noqa: E731
    return any(is_old(sign) for sign in web.living)
