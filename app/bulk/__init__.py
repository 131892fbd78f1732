"""One act on many documents at once: each by its own verb, and what became of each."""
