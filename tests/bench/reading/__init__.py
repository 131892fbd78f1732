"""How well and how fast Facteur reads, against what it should reach.

`./facteur bench reading [MANIFEST]` reads the documents of a manifest (the corpus beside the repository, unless told
otherwise) and prints one table; `--families generated` draws invoices nobody's rules were made for, `--families tills`
receipts, and prints them beside it; `--wrong` lists what was not read right; `--speed` measures time and memory.
"""

from __future__ import annotations

from collections.abc import Sequence


def main(arguments: Sequence[str] = ()) -> None:
    """Measure what the arguments ask for."""
    from tests.bench.reading.asking import answer

    answer(list(arguments))
