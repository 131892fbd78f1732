"""Bank statements, their lines, and what those lines settle."""
