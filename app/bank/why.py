"""Why a document is proposed for a line, or was matched with it, in the reader's words (SPEC BK-2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from babel.dates import format_date
from flask_babel import format_decimal, get_locale, ngettext
from flask_babel import gettext as _

from app.web.filters import amount

Say = Callable[[Any, str], str]
WORDS: dict[str, Say] = {
    "amount": lambda _it, _currency: _("same amount"),
    "original": lambda _it, _currency: _("same amount in its own currency"),
    "currency": lambda _it, _currency: _("another currency"),
    "rounding": lambda minor, currency: _("but for %(amount)s", amount=amount(abs(minor), currency)),
    "fee": lambda minor, currency: _("%(amount)s less, perhaps a bank fee", amount=amount(minor, currency)),
    "discount": lambda rate, _currency: _(
        "less a discount of %(rate)s %%", rate=format_decimal(Decimal(rate) / 10, locale=get_locale())
    ),
    "part": lambda _it, _currency: _("a part of it"),
    "more": lambda minor, currency: _("%(amount)s more than is open", amount=amount(minor, currency)),
    "reference": lambda number, _currency: _("its reference stands in the text"),
    "number": lambda number, _currency: _("number %(number)s in the text", number=number),
    "misread": lambda number, _currency: _("nearly number %(number)s in the text", number=number),
    "cut": lambda number, _currency: _("the text is cut in its number"),
    "end": lambda number, _currency: _("the end of its number in the text"),
    "iban": lambda times, _currency: (
        ngettext("this account paid %(num)d time before", "this account paid %(num)d times before", times)
        if times
        else _("its account")
    ),
    "rule": lambda _it, _currency: _("a rule for labels says so"),
    "name": lambda _it, _currency: _("its name"),
    "name_before": lambda _it, _currency: _("the bank called it so before"),
    "other_party": lambda _it, _currency: _("another name"),
    "early": lambda _it, _currency: _("before it was issued"),
    "due": lambda days, _currency: (
        ngettext("%(num)d day from its due date", "%(num)d days from its due date", days)
        if days
        else _("on its due date")
    ),
    "month": lambda day, _currency: _(
        "its month, %(month)s", month=format_date(date.fromisoformat(day), "MMMM", locale=get_locale())
    ),
    "ordered": lambda count, _currency: ngettext(
        "%(num)d document paid by this order", "%(num)d documents paid by one order", count
    ),
    "sum": lambda count, _currency: ngettext("%(num)d document", "%(num)d documents together", count),
    "numbers": lambda count, _currency: ngettext("%(num)d of their numbers", "%(num)d of their numbers", count),
}
"""Key → its words, from its argument and the currency."""


def in_words(reasons: Iterable[Any], currency: str) -> str:
    """All of them in one line; what is not known here any more is left out."""
    said = []
    for reason in reasons:
        if isinstance(reason, list) and reason and reason[0] in WORDS:
            say, argument = WORDS[reason[0]], reason[1] if len(reason) > 1 else None
            said.append(say(argument, currency))
    return ", ".join(dict.fromkeys(said))
