"""Facteur: invoices come in, are decided on, and go out again."""
