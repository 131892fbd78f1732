"""Spreadsheets of invoices: their columns are chosen, their lines shown as they would be, and made into documents."""
