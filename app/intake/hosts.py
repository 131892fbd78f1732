"""Whether the host that brought a mail may send for its domain (SPF), or who is trusted to say so."""

from __future__ import annotations

import ipaddress
from typing import Any

import dns.rdatatype
import spf
import structlog
from authheaders import AuthenticationResultsHeader

from app.intake.author import domain_of
from app.intake.letter import safely
from app.intake.names import Names, Unanswered
from app.intake.signatures import Signature

log = structlog.get_logger()
NEARBY = [
    ipaddress.ip_network(each)
    for each in ("127.0.0.1/32", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fe80::/10")
]
"""Where no stranger speaks from: a relay of ours, or a mail server on the same machine."""
AS = {"pass": "pass", "fail": "fail", "softfail": "fail", "temperror": "temperror"}
UNCHECKED = "unchecked"


def is_the_senders(peer: str, relays: set[str]) -> bool:
    """Is this host the sender's own, and not one of ours that passes mails on?"""
    if not peer or peer in relays:
        return False
    address = _address(peer)
    return address is not None and not any(address in network for network in NEARBY)


def _address(peer: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(peer.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def spf_of(peer: str, helo: str, envelope_sender: str, names: Names) -> tuple[str, str]:
    """Result and domain: of the envelope's sender, of the host's own name where the envelope names nobody."""
    sender = envelope_sender if "@" in envelope_sender else ""
    domain = domain_of(sender or helo)
    if not domain:
        return "none", ""
    try:
        result = Question(names, str(_address(peer)), sender, helo or "unknown").check()[0]
    except Exception:  # what a stranger publishes in his DNS is no error of ours
        log.exception("spf.not_understood")
        result = "none"
    return AS.get(result, "none"), domain


class Question(spf.query):
    """The library's own way through the records, asking our names."""

    def __init__(self, names: Names, peer: str, sender: str, helo: str) -> None:
        super().__init__(peer, sender, helo)
        self.names = names

    def dns(self, name: str, qtype: str, cnames: Any = None, ignore_void: bool = False) -> list[Any]:
        """The values of these records, each asked for once."""
        key = (str(name).lower().rstrip("."), qtype)
        if key not in self.cache:
            try:
                self.cache[key] = [_value(record) for record in self.names.ask(*key)]
            except Unanswered:
                raise spf.TempError("DNS: no answer") from None
        if not self.cache[key] and not ignore_void:
            self.void_lookups += 1
            if self.void_lookups > spf.MAX_VOID_LOOKUPS:
                raise spf.PermError("too many names that do not exist")
        return self.cache[key]


def _value(record: Any) -> Any:
    if record.rdtype in (dns.rdatatype.A, dns.rdatatype.AAAA):
        return record.address
    if record.rdtype == dns.rdatatype.MX:
        return record.preference, record.exchange.to_text(True)
    return record.target.to_text(True) if record.rdtype == dns.rdatatype.PTR else record.strings


def told_by(name: str, headers: list[str]) -> tuple[tuple[str, str], list[Signature]] | None:
    """What a border host of ours found: SPF and signatures, from the first Authentication-Results in its name."""
    for text in headers:
        header = f"Authentication-Results: {' '.join(text.split())}"
        said = safely(lambda header=header: AuthenticationResultsHeader.parse(header), None)  # type: ignore[misc]
        if said and str(said.authserv_id).lower() == name.lower():
            return _told(said.results)
    return None


def _told(results: list[Any]) -> tuple[tuple[str, str], list[Signature]]:
    found, signed = (UNCHECKED, ""), []
    for each in results:
        values = {f"{one.type}.{one.name}": str(one.value) for one in each.properties}
        result = AS.get(each.result, "none")
        if each.method == "spf":
            found = result, domain_of(values.get("smtp.mailfrom") or values.get("smtp.helo") or "")
        elif each.method == "dkim":
            signed.append(Signature(result, domain_of(values.get("header.d") or values.get("header.i") or "")))
    return found, signed
