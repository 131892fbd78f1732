"""Stored bytes by their hash, the pages drawn from them, and the one way they leave."""
