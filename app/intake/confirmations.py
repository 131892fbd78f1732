"""Mails by which a mailbox asks whether it may forward here: a code and a link, for an admin to use (SPEC IN-6)."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any

from app.intake.author import author_of
from app.intake.letter import BODY_TYPES, Leaf, Letter

LONGEST_TEXT = 64 * 1024
_TAG = re.compile(r"<[^<>]{0,2000}>")
_CODE_IN_SUBJECT = re.compile(r"\([^()\d]{0,12}(\d{6,12})\)")
_CODE_IN_TEXT = re.compile(r"(?<!\d)(\d{6,12})(?!\d)")
_ADDRESS = re.compile(r"[\w.+'-]{1,64}@(?:[\w-]{1,63}\.){1,8}[a-z]{2,24}", re.I)
_LINK = re.compile(r"https://[^\s<>\"'\\)\]]{1,1000}")
_ABOUT_FORWARDING = re.compile(r"forward|transf|redirig|renvoi|weiterleit|inoltr|reenv|doorstu|encaminh|przekaz", re.I)
_CONFIRM = re.compile(
    r"confirm|verif|v[ée]rif|code|best[äa]tig|bevestig|conferm|cod[ei]ce|c[óo]digo|potwierd|överens", re.I
)


@dataclass(frozen=True)
class Provider:
    """Who asks: from which addresses, signed by which domain, with links to which hosts."""

    name: str
    senders: re.Pattern[str]
    domains: tuple[str, ...]
    """A signature of one of these proves it."""
    links: re.Pattern[str]
    """What the link to confirm begins with; never the one that cancels."""
    asks_by_address: bool = False
    """Is this sender used for nothing else, so that the subject need not be understood?"""

    def signs_as(self, domain: str) -> bool:
        return any(domain == each or domain.endswith(f".{each}") for each in self.domains)


PROVIDERS = (
    Provider(
        "Gmail",
        re.compile(r"forwarding-noreply@google\.com"),
        ("google.com",),
        re.compile(r"https://(mail-settings|isolated\.mail|mail)\.google\.com/mail/(u/\d+/)?vf-"),
        asks_by_address=True,
    ),
    Provider(
        "Outlook",
        re.compile(r".+@([\w-]+\.)*(outlook|live|hotmail|microsoft|microsoftonline|office|office365)\.com"),
        ("microsoft.com", "microsoftonline.com", "office.com", "office365.com"),
        re.compile(r"https://([\w-]+\.)*(outlook|live|microsoft|microsoftonline|office|office365)\.com/"),
    ),
    Provider(
        "Yahoo",
        re.compile(r".+@([\w-]+\.)*(yahoo|yahoo-inc|yahooinc)\.com"),
        ("yahoo-inc.com", "yahooinc.com"),
        re.compile(r"https://([\w-]+\.)*yahoo\.com/"),
    ),
    Provider(
        "Zoho",
        re.compile(r".+@([\w-]+\.)*(zoho|zohoaccounts|zohocorp)\.(com|eu|in)"),
        ("zohoaccounts.com", "zohoaccounts.eu", "zohoaccounts.in", "zohocorp.com"),
        re.compile(r"https://([\w-]+\.)*zoho\.(com|eu|in)/"),
    ),
)
"""Domains in which everybody may have an address (outlook.com, yahoo.com) prove nothing of the provider."""


def recognise(letter: Letter) -> dict[str, Any] | None:
    """The code, the link and who asks to forward; None where it is no such mail. Nothing is opened but its text."""
    author = author_of(letter.headers.all("from")).address or _first_address(letter.headers.said.get("from", ""))
    subject = letter.headers.subject
    provider = next((each for each in PROVIDERS if each.senders.fullmatch(author)), None)
    if provider is None or any(_is_file(leaf) for leaf in letter.leaves):
        return None
    if not provider.asks_by_address and not (_ABOUT_FORWARDING.search(subject) and _CONFIRM.search(subject)):
        return None
    text = _text(letter)
    facts = {"provider": provider.name, "code": _code(subject, text), "link": _link(provider, text)}
    ours = letter.headers.said.get("to", "") + letter.headers.said.get("delivered-to", "")
    facts["asked_by"] = _asked_by(f"{subject}\n{text}", but=f"{author} {ours}".lower())
    return facts if facts["code"] or facts["link"] else None


def _is_file(leaf: Leaf) -> bool:
    """More than text and the pictures it shows?"""
    return not leaf.is_body and not (leaf.content_id and leaf.declared.startswith("image/"))


def _first_address(text: str) -> str:
    found = _ADDRESS.search(text)
    return found[0].lower() if found else ""


def _text(letter: Letter) -> str:
    """What the mail says, the plain text before what stands in HTML."""
    bodies = [leaf for leaf in letter.leaves if leaf.declared in BODY_TYPES]
    texts = [(leaf.declared, leaf.data[:LONGEST_TEXT].decode("utf-8", "replace")) for leaf in bodies]
    plain = [text for declared, text in texts if declared == "text/plain"]
    others = [html.unescape(_TAG.sub(_shown, text)) for declared, text in texts if declared != "text/plain"]
    return "\n".join(plain + others).replace("\0", " ")[:LONGEST_TEXT]


def _shown(tag: re.Match[str]) -> str:
    """Of a tag its link, for a button has no other."""
    found = _LINK.search(html.unescape(tag[0]))
    return f" {found[0]} " if found else " "


def _code(subject: str, text: str) -> str:
    """In brackets in the subject, or the first number of its length that stands alone in the text."""
    without_links = _LINK.sub(" ", text)
    found = _CODE_IN_SUBJECT.search(subject) or _CODE_IN_TEXT.search(subject) or _CODE_IN_TEXT.search(without_links)
    return found[1] if found else ""


def _link(provider: Provider, text: str) -> str:
    return next((link for link in _LINK.findall(text) if provider.links.match(link)), "")


def _asked_by(text: str, *, but: str) -> str:
    """The mailbox that is to be forwarded: the first address named that is neither the provider's nor ours."""
    named = [each.lower() for each in _ADDRESS.findall(text)]
    return next((each for each in named if each not in but), "")[:254]
