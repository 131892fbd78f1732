"""A year of a firm's invoices and of what its bank wrote about them, with the truth; made by a seed.

Written from statements of French banks, before the matcher was: how each bank words a transfer, a direct debit, a card
or a cheque, where it cuts a line, what customers write as the reason and what they leave out.
"""

from __future__ import annotations

import random
import string
from dataclasses import dataclass, field
from datetime import date, timedelta

FIRST = date(2026, 1, 1)
TRADES = """
PLOMBERIE, MENUISERIE, IMPRIMERIE, BOULANGERIE, GARAGE, CABINET, ATELIER, TRANSPORTS, MAISON, ETUDE, LABORATOIRE,
AGENCE
"""
SURNAMES = """
DUPONT, MARTIN, BERNARD, PETIT, ROBERT, RICHARD, DURAND, DUBOIS, MOREAU, LAURENT, SIMON, MICHEL, LEFEBVRE, LEROY,
ROUX, DAVID, BERTRAND, MOREL, FOURNIER, GIRARD, BONNET, LAMBERT, FONTAINE, ROUSSEAU, VINCENT, MULLER, LEFEVRE, FAURE,
ANDRE, MERCIER, BLANC, GUERIN, BOYER, GARNIER, CHEVALIER, FRANCOIS, LEGRAND, GAUTHIER, GARCIA, PERRIN, ROBIN, CLEMENT,
MORIN, NICOLAS, HENRY, ROUSSEL
"""
SECOND = """
FRERES ET FILS, ASSOCIES, NORD, SUD, SERVICES, FRANCE, CONSEIL, DISTRIBUTION, INDUSTRIE, SOLUTIONS, GROUPE, LYON
"""
FORMS = ["SARL", "SAS", "SASU", "EURL", "SA", "SCI", ""]
TRADES, SURNAMES, SECOND = ([each.strip() for each in words.split(",")] for words in (TRADES, SURNAMES, SECOND))
NOISE = (
    *("FRAIS TENUE DE COMPTE", "COTISATION JAZZ PRO", "COMMISSION D INTERVENTION", "INTERETS DEBITEURS"),
    *(
        "PRLV SEPA URSSAF ILE DE FRANCE {n}",
        "PRLV SEPA DGFIP IMPOT {n}",
        "VIR SALAIRE {s} {n}",
        "VIR SEPA EMIS /BEN {s} PAUL",
    ),
    *("CB CARREFOUR {d}", "CB SNCF INTERNET {d}", "CB TOTAL ACCESS {d}", "RETRAIT DAB {d}", "REMISE CHEQUES {n}"),
    *("ECHEANCE PRET {n}", "VIR COMPTE A COMPTE", "VIR SEPA RECU /DE CPAM {n} /MOTIF IJ"),
)
MONTHS = ["JANV", "FEV", "MARS", "AVR", "MAI", "JUIN", "JUIL", "AOUT", "SEPT", "OCT", "NOV", "DEC"]


@dataclass
class Firm:
    """A customer or a supplier."""

    number: int
    name: str
    is_customer: bool
    form: int
    ibans: list[str]
    alias: str
    pays_by: str
    count: int = 0
    monthly: int = 0
    terms: int = 30
    billed: int = 0


@dataclass
class Bill:
    """An invoice, or a credit note."""

    number: int
    firm: Firm
    text: str
    issued: date
    due: date
    minor: int
    is_credit: bool = False
    reference: str = ""


@dataclass
class Said:
    """A bank line, and the truth about it."""

    number: int
    day: date
    minor: int
    label: str
    name: str = ""
    iban: str = ""
    reference: str = ""
    truth: frozenset[int] = frozenset()
    kind: str = "noise"


@dataclass
class Year:
    """All of it."""

    firms: list[Firm] = field(default_factory=list)
    bills: list[Bill] = field(default_factory=list)
    lines: list[Said] = field(default_factory=list)


