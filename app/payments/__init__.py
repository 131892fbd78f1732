"""What is to be paid, when, and the files a bank is given for it."""
