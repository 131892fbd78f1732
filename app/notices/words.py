"""Notices in words, in the language of whoever reads them; what is out of sight is named by nothing (SAFETY S72)."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext

from app.notices.models import ByMail, Notice, NoticeKind
from app.notices.subjects import Subject

KINDS: dict[NoticeKind, Any] = {
    NoticeKind.MENTION: lazy_gettext("Somebody mentions you in a comment"),
    NoticeKind.COMMENT: lazy_gettext("Somebody comments on a document you are in charge of, validated or commented on"),
    NoticeKind.ASSIGNED: lazy_gettext("Somebody puts you in charge of a document"),
    NoticeKind.APPROVAL_ASKED: lazy_gettext("Your approval is asked"),
    NoticeKind.DECIDED: lazy_gettext("What you asked for, or decided on before, was decided"),
    NoticeKind.HANDED_OVER: lazy_gettext("An approval that was yours is somebody else’s now"),
    NoticeKind.FORWARDING: lazy_gettext("A mailbox asks to forward its mails to Facteur"),
    NoticeKind.TO_SEND: lazy_gettext("A message to a customer of yours cannot go by itself"),
    NoticeKind.ACCOUNTANT: lazy_gettext("The accountant writes about a document, or says that something is missing"),
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
    NoticeKind.TO_SEND: "list-todo",
    NoticeKind.ACCOUNTANT: "calculator",
}


def sentence(notice: Notice, subject: Subject | None) -> str:
    """What happened, in one line."""
    if subject is None:
        return _("Something about a document you no longer see.")
    said = {"who": _who(notice), "what": subject.name}
    if notice.kind is NoticeKind.DECIDED:
        return _decided(notice, said)
    return {
        NoticeKind.MENTION: lambda: _("%(who)s mentions you on %(what)s.", **said),
        NoticeKind.COMMENT: lambda: _("%(who)s comments on %(what)s.", **said),
        NoticeKind.ASSIGNED: lambda: _("%(who)s puts you in charge of %(what)s.", **said),
        NoticeKind.APPROVAL_ASKED: lambda: _("%(what)s waits for your approval.", **said),
        NoticeKind.HANDED_OVER: lambda: _handed_over(notice, said),
        NoticeKind.FORWARDING: lambda: _("%(what)s asks for a confirmation.", **said),
        NoticeKind.TO_SEND: lambda: _("Could not go by itself, and is yours to do: %(what)s.", **said),
        NoticeKind.ACCOUNTANT: lambda: _accountant(notice, said),
    }[notice.kind]()


def _who(notice: Notice) -> str:
    return notice.by.name if notice.by else str(notice.arguments.get("name") or "Facteur")


def _handed_over(notice: Notice, said: dict[str, str]) -> str:
    """`to` among its arguments is who decides now."""
    if to := str(notice.arguments.get("to") or ""):
        return _("%(to)s now decides on %(what)s in your place.", to=to, **said)
    return _("The approval of %(what)s was handed over.", **said)


def _accountant(notice: Notice, said: dict[str, str]) -> str:
    """`said` among its arguments is the answer, `more` how many documents it is about besides.

    `unusual` is how many wait where that is far more than usual.
    """
    if count := int(notice.arguments.get("unusual") or 0):
        return _("Far more than usual was there for the accountant, %(count)s documents: look at it.", count=count)
    more = int(notice.arguments.get("more") or 0)
    if more:
        others = ngettext("%(what)s and %(num)d other document", "%(what)s and %(num)d other documents", more, **said)
        said = said | {"what": others}
    if notice.arguments.get("said") == "missing":
        return _("%(who)s says that something is missing: %(what)s.", **said)
    return _("%(who)s, the accountant, writes about %(what)s.", **said)


def _decided(notice: Notice, said: dict[str, str]) -> str:
    """`what` among its arguments says what happened, `choice` which way it was."""
    what, choice = str(notice.arguments.get("what", "")), str(notice.arguments.get("choice", ""))
    ways = {
        "approve": lambda: _("%(who)s approved %(what)s.", **said),
        "reject": lambda: _("%(who)s rejected %(what)s.", **said),
        "send_back": lambda: _("%(who)s sent %(what)s back for correction.", **said),
        "done": lambda: _("Your decision on %(what)s is noted.", **said),
        "undone": lambda: _("The decision on %(what)s was taken back.", **said),
        "lapsed": lambda: _(
            "%(who)s took back an earlier approval of %(what)s: yours lapsed with it. You are asked again in turn.",
            **said,
        ),
        "outdated": lambda: _(
            "%(what)s changed, or another rule asks for it: it is approved anew, and your approval counts no more.",
            **said,
        ),
    }
    return ways.get(what or choice, lambda: _("%(who)s decided on %(what)s.", **said))()
