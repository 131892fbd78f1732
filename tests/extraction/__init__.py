"""What is read from documents, and what becomes of it."""
