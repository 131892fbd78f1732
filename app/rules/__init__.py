"""Rules: what is done by itself with documents that meet conditions (SPEC LC-3)."""
