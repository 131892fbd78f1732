"""The accounting categories a new company begins with: a first invoice can be validated without any set-up."""

from __future__ import annotations

from flask_babel import gettext as _

from app.documents.models import Category, Direction
from app.extensions import db
from app.users.models import Company


def open_categories(company: Company) -> None:
    """Those of a small firm, with their accounts in the French chart; each can be changed or put away."""
    for direction, code, name in _usual():
        db.session.add(Category(company_id=company.id, direction=direction, account_code=code, name=name))


def _usual() -> list[tuple[Direction, str, str]]:
    purchases = {
        "607000": _("Goods for resale"),
        "601000": _("Raw materials"),
        "604000": _("Subcontracting"),
        "606100": _("Water and energy"),
        "606400": _("Office supplies and small equipment"),
        "613200": _("Rent"),
        "615000": _("Maintenance and repairs"),
        "616000": _("Insurance"),
        "622600": _("Fees"),
        "623000": _("Advertising"),
        "625100": _("Travel"),
        "625700": _("Meals and receptions"),
        "626000": _("Post and telecommunications"),
        "627000": _("Bank charges"),
        "651000": _("Software and licences"),
    }
    sales = {"707000": _("Sales of goods"), "706000": _("Services")}
    pairs = [(Direction.PURCHASE, *each) for each in purchases.items()]
    return pairs + [(Direction.SALE, *each) for each in sales.items()]
