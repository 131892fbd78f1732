"""The master switch of automatic sending, and what every page says while it is off (SPEC SE-8)."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.users.models import Company
from app.web.access import Permission, allowed


def banners(company: Company | None) -> list[dict[str, str]]:
    """That nothing goes to customers by itself, to those who work there; admins may switch it on again."""
    if company is None or company.sends_automatically or not allowed(current_user, Permission.EDIT, company.id):
        return []
    text = _("Automatic sending is off: nothing goes to customers of %(company)s by itself.", company=company.name)
    if not allowed(current_user, Permission.ADMINISTER, company.id):
        return [{"text": text, "kind": "warning"}]
    url = url_for("settings.sending", company_id=company.id)
    return [{"text": text, "kind": "warning", "url": url, "label": _("Switch it on…")}]
