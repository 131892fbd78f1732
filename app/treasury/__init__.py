"""The money expected to come and go: committed operations and the forecast."""
