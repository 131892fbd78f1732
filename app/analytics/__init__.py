"""Figures about what is owed, how late it is paid, what is bought, and how long deciding takes."""
