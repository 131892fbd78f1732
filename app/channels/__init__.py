"""Ways to reach a customer beside e-mail: letters, and text messages by a gateway (SPEC SE-4)."""
