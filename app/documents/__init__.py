"""The document: its facts, the status they amount to, validation, duplicates, trash."""
