"""Why no Factur-X can be made of an invoice, in words for whoever may mend it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

REASONS = {
    "number": _("The document has no number."),
    "issue_date": _("The document has no issue date."),
    "currency": _("The currency of the document is not one that e-invoices know."),
    "amounts": _("The document has no amount without tax, or no gross amount."),
    "seller": _("The name of the seller is not known."),
    "buyer": _("The name of the buyer is not known."),
    "seller_number": _("Neither a VAT number nor a SIREN of the seller is known."),
    "seller_country": _("The country of the seller is not known."),
    "totals_differ": _("Net and tax do not come to the gross amount."),
    "taxes_differ": _("The taxes of each rate do not come to the amounts of the document."),
    "decimals": _("The amounts have more decimals than an e-invoice may have."),
    "not_valid": _("What would be made does not keep the rules of Factur-X."),
    "no_file": _("The document has no PDF or picture that an e-invoice could be part of."),
    "not_checked": _("The rules of Factur-X could not be checked just now."),
}


class CannotMake(Exception):
    """The invoice lacks something Factur-X needs: `codes` into `REASONS`, and what only a log should say."""

    def __init__(self, *codes: str, detail: str = ""):
        super().__init__(f"{', '.join(codes)}: {detail}" if detail else ", ".join(codes))
        self.codes = codes
        self.detail = detail


def words(codes: tuple[str, ...] | list[str]) -> str:
    """The sentences for these codes, in the language of whoever reads them."""
    return " ".join(str(REASONS.get(code, REASONS["not_valid"])) for code in codes)
