"""What stands in the sidebar: pages that exist and this person may open, with what waits in each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import current_app, request, url_for
from flask_babel import lazy_gettext as _
from flask_login import current_user

from app.web.access import Permission, allowed

P = Permission
COUNTS: dict[str, Callable[[], int]] = {}
"""Endpoint → how many things wait there; filled where the application is put together."""
ONLY_FOR: dict[str, Callable[[], bool]] = {}
"""Endpoint → whether this person is one of the few it is for, where permissions in one company do not say it all."""


@dataclass(frozen=True)
class Item:
    """One entry: shown where its page exists and the person has one of the permissions in the company looked at."""

    endpoint: str
    label: Any
    icon: str
    permissions: tuple[Permission, ...]

    def is_shown(self, company_id: int | None) -> bool:
        """May the person open it here?"""
        mine = any(allowed(current_user, permission, company_id) for permission in self.permissions)
        return mine and self.endpoint in current_app.view_functions and ONLY_FOR.get(self.endpoint, lambda: True)()

    def as_link(self) -> dict[str, Any]:
        """What the layout needs."""
        url = url_for(self.endpoint)
        return {
            "label": self.label,
            "url": url,
            "icon": self.icon,
            "count": COUNTS[self.endpoint]() if self.endpoint in COUNTS else 0,
            "active": request.path == url or (url != "/" and request.path.startswith(f"{url}/")),
        }


SEES = (P.SEE_ALL, P.SEE_ASSIGNED, P.SEE_VALIDATED)
HOME = Item("dashboard.home", _("Home"), "house", (P.SEE_OWN_PAGES,))
REVIEW = Item("review.index", _("Review"), "inbox", (P.EDIT,))
ADD = Item("intake.new", _("Add"), "plus", (P.EDIT,))
DOCUMENTS = Item("documents.index", _("Documents"), "file-text", (*SEES, P.DECIDE))
SETTINGS = Item("settings.index", _("Settings"), "settings", (P.ADMINISTER,))
NOTICES = Item("notices.index", _("Notices"), "bell", (P.SEE_OWN_PAGES,))
ACCOUNT = Item("users.account", _("My account"), "circle-user-round", (P.SEE_OWN_PAGES,))
MAIN = [
    HOME,
    REVIEW,
    Item("approval.index", _("Approvals"), "circle-check", (P.DECIDE,)),
    DOCUMENTS,
    Item("counterparties.customers", _("Customers"), "users", SEES),
    Item("counterparties.suppliers", _("Suppliers"), "truck", SEES),
    Item("dunning.index", _("To do"), "list-todo", (P.EDIT,)),
    Item("accounting.index", _("Accountant"), "calculator", (P.SEE_FIGURES, P.SEE_VALIDATED)),
]
MONEY = [
    Item("bank.index", _("Bank"), "landmark", (P.SEE_FIGURES,)),
    Item("payments.index", _("Payments"), "banknote", (P.SEE_FIGURES,)),
    Item("treasury.index", _("Treasury"), "wallet", (P.SEE_FIGURES,)),
    Item("analytics.index", _("Analytics"), "chart-column", (P.SEE_FIGURES,)),
]
APART = [
    Item("intake.index", _("Mail log"), "mail", (P.EDIT,)),
    Item("channels.letters", _("Letters"), "stamp", (P.SEND_LETTERS,)),
    Item("outbox.index", _("Outbox"), "send", (P.ADMINISTER,)),
    Item("rules.index", _("Rules"), "workflow", (P.ADMINISTER,)),
    Item("documents.trash_list", _("Trash"), "trash-2", (P.EDIT,)),
    Item("operation.index", _("Operation"), "monitor", (P.ADMINISTER,)),
    SETTINGS,
]


NAMES = (
    "navigation",
    *("bottom_bar", "person_menu", "notifications_url", "notifications_count", "search_url", "add_url"),
)
"""What `shell` tells, each left out where there is nothing."""


def _once(shown: dict[Item, dict[str, Any] | None], item: Item, company_id: int | None) -> dict[str, Any] | None:
    """The link of an entry that stands in several places: what waits there is counted once."""
    if item not in shown:
        shown[item] = item.as_link() if item.is_shown(company_id) else None
    return shown[item]


def shell(company_id: int | None) -> dict[str, Any]:
    """What the layout shows to somebody looking at this company."""
    shown: dict[Item, dict[str, Any] | None] = {}
    links = lambda items: [link for item in items if (link := _once(shown, item, company_id))]  # noqa: E731
    top = {"search_url": DOCUMENTS, "add_url": ADD}
    bell = _once(shown, NOTICES, company_id) or {}
    return {
        "navigation": [{"label": "", "items": links(group)} for group in (MAIN, MONEY, APART)],
        "bottom_bar": links((HOME, REVIEW, MAIN[2], ADD)),
        "person_menu": links((ACCOUNT, SETTINGS)),
        "notifications_url": bell.get("url", ""),
        "notifications_count": bell.get("count", 0),
        **{name: url_for(item.endpoint) for name, item in top.items() if item.is_shown(company_id)},
    }
