"""What is said to the person at the terminal."""

import sys


def say(text: str) -> None:
    """One line, at once, even where the output is a file or a pipe."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
