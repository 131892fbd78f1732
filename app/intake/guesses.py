"""Slowing down who guesses addresses: each wrong recipient of a host counts for a quarter of an hour (SAFETY S10)."""

from __future__ import annotations

import ipaddress
import time
from collections import Counter, deque

MEMORY_SECONDS = 900
LONGEST_WAIT = 2.0


class Guesses:
    """The wrong recipients of each host; past `most` of them it is told to come later."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._noted: deque[tuple[float, str]] = deque()
        self._counts: Counter[str] = Counter()

    def note(self, host: str) -> None:
        """One more."""
        self._noted.append((time.monotonic(), _whose(host)))
        self._counts[_whose(host)] += 1

    def wait(self, host: str) -> float:
        """Seconds until its next recipient is looked up: none for the first half, then more and more.

        It depends on the guesses before, never on this one, and so tells nothing about it.
        """
        past_half = self._count(host) - self.most // 2
        return min(LONGEST_WAIT, 0.05 * 2**past_half) if past_half >= 0 else 0

    def is_shut_out(self, host: str) -> bool:
        """Did it guess too often?"""
        return self._count(host) >= self.most

    def _count(self, host: str) -> int:
        while self._noted and self._noted[0][0] < time.monotonic() - MEMORY_SECONDS:
            _then, whose = self._noted.popleft()
            self._counts[whose] -= 1
            if not self._counts[whose]:
                del self._counts[whose]
        return self._counts[_whose(host)]


def _whose(host: str) -> str:
    """Of IPv6 the network: one sender has billions of addresses there."""
    address = ipaddress.ip_address(host or "::")
    if address.version == 4 or address.ipv4_mapped:
        return host
    return str(ipaddress.ip_network((address, 64), strict=False))
