"""The API: for programs that bring documents in, with a token of a person's own."""
