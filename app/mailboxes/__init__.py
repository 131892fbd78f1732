"""Mailboxes on other servers (IMAP): looked into every two minutes, and what is wanted of them is taken."""
