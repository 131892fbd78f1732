"""What is to be paid: orders, batches, the file for the bank."""
