"""`python -m tests.bench [NAME…]`: the benches named, or all of them one after the other."""

from __future__ import annotations

import importlib
import pkgutil
import sys

from tests import bench

SHARED = {"__main__", "bank_year", "copying", "crowded", "many", "statement_corpus", "table", "words"}


def main(*wanted: str) -> None:
    """Run these benches; without names, each one there is. What follows `reading` is for that one."""
    known = [each.name for each in pkgutil.iter_modules(bench.__path__) if each.name not in SHARED]
    if wanted[:1] == ("reading",):
        importlib.import_module("tests.bench.reading").main(wanted[1:])
        return
    if unknown := set(wanted) - set(known):
        sys.exit(f"no bench is called {', '.join(sorted(unknown))}; there are: {', '.join(known)}")
    for name in wanted or known:
        importlib.import_module(f"tests.bench.{name}").main()


if __name__ == "__main__":
    main(*sys.argv[1:])
