"""The file a bank is given: pain.001.001.09, valid against its XSD (SPEC PY-2)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import sepaxml
from flask_babel import gettext as _
from lxml import etree
from sepaxml import SepaTransfer

from app.core.errors import Refused
from app.einvoice.guarded import parse_xml
from app.payments import addresses
from app.payments.letters import plain
from app.payments.models import Payment, PaymentBatch

SCHEMA = "pain.001.001.09"
LONGEST_NAME = 70
NAMESPACE = f"{{urn:iso:std:iso:20022:tech:xsd:{SCHEMA}}}"


def file_of(batch: PaymentBatch) -> tuple[bytes, str]:
    """The bytes of its file, and by which name banks know it. Each call makes another one; raises `Refused`."""
    transfer = SepaTransfer(_payer(batch), schema=SCHEMA)
    for group in batch.transfers:
        transfer.add_payment(_payment(group, batch))
    root = parse_xml(transfer.export(validate=False))
    _say_no_bic(root)
    _check(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8"), transfer.msg_id


def _payer(batch: PaymentBatch) -> dict[str, Any]:
    company, account = batch.company, batch.account
    payer = {"name": _name(company.name), "IBAN": account.iban, "batch": True, "currency": "EUR"}
    if account.bic:
        payer["BIC"] = account.bic
    return payer | {"address": addresses.parts(company.address, company.country)}


def _payment(group: list[Payment], batch: PaymentBatch) -> dict[str, Any]:
    """One transfer, of one document or of several."""
    first = group[0]
    payment = {"name": _name(first.name), "IBAN": first.iban, "amount": sum(each.amount_minor for each in group)}
    payment |= {"execution_date": batch.execution_date, "description": first.remittance}
    payment |= {"endtoend_id": first.end_to_end, "address": _address(first, batch)}
    return payment | ({"BIC": first.bic} if first.bic else {})


def _name(name: str) -> str:
    """As banks can write it."""
    if not (written := plain(name, LONGEST_NAME)):
        raise Refused(_("The name “%(name)s” has no letter a bank can write: no file was made.", name=name))
    return written


def _address(payment: Payment, batch: PaymentBatch) -> dict[str, str]:
    """The payee's; its country is the one named, that of its VAT number, or the company's for an account there."""
    party = payment.document.counterparty if payment.document else None
    if party is None:
        return {}
    vat = {"EL": "GR", "XI": "GB"}.get(party.vat_number[:2], party.vat_number[:2])
    home = batch.company.country if payment.iban[:2] == batch.company.country else ""
    return addresses.parts(party.address, vat if vat.isalpha() else home)


def _say_no_bic(root: etree._Element) -> None:
    """A bank named by no BIC is called NOTPROVIDED, as the scheme's rules ask; empty, some banks refuse it."""
    for bank in root.iter(f"{NAMESPACE}FinInstnId"):
        if len(bank) == 0:
            other = etree.SubElement(bank, f"{NAMESPACE}Othr")
            etree.SubElement(other, f"{NAMESPACE}Id").text = "NOTPROVIDED"


def _check(root: etree._Element) -> None:
    """Valid against the XSD, or no file at all."""
    if not (schema := _schema()).validate(root):
        wrong = schema.error_log[0].message.replace(NAMESPACE, "") if len(schema.error_log) else ""
        raise Refused(_("No file was made: it would not be a valid payment file. %(why)s", why=wrong[:300]))


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(Path(sepaxml.__file__).parent / "schemas" / f"{SCHEMA}.xsd"))
