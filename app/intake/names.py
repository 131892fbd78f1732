"""Asking the DNS what the domain of a sender says about its mails, within time limits and never on the way in."""

from __future__ import annotations

import time
from collections.abc import Iterable

import dns.exception
import dns.name
import dns.nameserver
import dns.resolver
from dns.rdata import Rdata

EACH_SECONDS, ALL_SECONDS, PROBE_SECONDS = 2.0, 5.0, 1.0
SILENCE_SECONDS = 60.0
"""How long nobody is asked after the DNS gave no sign of life."""
NOBODY = "none"
DNS_PORT = 53
_silent_until: dict[tuple[str, ...], float] = {}


class Unanswered(Exception):
    """No answer in time, or none that means anything: another time it may be there."""


class Names:
    """The questions about one message: two seconds for each, five for all; without any DNS none at all."""

    def __init__(self, servers: Iterable[str]) -> None:
        self.servers = tuple(servers)
        self._resolver = None if NOBODY in self.servers else _resolver(self.servers)
        self._ends = time.monotonic() + ALL_SECONDS

    def ask(self, name: str, kind: str) -> list[Rdata]:
        """What stands there, empty where nothing does."""
        left = min(EACH_SECONDS, self._ends - time.monotonic())
        if self._resolver is None or left <= 0 or self._is_silent(self._resolver):
            raise Unanswered(name)
        try:
            return self._asked(self._resolver, name, kind, left)
        except (dns.exception.Timeout, dns.resolver.NoNameservers, OSError) as error:
            self._listen(self._resolver)
            raise Unanswered(name) from error

    def texts(self, name: str) -> list[bytes]:
        """The TXT records, each in one piece."""
        return [b"".join(record.strings) for record in self.ask(name, "TXT") if hasattr(record, "strings")]

    def _asked(self, resolver: dns.resolver.Resolver, name: str, kind: str, seconds: float) -> list[Rdata]:
        try:
            absolute = dns.name.from_text(name)
            answer = resolver.resolve(absolute, kind, lifetime=seconds, raise_on_no_answer=False, search=False)
        except dns.resolver.NXDOMAIN:
            return []
        except (dns.exception.Timeout, dns.resolver.NoNameservers):
            raise
        except (dns.exception.DNSException, UnicodeError):  # a name that no server could have
            return []
        return list(answer.rrset or [])

    def _is_silent(self, resolver: dns.resolver.Resolver) -> bool:
        """Did nobody answer lately? After a while one short question finds out whether somebody does again."""
        until = _silent_until.get(self.servers)
        if until is not None and until <= time.monotonic():
            del _silent_until[self.servers]
            self._listen(resolver)
        return self.servers in _silent_until

    def _listen(self, resolver: dns.resolver.Resolver) -> None:
        """Is it this one domain that is slow, or does nobody answer? Then nobody is asked for a while."""
        try:
            resolver.resolve(dns.name.root, "NS", lifetime=PROBE_SECONDS, raise_on_no_answer=False, search=False)
        except (dns.exception.Timeout, OSError):
            _silent_until[self.servers] = time.monotonic() + SILENCE_SECONDS
        except dns.resolver.NoNameservers as error:
            if not any(response for *_rest, response in error.kwargs.get("errors", ())):
                _silent_until[self.servers] = time.monotonic() + SILENCE_SECONDS
        except dns.exception.DNSException:
            pass


def _resolver(servers: tuple[str, ...]) -> dns.resolver.Resolver | None:
    """Those of the settings, else the machine's own; None where it has none."""
    try:
        resolver = dns.resolver.Resolver(configure=not servers)
    except dns.resolver.NoResolverConfiguration:
        return None
    resolver.timeout = PROBE_SECONDS  # so that a second server has its turn
    if servers:
        resolver.nameservers = [_server(each) for each in servers]
    return resolver


def _server(written: str) -> dns.nameserver.Nameserver:
    """`192.0.2.53`, `192.0.2.53:5353` or `[2001:db8::53]:53`."""
    host, _colon, port = written.rpartition(":")
    if not host or not port.isdigit() or (host.count(":") and not host.endswith("]")):
        host, port = written, str(DNS_PORT)
    return dns.nameserver.Do53Nameserver(host.strip("[]"), int(port))
