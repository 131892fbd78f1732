"""Plans, and the actions that come of them: what a customer is sent or told, when, by whom (SPEC SE, DN)."""
