"""CAMT.052, .053 and .054: XML of ISO 20022, opened by the one guarded function (SAFETY R14)."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from app.bank.formats import values
from app.bank.formats.statement import MOST_BYTES, MOST_LINES, LineRead, StatementRead, Wrong
from app.einvoice import guarded

REPORTS = ("Stmt", "Rpt", "Ntfctn")
PENDING = ("PDNG", "INFO", "FUTR")
_OPENING, _CLOSING = ("OPBD", "PRCD"), ("CLBD",)


def is_mine(head: str) -> bool:
    """Does a file begin like this?"""
    return "camt.05" in head or "BkToCstmr" in head


def read(data: bytes) -> list[StatementRead]:
    """Each statement, report or notification in it."""
    try:
        root = guarded.parse_xml(data, max_bytes=MOST_BYTES)
    except guarded.Refused as refused:
        raise Wrong(refused.code, text=refused.detail) from None
    reports = [each for name in REPORTS for each in root.iterfind(f"{{*}}*/{{*}}{name}")]
    if not reports:
        raise Wrong("no_statement")
    if sum(1 for _entry in root.iter("{*}Ntry")) > MOST_LINES:
        raise Wrong("too_many", most=MOST_LINES)
    return [_statement(report) for report in reports]


def _statement(report: Any) -> StatementRead:
    account = _text(report, "Acct/Id/IBAN") or _text(report, "Acct/Id/Othr/Id")
    statement = StatementRead(account=values.cleaned(account, 40), iban=values.as_iban(account))
    statement.bic = _text(report, "Acct/Svcr/FinInstnId/BIC") or _text(report, "Acct/Svcr/FinInstnId/BICFI")
    statement.bic = values.cleaned(statement.bic, 11)
    statement.number = values.cleaned(_text(report, "ElctrncSeqNb") or _text(report, "LglSeqNb"), 40)
    _say_balances(statement, report)
    entries = _all(report, "Ntry")
    statement.currency = values.currency(_text(report, "Acct/Ccy")) or _currency_of(report, entries)
    statement.lines = [_line(entry) for entry in entries]
    _say_period(statement, report)
    return statement


def _currency_of(report: Any, entries: list[Any]) -> str:
    amounts = [each.find("{*}Amt") for each in (*_all(report, "Bal"), *entries)]
    return next((values.currency(each.get("Ccy")) for each in amounts if each is not None), "")


def _say_period(statement: StatementRead, report: Any) -> None:
    statement.from_date = _day(report, "FrToDt/FrDtTm") or _day(report, "FrToDt/FrDt") or statement.from_date
    told = _day(report, "FrToDt/ToDtTm") or _day(report, "FrToDt/ToDt")
    statement.to_date = statement.to_date or told
    if not statement.lines or not (statement.to_date or statement.lines[0].date):
        statement.to_date = statement.to_date or _day(report, "CreDtTm")
    if any(line.date is None for line in statement.lines):
        statement.to_date = statement.to_date or _day(report, "CreDtTm")


def _say_balances(statement: StatementRead, report: Any) -> None:
    """The booked ones; of several pages the first that opens and the last that closes."""
    for balance in _all(report, "Bal"):
        code = _text(balance, "Tp/CdOrPrtry/Cd")
        if code in _OPENING and (statement.opening is None or code == "OPBD"):
            statement.opening = _amount(balance)
        elif code in _CLOSING:
            statement.closing, statement.to_date = _amount(balance), _day(balance, "Dt/Dt") or _day(balance, "Dt/DtTm")


def _line(entry: Any) -> LineRead:
    line = LineRead(amount=_amount(entry), place=entry.sourceline or 0, is_pending=_status(entry) in PENDING)
    line.currency = values.currency(entry.find("{*}Amt").get("Ccy"))
    line.date = _day(entry, "BookgDt/Dt") or _day(entry, "BookgDt/DtTm")
    line.value_date = _day(entry, "ValDt/Dt") or _day(entry, "ValDt/DtTm")
    line.bank_reference = values.cleaned(_text(entry, "AcctSvcrRef") or _text(entry, "NtryRef"), 140)
    details = _all(entry, "NtryDtls/{*}TxDtls")
    told = [_told(each) for each in details]
    line.label = values.joined([_text(entry, "AddtlNtryInf"), *(each for text in told for each in text)])
    if len(details) == 1:  # of a batch nobody alone is the other side
        _say_party(line, details[0])
    return line


def _told(details: Any) -> list[str]:
    """All words of one payment: free ones, the creditor's reference, what the bank adds."""
    found = [each.text or "" for each in details.iterfind("{*}RmtInf/{*}Ustrd")]
    found += [each.text or "" for each in details.iterfind("{*}RmtInf/{*}Strd//{*}Ref")]
    found += [each.text or "" for each in details.iterfind("{*}RmtInf/{*}Strd//{*}AddtlRmtInf")]
    return [*found, _text(details, "AddtlTxInf")]


def _say_party(line: LineRead, details: Any) -> None:
    side = "Dbtr" if line.amount > 0 else "Cdtr"
    parties = "RltdPties"
    name = _text(details, f"{parties}/{side}/Nm") or _text(details, f"{parties}/{side}/Pty/Nm")
    line.party_name = values.cleaned(name, 200)
    line.party_iban = values.as_iban(_text(details, f"{parties}/{side}Acct/Id/IBAN"))
    reference = _text(details, "Refs/EndToEndId")
    line.reference = "" if reference == "NOTPROVIDED" else values.cleaned(reference, 140)
    line.bank_reference = line.bank_reference or values.cleaned(_text(details, "Refs/AcctSvcrRef"), 140)
    original = _first(details, "AmtDtls/{*}InstdAmt/{*}Amt")
    if original is not None and values.currency(original.get("Ccy")) not in ("", line.currency):
        sign = -1 if line.amount < 0 else 1
        line.original = sign * abs(values.amount(original.text, original.sourceline or 0))
        line.original_currency = values.currency(original.get("Ccy"))


def _status(entry: Any) -> str:
    return _text(entry, "Sts/Cd") or _text(entry, "Sts")


def _amount(node: Any) -> Decimal:
    """Signed by whether it is a credit; a reversal says the side that is meant already."""
    told, side = node.find("{*}Amt"), _text(node, "CdtDbtInd")
    if told is None or side not in ("CRDT", "DBIT"):
        raise Wrong("amount", line=node.sourceline or 0, text="")
    found = values.amount(told.text, told.sourceline or 0)
    return -found if side == "DBIT" else found


def _day(node: Any, path: str) -> date | None:
    found = _first(node, path)
    text = (found.text or "").strip() if found is not None else ""
    if not text:
        return None
    if not (match := re.match(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", text)):
        raise Wrong("date", line=found.sourceline or 0, text=values.cleaned(text, 40))
    return values.day(match[1], match[2], match[3], found.sourceline or 0)


def _first(node: Any, path: str) -> Any:
    return node.find(_anywhere(path))


def _all(node: Any, path: str) -> list[Any]:
    return node.findall(_anywhere(path))


@cache
def _anywhere(path: str) -> str:
    """The path in whatever namespace: each version has one of its own."""
    return "/".join(each if each.startswith("{") else f"{{*}}{each}" for each in path.split("/"))


def _text(node: Any, path: str) -> str:
    found = _first(node, path)
    return (found.text or "").strip() if found is not None else ""
