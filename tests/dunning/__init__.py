"""What customers are sent and reminded of."""
