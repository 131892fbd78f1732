"""Statements of an invented account, in every format a bank may send."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

IBAN = "FR7630003012340123456789057"
BANK, BRANCH, ACCOUNT = "30003", "01234", "01234567890"
OPENING = Decimal("1000.00")


@dataclass(frozen=True)
class Move:
    """One movement; money that leaves is negative."""

    day: date
    amount: Decimal
    label: str
    name: str = ""


def move(day: int, amount: str, label: str, name: str = "", month: int = 10) -> Move:
    """One in October 2026."""
    return Move(date(2026, month, day), Decimal(amount), label, name)


MOVES = (
    move(1, "-45.90", "PRLV TELEPHONE F-2026-10", "Telecom Durand"),
    move(2, "1200.00", "VIR FACTURE V-2026-0042", "Mairie de Lille"),
    move(2, "-3.50", "FRAIS BANCAIRES", "Banque"),
    move(2, "-3.50", "FRAIS BANCAIRES", "Banque"),
    move(15, "-0.05", "ARRONDI", "Banque"),
)
"""Two of them are truly equal."""


def total(moves: Sequence[Move]) -> Decimal:
    """Their sum."""
    return sum((each.amount for each in moves), Decimal(0))


def ofx(moves: Sequence[Move] = MOVES, iban: str = IBAN, ids: bool = True) -> bytes:
    """OFX 1: SGML whose values are not closed."""
    rows = "".join(
        f"<STMTTRN>\n<TRNTYPE>OTHER\n<DTPOSTED>{each.day:%Y%m%d}\n<TRNAMT>{each.amount}\n"
        + (f"<FITID>{each.day:%Y%m%d}{place:04}\n" if ids else "")
        + f"<NAME>{each.name[:32]}\n<MEMO>{each.label}\n</STMTTRN>\n"
        for place, each in enumerate(moves)
    )
    days = [each.day for each in moves]
    return (
        "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nENCODING:USASCII\nCHARSET:1252\n\n<OFX>\n<BANKMSGSRSV1><STMTTRNRS>"
        f"<STMTRS><CURDEF>EUR<BANKACCTFROM><BANKID>x<ACCTID>{iban}<ACCTTYPE>CHECKING</BANKACCTFROM>\n<BANKTRANLIST>"
        f"<DTSTART>{min(days):%Y%m%d}<DTEND>{max(days):%Y%m%d}\n{rows}</BANKTRANLIST>"
        f"<LEDGERBAL><BALAMT>{OPENING + total(moves)}<DTASOF>{max(days):%Y%m%d}</LEDGERBAL></STMTRS></STMTTRNRS>"
        "</BANKMSGSRSV1>\n</OFX>\n"
    ).encode("cp1252")


def camt(moves: Sequence[Move] = MOVES, opening: Decimal = OPENING, iban: str = IBAN, references: bool = True) -> bytes:
    """CAMT.053, version 2."""
    days = [each.day for each in moves]

    def balance(code: str, held: Decimal, day: date) -> str:
        side = "DBIT" if held < 0 else "CRDT"
        return (
            f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>{abs(held)}</Amt>"
            f"<CdtDbtInd>{side}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
        )

    def entry(place: int, each: Move) -> str:
        side, party = ("DBIT", "Cdtr") if each.amount < 0 else ("CRDT", "Dbtr")
        told = f"<AcctSvcrRef>B{each.day:%Y%m%d}{place}</AcctSvcrRef>" if references else ""
        return (
            f"\n<Ntry><Amt Ccy='EUR'>{abs(each.amount)}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts>BOOK</Sts>"
            f"<BookgDt><Dt>{each.day}</Dt></BookgDt><ValDt><Dt>{each.day}</Dt></ValDt>{told}<NtryDtls><TxDtls>"
            f"<RltdPties><{party}><Nm>{each.name}</Nm></{party}></RltdPties>"
            f"<RmtInf><Ustrd>{each.label}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
        )

    entries = "".join(entry(place, each) for place, each in enumerate(moves))
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.02'>"
        f"<BkToCstmrStmt><Stmt><Id>1</Id><ElctrncSeqNb>7</ElctrncSeqNb><Acct><Id><IBAN>{iban}</IBAN></Id></Acct>"
        f"{balance('OPBD', opening, min(days))}{balance('CLBD', opening + total(moves), max(days))}{entries}"
        "</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def mt940(moves: Sequence[Move] = MOVES, iban: str = IBAN) -> bytes:
    """MT940 with the purpose in German parts."""

    def balance(tag: str, held: Decimal, day: date) -> str:
        return f":{tag}:{'D' if held < 0 else 'C'}{day:%y%m%d}EUR{_comma(abs(held))}\n"

    rows = "".join(
        f":61:{each.day:%y%m%d}{each.day:%m%d}{'D' if each.amount < 0 else 'C'}{_comma(abs(each.amount))}NTRFNONREF\n"
        f":86:166?00VIR?20{each.label[:27]}?21{each.label[27:]}?32{each.name[:27]}\n"
        for each in moves
    )
    first, last = balance("60F", OPENING, moves[0].day), balance("62F", OPENING + total(moves), moves[-1].day)
    return f":20:A\n:25:{iban}\n:28C:1/1\n{first}{rows}{last}-\n".encode()


def cfonb(moves: Sequence[Move] = MOVES) -> bytes:
    """CFONB 120, whose last digits say the sign."""

    def record(kind: str, day: date, amount: Decimal, label: str = "") -> str:
        cents = f"{abs(int(amount.scaleb(2))):014}"
        last = ("}JKLMNOPQR" if amount < 0 else "{ABCDEFGHI")[int(cents[-1])]
        head = f"{kind}{BANK}    {BRANCH}EUR2 {ACCOUNT}  {day:%d%m%y}  {day:%d%m%y}{label:<31.31}  {'':7}  "
        return head + cents[:-1] + last + " " * 16

    def more(each: Move, kind: str, text: str) -> str:
        head = f"05{BANK}    {BRANCH}EUR2 {ACCOUNT}  {each.day:%d%m%y}     {kind}"
        return f"{head}{text:<70.70}  "

    lines = [record("01", moves[0].day, OPENING)]
    for each in moves:
        lines += [record("04", each.day, each.amount, "VIR"), more(each, "LIB", each.label)]
        lines += [more(each, "NPY" if each.amount > 0 else "NBE", each.name)]
    return "\n".join([*lines, record("07", moves[-1].day, OPENING + total(moves))]).encode("latin-1")


def coda(moves: Sequence[Move] = MOVES, iban: str = "BE68539007547034") -> bytes:
    """CODA, version 2."""
    held = lambda amount: f"{'1' if amount < 0 else '0'}{abs(int(amount.scaleb(3))):015}"  # noqa: E731
    first, last = moves[0].day, moves[-1].day
    lines = [f"00000{last:%d%m%y}30005", f"12001{iban:<34}EUR{held(OPENING)}{first:%d%m%y}"]
    for place, each in enumerate(moves, 1):
        day = f"{each.day:%d%m%y}"
        lines += [f"21{place:04}0000{'':21}{held(each.amount)}{day}{'00150000'}0{each.label:<53.53}{day}001"]
        lines += [f"23{place:04}0000{'':37}{each.name:<35.35}"]
    lines += [f"8001{iban:<34}EUR{held(OPENING + total(moves))}{last:%d%m%y}", "9"]
    return "\n".join(f"{line:<128}" for line in lines).encode("latin-1")


def qif(moves: Sequence[Move] = MOVES) -> bytes:
    """QIF, the day first."""
    rows = (f"D{each.day:%d/%m/%Y}\nT{each.amount}\nP{each.name}\nM{each.label}\n^\n" for each in moves)
    return ("!Type:Bank\n" + "".join(rows)).encode()


def csv_file(moves: Sequence[Move] = MOVES, head: str = "Date;Libellé;Montant;Solde") -> bytes:
    """As French banks export it, with the balance behind each line."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(head.split(";"))
    held = OPENING
    for each in moves:
        held += each.amount
        writer.writerow([f"{each.day:%d/%m/%Y}", each.label, _comma(each.amount), _comma(held)])
    return text.getvalue().encode("cp1252")


def _comma(amount: Decimal) -> str:
    return f"{amount:.2f}".replace(".", ",")


WRITERS: dict[str, Callable[[], bytes]] = {
    "ofx": ofx,
    "camt": camt,
    "mt940": mt940,
    "cfonb": cfonb,
    "coda": coda,
    "qif": qif,
    "csv": csv_file,
}
