"""Which column is what: guessed from its heading, in six languages."""

from __future__ import annotations

from collections.abc import Sequence

from app.extraction import columns

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
PHRASES = columns.phrases(WORDS)


def guess(headings: Sequence[str]) -> dict[str, int]:
    """Field → column; each column is one field at most, the surest first."""
    return columns.guess(headings, PHRASES)


def row_of(rows: Sequence[Sequence[str]]) -> int:
    """The row of the headings, counted from 1; 0 for none."""
    return columns.row_of(rows, PHRASES)
