"""`./facteur bench statements`: what is read of the corpus of bank files, and how long large ones take."""

from __future__ import annotations

from tests.bench import statement_corpus, table


def main() -> None:
    """Print both."""
    is_whole = statement_corpus.show()
    table.target("all that is known of the corpus is read", is_whole)
