"""What Facteur promises, one sentence a test."""
