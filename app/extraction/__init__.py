"""What is read from a document: its fields, how surely, and where they stand."""
