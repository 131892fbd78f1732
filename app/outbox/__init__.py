"""Mails that wait to leave, and what became of each: written with their cause, sent once (SAFETY R5, R6)."""
