"""`python -m tests.bench.reading [MANIFEST] [--families generated] [--wrong] [--speed]`"""

from __future__ import annotations

import sys

from tests.bench.reading import main

main(sys.argv[1:])
