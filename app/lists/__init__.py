"""What people take out of a list of documents: tables, their originals in a ZIP, and views of it to come back to."""
