"""Notices in words, in the language of whoever reads them; what is out of sight is named by nothing (SAFETY S72)."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from app.notices.models import ByMail, Notice, NoticeKind
from app.notices.subjects import Subject

KINDS: dict[NoticeKind, Any] = {
    NoticeKind.MENTION: lazy_gettext("Somebody mentions you in a comment"),
    NoticeKind.COMMENT: lazy_gettext("Somebody comments on a document you are in charge of, validated or commented on"),
    NoticeKind.ASSIGNED: lazy_gettext("Somebody puts you in charge of a document"),
    NoticeKind.APPROVAL_ASKED: lazy_gettext("Your approval is asked"),
    NoticeKind.DECIDED: lazy_gettext("What you asked for, or decided on before, was decided"),
    NoticeKind.HANDED_OVER: lazy_gettext("An approval was handed over to you, or back"),
    NoticeKind.FORWARDING: lazy_gettext("A mailbox asks to forward its mails to Facteur"),
}
MAILS: dict[ByMail, Any] = {
    ByMail.NEVER: lazy_gettext("Never"),
    ByMail.AT_ONCE: lazy_gettext("At once"),
    ByMail.DAILY: lazy_gettext("Once a day"),
}
ICONS = {
    NoticeKind.MENTION: "at-sign",
    NoticeKind.COMMENT: "message-square",
    NoticeKind.ASSIGNED: "user-check",
    NoticeKind.APPROVAL_ASKED: "circle-check",
    NoticeKind.DECIDED: "stamp",
    NoticeKind.HANDED_OVER: "users",
    NoticeKind.FORWARDING: "mail",
}


def sentence(notice: Notice, subject: Subject | None) -> str:
    """What happened, in one line."""
    if subject is None:
        return _("Something about a document you no longer see.")
    said = {"who": notice.by.name if notice.by else "Facteur", "what": subject.name}
    if notice.kind is NoticeKind.DECIDED:
        return _decided(notice, said)
    return {
        NoticeKind.MENTION: lambda: _("%(who)s mentions you on %(what)s.", **said),
        NoticeKind.COMMENT: lambda: _("%(who)s comments on %(what)s.", **said),
        NoticeKind.ASSIGNED: lambda: _("%(who)s puts you in charge of %(what)s.", **said),
        NoticeKind.APPROVAL_ASKED: lambda: _("%(what)s waits for your approval.", **said),
        NoticeKind.HANDED_OVER: lambda: _("%(who)s hands the approval of %(what)s over to you.", **said),
        NoticeKind.FORWARDING: lambda: _("%(what)s asks for a confirmation.", **said),
    }[notice.kind]()


def _decided(notice: Notice, said: dict[str, str]) -> str:
    """`choice` among its arguments says which way."""
    ways = {
        "approve": lambda: _("%(who)s approved %(what)s.", **said),
        "reject": lambda: _("%(who)s rejected %(what)s.", **said),
        "send_back": lambda: _("%(who)s sent %(what)s back for correction.", **said),
    }
    return ways.get(str(notice.arguments.get("choice", "")), lambda: _("%(who)s decided on %(what)s.", **said))()
