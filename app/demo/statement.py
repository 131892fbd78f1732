"""The firm's account for the month: a statement whose lines pay some of the papers, and some that nobody knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from xml.sax.saxutils import escape  # nosec B406: it writes XML, nothing is parsed

from app.demo import firms, story
from app.demo.firms import OURS
from app.demo.story import Paper

OPENING = Decimal("14380.52")
OLDEST = 27
"""Days from the first line until today."""


@dataclass(frozen=True)
class Move:
    """One line of the statement; money that leaves is negative."""

    days_ago: int
    amount: Decimal
    label: str
    name: str = ""
    iban: str = ""


def moves(today: date) -> Iterator[Move]:
    """The lines of the month, oldest first."""
    yield from sorted((*_settling(today), *_others()), key=lambda move: -move.days_ago)


def _settling(today: date) -> Iterator[Move]:
    """Those that pay a paper: whole with its number, without it, with a fee beside, in part."""
    rent, power, fuel = (_from(firm, today) for firm in (firms.LANDLORD, firms.ELECTRICITY, firms.STATION))
    phone, software = (_from(firm, today) for firm in (firms.TELECOM, firms.SOFTWARE))
    school, model = (_to(firm, today) for firm in (firms.TOWN_HALL, firms.ARCHITECT))
    yield Move(20, -rent.gross, f"VIR SEPA LOYER {rent.number}", rent.seller.name, rent.seller.iban)
    yield Move(21, -fuel.gross, f"CARTE {fuel.issue_date:%d/%m} RELAIS DES LANDES JANZE")
    yield Move(11, -phone.gross, f"PRLV SEPA {phone.number}", phone.seller.name)
    yield Move(8, -power.gross, "PRLV SEPA VOLTEA ENERGIE ECHEANCE MENSUELLE", power.seller.name)
    yield Move(3, -software.gross - Decimal("1.50"), "VIR SEPA TIDEWATER SOFTWARE FRAIS INCLUS", software.seller.name)
    yield Move(5, school.gross, f"VIR RECU MANDAT 2214 {school.number}", school.buyer.name)
    yield Move(2, model.gross, "VIR RECU HONORAIRES MAQUETTE ESCALIER", model.buyer.name)
    yield Move(1, Decimal("5000.00"), f"ACOMPTE {replace(story.KITCHEN, today=today).number}", firms.RESTAURANT.name)


def _others() -> Iterator[Move]:
    """Those that no paper of the month explains."""
    yield Move(OLDEST, Decimal("-6240.00"), "VIR SALAIRES EQUIPE")
    yield Move(24, Decimal("-18.40"), "COTISATION CARTE ET COMPTE PRO")
    yield Move(16, Decimal("-74.85"), "CARTE DROGUERIE SAINT-HELIER RENNES")
    yield Move(10, Decimal("-129.00"), "PRLV SEPA ATOUT FORMATION ARTISANS", "Atout Formation Artisans")
    yield Move(6, Decimal("-2.90"), "FRAIS VIREMENT")


def _from(seller: firms.Firm, today: date) -> Paper:
    """The first paper this firm sent us."""
    return _first(today, lambda paper: paper.seller == seller)


def _to(buyer: firms.Firm, today: date) -> Paper:
    """The first paper we sent this firm."""
    return _first(today, lambda paper: paper.buyer == buyer)


def _first(today: date, fits: Callable[[Paper], bool]) -> Paper:
    papers = (paper for mail in story.mails(today) for paper in mail.files.values() if isinstance(paper, Paper))
    return next(paper for paper in papers if fits(paper))


def written(today: date) -> bytes:
    """All of it as the bank gives it out: CAMT.053."""
    lines = list(moves(today))
    days = [today - timedelta(days=move.days_ago) for move in lines]
    closing = OPENING + sum(move.amount for move in lines)
    entries = "".join(_entry(move, day, place) for place, (move, day) in enumerate(zip(lines, days, strict=True), 1))
    balances = _balance("OPBD", OPENING, days[0]) + _balance("CLBD", closing, days[-1])
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">'
        f"<BkToCstmrStmt><Stmt><Id>{days[-1]:%Y%m}</Id><ElctrncSeqNb>{days[-1].month}</ElctrncSeqNb>"
        f"<Acct><Id><IBAN>{OURS.iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>{balances}{entries}"
        "</Stmt></BkToCstmrStmt></Document>\n"
    ).encode()


def _balance(kind: str, held: Decimal, day: date) -> str:
    return f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>{_amount(held)}<Dt><Dt>{day}</Dt></Dt></Bal>"


def _amount(amount: Decimal) -> str:
    side = "DBIT" if amount < 0 else "CRDT"
    return f'<Amt Ccy="EUR">{abs(amount)}</Amt><CdtDbtInd>{side}</CdtDbtInd>'


def _entry(move: Move, day: date, place: int) -> str:
    party = "Cdtr" if move.amount < 0 else "Dbtr"
    account = f"<{party}Acct><Id><IBAN>{move.iban}</IBAN></Id></{party}Acct>" if move.iban else ""
    name = f"<RltdPties><{party}><Nm>{escape(move.name)}</Nm></{party}>{account}</RltdPties>" if move.name else ""
    return (
        f"\n<Ntry>{_amount(move.amount)}<Sts>BOOK</Sts><BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt>"
        f"<AcctSvcrRef>{day:%Y%m%d}{place:03}</AcctSvcrRef><NtryDtls><TxDtls>{name}"
        f"<RmtInf><Ustrd>{escape(move.label)}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
    )
