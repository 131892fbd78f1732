"""What is said of a bank file: why it was refused, and in which line."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from app.bank.formats.statement import Wrong


def of_wrong(note: dict[str, Any]) -> str:
    """Why a file was refused, with its line where one is to blame; nothing of it was imported."""
    line, text = note.get("line") or 0, str(note.get("text") or "")
    told = _of_lines(text, str(note.get("account") or "")).get(note["key"])
    if told is None:
        return _of_files(text, int(note.get("most") or 0)).get(note["key"]) or _("The file is damaged.")
    return _("Line %(line)d: %(told)s", line=line, told=told) if line else told


def sentence(wrong: Wrong) -> str:
    """The same, of one that was just found."""
    return of_wrong(wrong.note)


def _of_lines(text: str, account: str) -> dict[str, str]:
    return {
        "amount": _("“%(text)s” is not an amount.", text=text),
        "balance": _("“%(text)s” is not a balance.", text=text),
        "before_start": _("it stands before the beginning of a statement."),
        "date": _("“%(text)s” is not a date.", text=text),
        "movement": _("“%(text)s” is not a movement.", text=text),
        "no_date": _("it has an amount and no date."),
        "other_account": _("the end of a statement is of another account than its beginning."),
        "other_currency": _("it is in %(text)s, and the account in %(account)s.", text=text, account=account),
        "record": _("“%(text)s” begins no line of this format.", text=text),
    }


def _of_files(text: str, most: int) -> dict[str, str]:
    return {
        "bank_error": _("The bank answered with an error: %(text)s. Ask it for the file again.", text=text),
        "cut": _("The file ends in the middle: download it from the bank again."),
        "empty": _("The file is empty."),
        "format": _("No statement: Facteur reads OFX, CAMT, MT940, CFONB 120, CODA, QIF, CSV and XLSX."),
        "markup": _("The file is damaged: its tags do not fit together."),
        "no_columns": _("Say which column holds the date, and which the amount."),
        "no_lines": _("There is no line with a date and an amount in it."),
        "no_statement": _("There is no statement in this file."),
        "no_table": _("No table: save it as CSV (UTF-8) or XLSX."),
        "no_text": _("The letters of this file cannot be read: save it as UTF-8."),
        "too_large": _("Larger than %(most)d MB: ask the bank for a shorter period.", most=most),
        "too_many": _("More than %(most)d lines: ask the bank for a shorter period.", most=most),
        "xml_doctype": _("The file holds a document type, which no bank needs and Facteur refuses."),
        "xml_too_deep": _("The file is nested deeper than any statement."),
        "xml_too_large": _("The file is too large: ask the bank for a shorter period."),
    }
