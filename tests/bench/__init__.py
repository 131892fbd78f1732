"""How long things take, beside what they cannot be faster than."""
