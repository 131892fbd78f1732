"""A payment file read back with lxml alone."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from lxml import etree

from tests.payments.making import NAMESPACE


@dataclass
class Transfer:
    """One payment as the bank reads it."""

    end_to_end: str
    amount: Decimal
    currency: str
    name: str
    iban: str
    told: str


@dataclass
class Read:
    """A whole file."""

    message_id: str
    count: int
    total: Decimal
    day: str
    payer: str
    payer_iban: str
    transfers: list[Transfer]


def read(data: bytes) -> Read:
    """All that a bank looks at."""
    root = etree.fromstring(data)
    text = lambda where, path: where.findtext("/".join(f"{NAMESPACE}{name}" for name in path.split("/")))  # noqa: E731
    head, order = root.find(f".//{NAMESPACE}GrpHdr"), root.find(f".//{NAMESPACE}PmtInf")
    transfers = []
    for each in order.iter(f"{NAMESPACE}CdtTrfTxInf"):
        amount = each.find(f"{NAMESPACE}Amt/{NAMESPACE}InstdAmt")
        facts = [text(each, "PmtId/EndToEndId"), Decimal(amount.text), amount.get("Ccy"), text(each, "Cdtr/Nm")]
        transfers.append(Transfer(*facts, text(each, "CdtrAcct/Id/IBAN"), text(each, "RmtInf/Ustrd")))
    total, count = Decimal(text(head, "CtrlSum")), int(text(head, "NbOfTxs"))
    facts = [text(order, "ReqdExctnDt/Dt"), text(order, "Dbtr/Nm"), text(order, "DbtrAcct/Id/IBAN")]
    return Read(text(head, "MsgId"), count, total, *facts, transfers)
