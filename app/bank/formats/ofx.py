"""OFX: SGML (1.x) through ofxtools, XML (2.x) through the one guarded function."""

from __future__ import annotations

import html
import re
from datetime import date
from typing import Any

from app.bank.formats import values
from app.bank.formats.statement import MOST_BYTES, MOST_LINES, LineRead, StatementRead, Wrong
from app.einvoice import guarded

ACCOUNTS = ("BANKACCTFROM", "CCACCTFROM")
_FORBIDDEN = re.compile(r"<!(DOCTYPE|ENTITY|ELEMENT|ATTLIST)", re.IGNORECASE)
_DEEPEST = 40


def is_mine(head: str) -> bool:
    """Does a file begin like this?"""
    return "OFXHEADER" in head or bool(re.search(r"<OFX>", head))


def read(data: bytes) -> list[StatementRead]:
    """The statements of bank and card accounts in it."""
    text = values.decoded(data)
    if _FORBIDDEN.search(text):
        raise Wrong("xml_doctype")
    places = [match.start() for match in re.finditer(r"<STMTTRN>", text)]
    if len(places) > MOST_LINES:
        raise Wrong("too_many", most=MOST_LINES)
    root = _xml(data) if text.lstrip("\ufeff \r\n\t").startswith("<?xml") else _sgml(text)
    _refuse_errors(root)
    lines_before = _Lines(text, places)
    found = [each for name in ("STMTRS", "CCSTMTRS") for each in root.iter(name)]
    return [_statement(each, lines_before) for each in found]


class _Lines:
    """The line of the file in which each movement begins, asked for in their order."""

    def __init__(self, text: str, places: list[int]) -> None:
        self.text, self.places, self.at, self.count = text, iter(places), 0, 1

    def next(self) -> int:
        place = next(self.places, self.at)
        self.count += self.text.count("\n", self.at, place)
        self.at = place
        return self.count


def _xml(data: bytes) -> Any:
    try:
        return guarded.parse_xml(data, max_bytes=MOST_BYTES)
    except guarded.Refused as refused:
        raise Wrong(refused.code, text=refused.detail) from None


def _sgml(text: str) -> Any:
    """The tree of a file in which what holds a value need not be closed."""
    from ofxtools.Parser import ParseError, TreeBuilder  # a tenth of what every process would load, and few need it

    start = text.find("<OFX>")
    if start < 0 or "</OFX>" not in text:
        raise Wrong("cut")
    body = text[start:]
    _refuse_depth(body)
    builder = TreeBuilder()
    try:
        builder.feed(_without_empty(body))
        root = builder.close()
    except (ParseError, SyntaxError, AssertionError, TypeError, IndexError) as error:
        raise Wrong("markup", text=values.cleaned(str(error), 60)) from None
    if root is None or root.tag != "OFX":
        raise Wrong("markup", text="")
    return root


def _without_empty(body: str) -> str:
    """Without the values that are neither said nor closed: all that follows would be taken for a part of them."""
    closed = set(re.findall(r"</([A-Z0-9._]+)>", body))
    empty = lambda match: match[0] if match[1] in closed else ""  # noqa: E731
    return re.sub(r"<([A-Z0-9._]+)>\s*(?=<)", empty, body)


def _refuse_depth(body: str) -> None:
    depth = 0
    closed = set(re.findall(r"</([A-Z0-9._]+)>", body))
    for match in re.finditer(r"<(/?)([A-Z0-9._]+)>", body):
        if match[2] in closed:
            depth += -1 if match[1] else 1
        if depth > _DEEPEST:
            raise Wrong("xml_too_deep")


def _refuse_errors(root: Any) -> None:
    """A bank that could not answer says so in the file."""
    for status in root.iter("STATUS"):
        if _text(status, "SEVERITY") == "ERROR":
            raise Wrong("bank_error", text=values.cleaned(_text(status, "MESSAGE") or _text(status, "CODE"), 100))


def _statement(node: Any, lines: _Lines) -> StatementRead:
    account = next((found for name in ACCOUNTS if (found := node.find(name)) is not None), None)
    number = _text(account, "ACCTID")
    statement = StatementRead(account=values.cleaned(number, 40), iban=values.as_iban(number))
    statement.iban = statement.iban or _french(account)
    statement.currency = values.currency(_text(node, "CURDEF"))
    for each in node.iterfind("BANKTRANLIST"):
        statement.from_date = statement.from_date or _day(each, "DTSTART", 0)
        statement.to_date = _day(each, "DTEND", 0) or statement.to_date
        statement.lines += [_line(line, lines.next()) for line in each.iterfind("STMTTRN")]
    balance = node.find("LEDGERBAL")
    if balance is not None and _text(balance, "BALAMT"):
        statement.balance, statement.balance_date = _amount(balance, "BALAMT", 0), _day(balance, "DTASOF", 0)
    return statement


def _french(account: Any) -> str:
    if account is None:
        return ""
    return values.french_iban(*(_text(account, name) for name in ("BANKID", "BRANCHID", "ACCTID")))


def _line(node: Any, place: int) -> LineRead:
    line = LineRead(amount=_amount(node, "TRNAMT", place), date=_day(node, "DTPOSTED", place), place=place)
    if line.date is None:
        raise Wrong("no_date", line=place)
    line.value_date = _day(node, "DTAVAIL", place)
    name, memo = _text(node, "NAME") or _text(node.find("PAYEE"), "NAME"), _text(node, "MEMO")
    line.label = values.joined([memo, name]) if name[:20] in memo else values.joined([name, memo])
    line.party_name = values.cleaned(name, 200)
    line.bank_reference = values.cleaned(_text(node, "FITID"), 140)
    line.reference = values.cleaned(_text(node, "REFNUM") or _text(node, "CHECKNUM").strip("0"), 140)
    return line


def _amount(node: Any, name: str, place: int) -> Any:
    return values.amount(_text(node, name), place)


def _day(node: Any, name: str, place: int) -> date | None:
    text = _text(node, name)
    if not text:
        return None
    if not re.match(r"[0-9]{8}", text):
        raise Wrong("date", line=place, text=values.cleaned(text, 40))
    return values.day(text[:4], text[4:6], text[6:8], place)


def _text(node: Any, name: str) -> str:
    found = node.find(name) if node is not None else None
    return html.unescape((found.text or "").strip()) if found is not None else ""
