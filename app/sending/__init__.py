"""Sales invoices on their way to the customer: *to send*, sent, come back (SPEC SE)."""
