"""What the columns of a bank's table are called, in French, Dutch, English and German."""

from __future__ import annotations

from app.extraction import columns

WORDS = {
    "date": """date|date operation|date d operation|date de l operation|date comptable|date de comptabilisation
        |date d execution|dateop|date op|date de transaction|boekingsdatum|boekdatum|uitvoeringsdatum|datum
        |transactiedatum|booking date|posting date|transaction date|date posted|completed date|buchungstag
        |buchungsdatum""",
    "value_date": """date valeur|date de valeur|dateval|date val|valeur|valuta|valutadatum|value date|valutatag
        |wertstellung""",
    "label": """libelle|libelle operation|libelle de l operation|label|intitule|omschrijving|description|text
        |memo|communications|communication|verwendungszweck|narrative|mededeling|objet""",
    "detail": """vrije mededeling|informations complementaires|details|details de l operation|buchungstext
        |complement|complement d information|libelle complementaire|additional information""",
    "more": "type operation|type d operation|transaction|type de transaction|transaction type|rubriek",
    "amount": """montant|montant euros|montant eur|montant en eur|montant en euros|montant operation en euro
        |montant de l operation|montant operation|amount|amount eur|bedrag|bedrag eur|betrag|umsatz|net amount""",
    "debit": "debit|debit euros|debit eur|debet|money out|paid out|withdrawal|withdrawals|soll|af|uit|debits",
    "credit": "credit|credit euros|credit eur|money in|paid in|deposit|deposits|haben|bij|in|credits",
    "currency": "devise|devise du compte|monnaie|munt|currency|ccy|wahrung|valuta code|devise compte",
    "balance": "solde|saldo|balance|accountbalance|solde apres operation|running balance|solde eur|balance after",
    "account": """compte|numero de compte|no compte|n compte|rekening|rekeningnummer|accountnum|account number|iban
        |account|eigen rekening|konto|kontonummer|auftragskonto""",
    "party_name": """nom de la contrepartie|nom contrepartie|nom contrepartie contient|naam tegenpartij|tegenpartij
        |counterparty|counterparty name|supplierfound|partner name|payee|tiers|beneficiaire|donneur d ordre|name
        |nom du tiers|begunstigter|beguenstigter zahlungspflichtiger|libelle simplifie|payer payee""",
    "party_iban": """compte contrepartie|compte de la contrepartie|contrepartie|rekeningnummer tegenpartij
        |tegenrekening|counterparty account|counterparty iban|iban contrepartie|kontonummer iban|bank account
        |iban du tiers""",
    "reference": """gestructureerde mededeling|communication structuree|reference client|end to end
        |reference de bout en bout|customer reference|payment reference|kundenreferenz""",
    "bank_reference": """reference|reference bancaire|reference operation|n de sequence|no de sequence
        |numero de sequence|transaction id|bank reference|id|volgnummer""",
    "status": "statut|status|etat|state",
}
FIELDS = tuple(WORDS)
PHRASES = columns.phrases(WORDS)
FOREIGN = ("francs", "frf", "dem", "bef", "contre valeur", "devise etrangere", "frais", "fee")
"""An amount in one of these is not what the account holds."""


def guess(headings: list[str]) -> dict[str, int]:
    """Field → column."""
    told = [each if not is_foreign(each) else "" for each in headings]
    return columns.guess(told, PHRASES)


def is_foreign(heading: str) -> bool:
    """Is it an amount in another money, or what the bank took for it?"""
    words = f" {columns.folded(heading)} "
    return any(f" {each} " in words for each in FOREIGN)


def is_enough(found: dict[str, int]) -> bool:
    """Can a line be read with these?"""
    return "date" in found and ("amount" in found or {"debit", "credit"} <= found.keys())


def row_of(rows: list[list[str]]) -> int:
    """The row of the headings, counted from 1: the first with a day and an amount; 0 for none."""
    known = [guess(row) for row in rows[: columns.SEARCHED]]
    enough = [number for number, found in enumerate(known, 1) if is_enough(found)]
    return max(enough, key=lambda number: (len(known[number - 1]), -number), default=0)
