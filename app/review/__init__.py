"""The queue people check, and the page beside its form."""