def make(seed: int, bills: int) -> Year:
    """So many invoices, the lines that pay nearly all of them, and lines that pay none."""
    dice, year = random.Random(seed), Year()
    year.firms = [_firm(dice, number) for number in range(max(20, bills // 12))]
    own = 0
    for _each in range(bills):
        firm = dice.choice(year.firms)
        own += firm.is_customer
        year.bills.append(_bill(dice, len(year.bills), firm, own))
    _payments(dice, year)
    for _each in range(len(year.lines) // 6):
        year.lines.append(_noise(dice, year))
    year.lines.sort(key=lambda line: line.day)
    for number, line in enumerate(year.lines):
        line.number = number
    return year


def _firm(dice: random.Random, number: int) -> Firm:
    parts = [dice.choice(SURNAMES)]
    parts = dice.choice(([dice.choice(TRADES), *parts], [*parts, dice.choice(SECOND)], [*parts, dice.choice(SURNAMES)]))
    if dice.random() < 0.5:
        parts.append(
            "".join(dice.choices(string.ascii_uppercase, k=1))
            + dice.choice(["ELEC", "TEC", "BAT", "NET", "LOG", "MED"])
        )
    ibans = [f"FR76{dice.randrange(10**23):023}" for _each in range(1 + (dice.random() < 0.15))]
    alias = " ".join([dice.choice(TRADES), dice.choice(SURNAMES)]) if dice.random() < 0.06 else ""
    pays_by = dice.choices(["transfer", "debit", "card", "cheque"], [70, 18, 7, 5])[0]
    is_customer = dice.random() < 0.45
    if is_customer:
        pays_by = "cheque" if pays_by == "cheque" else "transfer"
    name = " ".join([*parts, dice.choice(FORMS)]).strip()
    monthly = dice.choice([0, 0, 0, dice.randrange(900, 90000)])
    terms = dice.choice([0, 15, 30, 30, 45])
    return Firm(
        number, name, is_customer, dice.randrange(7), ibans, alias, pays_by, dice.randrange(1, 4000), monthly, terms
    )


def _bill(dice: random.Random, number: int, firm: Firm, own: int) -> Bill:
    issued = FIRST + timedelta(days=dice.randrange(350))
    is_monthly = firm.monthly and firm.billed < 12
    if is_monthly:  # a subscription is billed once a month
        issued = FIRST + timedelta(days=min(30 * firm.billed + firm.number % 28, 360))
    firm.billed += 1
    firm.count += dice.randrange(1, 9)
    n, month = firm.count, issued.month
    forms = (
        f"F-2026-{n:04}",
        f"FA2026{n:05}",
        f"2026-{n}",
        f"{260000 + n * 7}",
        f"INV-{n:06}",
        f"FC2026/{month:02}/{n:04}",
        f"26{month:02}{n:05}",
    )
    text = f"FA-2026-{own:05}" if firm.is_customer else forms[firm.form]
    minor = firm.monthly if is_monthly else round(int(dice.lognormvariate(10.3, 1.3)) * dice.choice([1.0, 1.2])) + 500
    is_credit = dice.random() < 0.04
    reference = f"RF{dice.randrange(10, 98)}{n:08}{number}" if dice.random() < 0.03 else ""
    due = issued + timedelta(days=firm.terms)
    return Bill(
        number,
        firm,
        ("AV" if is_credit else "") + text,
        issued,
        due,
        max(100, minor // (4 if is_credit else 1)),
        is_credit,
        reference,
    )


def _payments(dice: random.Random, year: Year) -> None:
    """Each firm pays, or is paid, in the order of what is due; a tenth stays open."""
    waiting: dict[int, list[Bill]] = {}
    for bill in sorted(year.bills, key=lambda each: each.due):
        waiting.setdefault(bill.firm.number, []).append(bill)
    for number, bills in waiting.items():
        firm = year.firms[number]
        credits = [bill for bill in bills if bill.is_credit]
        queue = [bill for bill in bills if not bill.is_credit and dice.random() > 0.1]
        while queue:
            take = 1 if firm.pays_by in {"debit", "card"} else dice.choices([1, 2, 3, 4], [88, 7, 3, 2])[0]
            paid, queue = queue[:take], queue[take:]
            netted = [each for each in credits if each.issued <= paid[-1].due and dice.random() < 0.6][:1]
            total = sum(each.minor for each in paid) - sum(each.minor for each in netted)
            if total <= 0 or not netted:
                netted, total = [], sum(each.minor for each in paid)
            credits = [each for each in credits if each not in netted]
            year.lines += _lines(dice, firm, paid + netted, total)


def _lines(dice: random.Random, firm: Firm, bills: list[Bill], total: int) -> list[Said]:
    """One line as a rule; two where it is paid in parts."""
    last = max(each.due for each in bills)
    day = max(
        last + timedelta(days=int(dice.triangular(-6, 45, 1))), max(each.issued for each in bills) + timedelta(days=1)
    )
    kind, parts = "exact" if len(bills) == 1 else "several", [total]
    chance = dice.random()
    if any(each.is_credit for each in bills):
        kind = "netted"
    elif chance < 0.03 and len(bills) == 1 and total > 1000 and len(bills) == 1:
        first = total * dice.choice([30, 40, 50]) // 100
        kind, parts = "part", [first, total - first]
    elif chance < 0.05 and total > 10000:
        kind, parts = "fee", [total - dice.randrange(500, 2500)]
    elif chance < 0.065:
        kind, parts = "discount", [total - total * dice.choice([10, 20, 25, 30]) // 1000]
    elif chance < 0.075 and total > 1000:
        kind, parts = "rounding", [total + dice.choice([-5, -2, -1, 1, 2, 5])]
    truth = frozenset(each.number for each in bills)
    says = [_said(dice, firm, bills, part, day + timedelta(days=21 * place)) for place, part in enumerate(parts)]
    for said in says:
        said.truth, said.kind = truth, kind
    return says


def _said(dice: random.Random, firm: Firm, bills: list[Bill], minor: int, day: date) -> Said:
    """As one of the banks writes it."""
    name, text = _name(dice, firm), _motif(dice, bills)
    line = Said(0, day, minor if firm.is_customer else -minor, "")
    structured = dice.random() < 0.45
    if firm.pays_by == "cheque":
        line.label = (
            f"REMISE CHEQUE {dice.randrange(10**7):07}" if firm.is_customer else f"CHEQUE N° {dice.randrange(10**7):07}"
        )
        return line
    if firm.pays_by == "card":
        line.label = f"CB {name[:18]} {day:%d%m%y} CARTE {dice.randrange(10**4):04}"
        return line
    if firm.pays_by == "debit":
        line.label = f"PRLV SEPA {name} {dice.choice(['', 'MANDAT'])} RUM{dice.randrange(10**9)} {text}"
    elif firm.is_customer:
        line.label = dice.choice(
            (
                f"VIR SEPA RECU /DE {name} /MOTIF {text} /REF {dice.randrange(10**9)}",
                f"VIREMENT EN VOTRE FAVEUR {name} {text}",
                f"VIR RECU {dice.randrange(10**10)}S DE: {name} MOTIF: {text}",
                f"VIR INST {name} {text}",
                f"VIR {name}",
                f"VIR SEPA {name} {text}",
            )
        )
    else:
        line.label = dice.choice(
            (
                f"VIR SEPA EMIS /MOTIF {text} /BEN {name}",
                f"VIREMENT EMIS {text} POUR {name}",
                f"VIR INST EMIS {name} {text}",
                f"VIR {name} {text}",
            )
        )
    line.label = line.label[: dice.choice([31, 35, 70, 140, 140, 400])].strip()
    if structured:
        line.name = name
    if structured or dice.random() < 0.3:
        line.iban = dice.choice(firm.ibans)
    if structured and dice.random() < 0.4:
        line.reference = dice.choice(["NOTPROVIDED", _number(dice, bills[0].text), f"{dice.randrange(10**9)}"])
    return line


def _name(dice: random.Random, firm: Firm) -> str:
    """The name as a bank has it: without its legal form, cut, or with a slip."""
    name = firm.alias or firm.name
    if dice.random() < 0.6:
        name = " ".join(word for word in name.split() if word not in FORMS)
    if dice.random() < 0.08:
        place = dice.randrange(1, len(name))
        name = (
            name[:place] + dice.choice(["", name[place - 1], dice.choice(string.ascii_uppercase)]) + name[place + 1 :]
        )
    if dice.random() < 0.1:
        name = dice.choice(["M. ", "STE ", "SOCIETE "]) + name
    return name[: dice.choice([24, 27, 35, 70])].strip()


def _motif(dice: random.Random, bills: list[Bill]) -> str:
    """What the payer wrote: the numbers, some of them, or nothing that helps."""
    chance = dice.random()
    if chance < 0.1:
        month = MONTHS[bills[0].issued.month - 1]
        return dice.choice(
            [f"REGLT FACTURES {month}", "VOTRE FACTURE", f"CDE {dice.randrange(10**5)}", "REGLEMENT", "", month]
        )
    if bills[0].reference and chance < 0.8:
        return bills[0].reference
    texts = [_number(dice, each.text) for each in bills]
    if len(texts) > 2 and dice.random() < 0.3:
        texts = [texts[0], "A", texts[-1]]
    before = dice.choice(["FACTURE ", "FACT ", "FACT. N ", "REGLT ", "", "", "FACTURE N°", "FAC:"])
    return before + dice.choice([" ", ", ", " ET ", "/"]).join(texts)


def _number(dice: random.Random, text: str) -> str:
    """A number as it is copied: whole, without its marks or zeros, only its end, or with a slip of letter and digit."""
    chance = dice.random()
    if chance < 0.55:
        return text
    if chance < 0.75:
        return "".join(sign for sign in text if sign.isalnum())
    if chance < 0.82:
        return text.replace("-", " ").replace("/", " ")
    if chance < 0.9:
        return text.rsplit("-", maxsplit=1)[-1].rsplit("/", maxsplit=1)[-1].lstrip("0")
    if chance < 0.95:
        return "-".join(part.lstrip("0") or "0" for part in text.split("-"))
    return text.translate(str.maketrans(*dice.choice([("0", "O"), ("1", "I"), ("5", "S"), ("8", "B")])))


def _noise(dice: random.Random, year: Year) -> Said:
    """What no invoice answers; now and then by an amount that one has, or a second payment of one."""
    day = FIRST + timedelta(days=dice.randrange(365))
    label = dice.choice(NOISE).format(n=dice.randrange(10**8), s=dice.choice(SURNAMES), d=f"{day:%d/%m}")
    minor = -(int(dice.lognormvariate(8.5, 1.2)) + 100)
    chance = dice.random()
    if chance < 0.08:
        minor = -dice.choice(year.bills).minor
    if chance > 0.97:
        paid = dice.choice([each for each in dice.sample(year.lines, 40) if each.kind == "exact"])
        bill = year.bills[min(paid.truth)]
        line = _said(dice, bill.firm, [bill], bill.minor, paid.day + timedelta(days=dice.randrange(1, 40)))
        line.kind = "twice"
        return line
    if " RECU" in label or "REMISE" in label:
        minor = -minor
    return Said(0, day, minor, label)
