"""Opens the files nobody trusts, each in a process of its own with little to lose; knows no database."""
