"""What became of a file of statements, in a line."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from app.bank import balances, words
from app.bank.models import BankImport, ImportStage, Statement
from app.web.filters import amount

STAGES = {
    ImportStage.TO_MAP: lambda: _("Say which column is what."),
    ImportStage.TO_CHOOSE: lambda: _("Say which account it is of."),
    ImportStage.TO_CONFIRM: lambda: _("Some of its lines may be here already: say what to do."),
    ImportStage.READING: lambda: _("Received; it is being read."),
    ImportStage.UNDONE: lambda: _("Taken back: nothing of it is here."),
}


def stage_label(stage: ImportStage) -> str:
    """How far it is, in a word."""
    return {
        "reading": _("Being read"),
        "to_map": _("Choose the columns"),
        "to_choose": _("Choose the account"),
        "to_confirm": _("To be confirmed"),
        "imported": _("Imported"),
        "refused": _("Refused"),
        "undone": _("Taken back"),
    }[stage.value]


def sentence(brought: BankImport) -> str:
    """What became of it: "48 lines, 12 new, balances hold"."""
    if brought.stage is ImportStage.REFUSED:
        return words.of_wrong(brought.notes[0]) if brought.notes else _("Refused")
    if brought.stage is not ImportStage.IMPORTED:
        return STAGES[brought.stage]()
    told = [counts(brought.statements), *holds(brought.statements)]
    return _("%(facts)s.", facts=", ".join(each for each in told if each))


def counts(statements: list[Statement]) -> str:
    """How many lines, and how many of them are new."""
    lines, added = sum(each.line_count for each in statements), sum(each.added_count for each in statements)
    told = ngettext("%(num)d line", "%(num)d lines", lines)
    return told + ", " + (ngettext("%(num)d new", "%(num)d new", added) if added else _("nothing new"))


def holds(statements: list[Statement]) -> list[str]:
    """What its balances tell; nothing where it says none."""
    wrong = [each for each in statements if each.difference_minor]
    if wrong:
        missing = amount(wrong[0].difference_minor, wrong[0].account.currency)
        return [_("its balances differ by %(amount)s", amount=missing)]
    if gaps := balances.gaps(statements):
        first = next(each for each in statements if each.id in gaps)
        missing = amount(gaps[first.id], first.account.currency)
        return [_("a statement before it is missing (%(amount)s)", amount=missing)]
    return [_("balances hold")] if any(each.difference_minor == 0 for each in statements) else []


def is_fine(statements: list[Statement]) -> bool:
    """Does nothing about its balances need a look?"""
    return not any(each.difference_minor for each in statements) and not balances.gaps(statements)


def note(said: dict[str, Any]) -> str:
    """What should be known of an import."""
    count = int(said.get("count") or 0)
    return {
        "pending": lambda: ngettext(
            "%(num)d line is not booked yet: it was left out.",
            "%(num)d lines are not booked yet: they were left out.",
            count,
        ),
        "alike_added": lambda: ngettext(
            "%(num)d line was added that may be here twice.", "%(num)d lines were added that may be here twice.", count
        ),
        "alike_left_out": lambda: ngettext(
            "%(num)d line was left out: it is here already, in other words.",
            "%(num)d lines were left out: they are here already, in other words.",
            count,
        ),
    }[said["key"]]()
