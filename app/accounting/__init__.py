"""What the accountant gets: documents as Factur-X, and what became of them."""
