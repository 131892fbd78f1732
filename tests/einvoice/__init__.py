"""E-invoices: read, refused, made."""
