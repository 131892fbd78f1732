"""Figures of what is owed, late, bought and waiting."""
