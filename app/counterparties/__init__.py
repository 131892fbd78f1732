"""Customers and suppliers of a company."""
