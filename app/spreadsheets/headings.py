"""Which column is what: guessed from its heading, in six languages."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from app.counterparties.models import plain

SEARCHED = 30
"""Rows in which the headings are looked for."""
REQUIRED = ("number", "counterparty", "issue_date", "gross")
WORDS = {
    "number": """facture|n facture|no facture|numero|numero de facture|numero facture|num facture|n|no|piece|n piece
        |reference facture|invoice|invoice number|invoice no|number|document number|document no|rechnung
        |rechnungsnummer|rechnungsnr|rechnungs nr|belegnummer|beleg nr|nummer|factuur|factuurnummer|factuurnr
        |factura|n factura|numero de factura|fattura|n fattura|numero fattura|numero documento""",
    "counterparty": """fournisseur|client|tiers|nom|nom du client|nom du fournisseur|raison sociale|supplier|vendor
        |customer|counterparty|name|company|supplier name|customer name|lieferant|kunde|firma|leverancier|klant|naam
        |proveedor|cliente|nombre|razon social|fornitore|ragione sociale|nome""",
    "issue_date": """date|date facture|date de facture|date de la facture|date d emission|emission|date piece
        |invoice date|issue date|issued|document date|rechnungsdatum|belegdatum|datum|factuurdatum|fecha|fecha factura
        |fecha de factura|fecha de emision|data|data fattura|data documento|data emissione""",
    "due_date": """echeance|date d echeance|date echeance|due|due date|payable by|fallig|fallig am|falligkeit
        |falligkeitsdatum|zahlbar bis|vervaldatum|vervaldag|te betalen voor|vencimiento|fecha de vencimiento
        |fecha vencimiento|scadenza|data scadenza""",
    "net": """ht|montant ht|total ht|net|net amount|net total|amount excl vat|excl vat|netto|nettobetrag|betrag netto
        |excl btw|bedrag excl btw|netto bedrag|base imponible|base|neto|importe neto|imponibile|importo netto""",
    "tax": """tva|montant tva|total tva|vat|vat amount|tax|tax amount|mwst|mwst betrag|ust|umsatzsteuer|steuer
        |steuerbetrag|btw|btw bedrag|iva|importe iva|cuota iva|importo iva|imposta""",
    "gross": """ttc|montant ttc|total ttc|montant|total|net a payer|gross|gross amount|amount|total amount|amount due
        |amount incl vat|incl vat|brutto|bruttobetrag|betrag brutto|betrag|gesamtbetrag|summe|incl btw|bedrag incl btw
        |totaal|bedrag|importe|importe total|total factura|importo|importo totale|totale""",
    "currency": "devise|monnaie|currency|ccy|wahrung|valuta|munt|moneda|divisa",
    "category": """categorie|compte|compte comptable|code comptable|category|account|account code|kategorie|konto
        |sachkonto|rekening|grootboekrekening|categoria|cuenta|cuenta contable|conto""",
    "label": """libelle|objet|designation|label|description|subject|details|beschreibung|bezeichnung|betreff|text
        |omschrijving|descripcion|concepto|descrizione|causale|oggetto""",
    "vat_number": """n tva|no tva|numero tva|numero de tva|tva intracommunautaire|n tva intracommunautaire|vat number
        |vat no|vat id|tax id|ust id|ust idnr|ust id nr|mwst nummer|btw nummer|btw nr|nif|cif|nif cif|numero iva
        |partita iva|p iva""",
    "iban": "iban|compte bancaire|bank account|bankkonto|bankrekening|cuenta bancaria|conto bancario",
    "kind": """type|type de piece|type de document|nature|kind|document type|art|belegart|typ|soort|tipo
        |tipo documento""",
}
FIELDS = tuple(WORDS)
PHRASES = {field: {" ".join(each.split()) for each in words.split("|")} for field, words in WORDS.items()}


def folded(heading: str) -> str:
    """A heading as it is compared: letters and digits, without accents and case."""
    return " ".join(re.findall(r"[a-z0-9]+", plain(heading)))


def guess(headings: Sequence[str]) -> dict[str, int]:
    """Field → column; each column is one field at most, the surest first."""
    found = [
        (score, -column, field)
        for column, heading in enumerate(headings)
        for field in FIELDS
        if (score := _score(folded(heading), field))
    ]
    columns: dict[str, int] = {}
    for _fit, column, field in sorted(found, reverse=True):
        if field not in columns and -column not in columns.values():
            columns[field] = -column
    return columns


def _score(heading: str, field: str) -> tuple[bool, int]:
    """How well it fits: the whole heading before a part of it, many words before few; empty where it does not."""
    if heading in PHRASES[field]:
        return (True, len(heading))
    parts = [len(each) for each in PHRASES[field] if len(each) > 1 and f" {each} " in f" {heading} "]
    return (False, max(parts)) if parts else ()  # type: ignore[return-value]


def row_of(rows: Sequence[Sequence[str]]) -> int:
    """The row of the headings, counted from 1: the first of those in which most fields are known; 0 for none."""
    known = [len(guess(row)) for row in rows[:SEARCHED]]
    most = max(known, default=0)
    return known.index(most) + 1 if most >= 2 else 0


def fingerprint(headings: Sequence[str]) -> str:
    """The same for every file with these headings in this order."""
    return hashlib.sha256("|".join(folded(each) for each in headings).encode()).hexdigest()
