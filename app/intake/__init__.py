"""How documents come in, and the log of every message and what became of each of its parts."""
