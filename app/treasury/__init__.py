"""What money is expected to come and go, and when: committed operations and the forecast made of them."""
