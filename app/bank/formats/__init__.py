"""What banks write: one module for each format, from bytes to statements."""
