"""What may be said to a person when something cannot be done."""

from __future__ import annotations


class Refused(Exception):
    """A rule forbids it; the text is a sentence for the person who asked."""

    def __init__(self, sentence: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence

    def __str__(self) -> str:
        return str(self.sentence)
