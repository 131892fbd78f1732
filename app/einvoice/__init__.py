"""E-invoices as XML (UBL, CII, Factur-X, ZUGFeRD): parsed, checked and made; knows no database."""
