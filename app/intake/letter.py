"""A mail taken apart: its headers as text, whatever their state, and its parts in their order. No database."""

from __future__ import annotations

import base64
import contextlib
import email
import email.policy
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.header import decode_header
from email.message import Message as Mail
from email.utils import parseaddr
from itertools import islice
from typing import Any, TypeVar
from urllib.parse import unquote

T = TypeVar("T")
MOST_PARTS = 100
DEEPEST = 10
BODY_TYPES = {"text/plain", "text/html", "text/enriched", "text/richtext", "text/x-amp-html", "text/watch-html"}
STATUS_TYPES = {"message/delivery-status", "message/global-delivery-status"}
LONGEST_HTML = 2 * 1024 * 1024
LONGEST_HEADER = 64 * 1024
MOST_HEADERS = 1000
_UNSEEN = r"\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff"
_ONLY_SPACES = re.compile(r" +")
_SPACES_AND_UNSEEN = re.compile(rf"[ {_UNSEEN}]+")
_HIGH = re.compile("[\udc80-\udcff]+")
_CID = re.compile(r"""(?:cid:|src\s*=\s*["']?)([^"'\s>)]{1,300})""", re.I)


class TooDeep(Exception):
    """Its parts are nested so deeply that nobody meant them to be read."""


@dataclass
class Leaf:
    """One part without parts of its own, as it came."""

    name: str
    declared: str
    """The type it says it has."""
    data: bytes
    is_body: bool = False
    """Text of the message, not a file."""
    content_id: str = ""
    letter: int = 0
    """Counts the messages: those inside another have numbers of their own."""
    is_too_deep: bool = False
    charset: str = ""
    """Of a text, as its sender says."""


@dataclass
class Headers:
    """What a list shows of a message, and what says that a machine wrote it."""

    sender: str = ""
    subject: str = ""
    message_id: str = ""
    said: dict[str, str] = field(default_factory=dict)
    """Headers by their name in lower case, the first of each."""
    every: list[tuple[str, str]] = field(default_factory=list)
    """All of them in their order, undecoded: what decides who sent it is read before anything is decoded."""
    type: str = ""
    """Of the message as a whole."""

    def all(self, name: str) -> list[str]:
        """Every header of this name."""
        return [value for each, value in self.every if each == name]


@dataclass
class Letter:
    """A whole message: headers, leaves, and which pictures its HTML texts show."""

    headers: Headers
    leaves: list[Leaf]
    shown: set[str] = field(default_factory=set)
    left_out: bool = False
    """There were more parts than are opened."""
    carried: list[Headers] = field(default_factory=list)
    """Those of the messages inside it: what a delivery report brings back."""


def parse(raw: bytes) -> Letter:
    """Take a mail apart; raises `TooDeep`, and nothing else whatever the bytes."""
    try:
        mail = email.message_from_bytes(raw, policy=email.policy.compat32)
    except RecursionError:
        raise TooDeep from None
    letter = Letter(headers_of(mail), [])
    for leaf in _leaves(mail, letter.carried):
        if len(letter.leaves) == MOST_PARTS:
            letter.left_out = True
            break
        letter.leaves.append(leaf)
        if leaf.is_body and leaf.declared == "text/html":
            letter.shown |= _references(leaf.data)
    return letter


def headers_of(mail: Mail) -> Headers:
    """The headers as text, cleaned for showing; what can't be decoded is shown as well as may be."""
    said: dict[str, str] = {}
    every = [(name.lower(), str(value)) for name, value in islice(_mended(mail).raw_items(), MOST_HEADERS)]
    for name, value in every:
        said.setdefault(name, text_of(value))
    sender = _sender(next((value for name, value in every if name == "from"), "")) or said.get("from", "")
    message_id = said.get("message-id", "")[:998]
    return Headers(sender[:320], said.get("subject", "")[:2000], message_id, said, every, declared_type(mail))


def _sender(written: str) -> str:
    """Name and address; taken apart before the name is decoded, which may hold what looks like another address."""
    name, address = safely(lambda: parseaddr(" ".join(written[:LONGEST_HEADER].split())), ("", ""))
    address = _shown(address)  # not decoded: it is compared with others
    return f"{text_of(name)} <{address}>" if name and address else address


def _leaves(mail: Mail, carried: list[Headers]) -> Iterator[Leaf]:
    """The parts in their order, those of forwarded messages too; a stack, so that no nesting can exhaust ours."""
    letters = 0
    stack: list[tuple[Mail, int, int]] = [(mail, 0, 0)]
    while stack:
        part, depth, letter = stack.pop()
        _mended(part)
        declared = declared_type(part)
        inner = _forwarded(part, declared)
        if inner is None and not (part.is_multipart() and declared.startswith("multipart/")):
            yield _leaf(part, declared, letter)
        elif depth >= DEEPEST:
            yield Leaf(name_of(part), declared, b"", letter=letter, is_too_deep=True)
        elif inner is not None:
            letters += 1
            carried.append(headers_of(inner))
            stack.append((inner, depth + 1, letters))
        else:
            children = [each for each in part.get_payload() if isinstance(each, Mail)]
            stack.extend((child, depth + 1, letter) for child in reversed(children))


def _forwarded(part: Mail, declared: str) -> Mail | None:
    """The message that this part carries, also where its sender encoded it although that is forbidden."""
    if declared != "message/rfc822" or not part.is_multipart():
        return None
    inner = part.get_payload()[0]
    encoding = text_of(part.get("content-transfer-encoding", "")).lower()
    if encoding == "base64" and not inner.keys():
        decoded = safely(lambda: base64.b64decode(str(inner.get_payload()), validate=False), b"")
        return safely(lambda: email.message_from_bytes(decoded), inner)
    return inner


def _leaf(part: Mail, declared: str, letter: int) -> Leaf:
    name = name_of(part)
    disposition = safely(part.get_content_disposition, None)
    data = safely(lambda: part.get_payload(decode=True), None)
    if declared in STATUS_TYPES and part.is_multipart():  # the parser takes its blocks for mails
        data = safely(lambda: b"".join(bytes(block) for block in part.get_payload()), None)
    is_body = declared in BODY_TYPES and not name and disposition != "attachment"
    content_id = text_of(part.get("content-id", "")).strip("<> ")
    location = text_of(part.get("content-location", ""))
    data = data if isinstance(data, bytes) else b""
    charset = text_of(safely(part.get_content_charset, None) or "")
    return Leaf(name, declared, data, is_body, content_id or location, letter, charset=charset)


def _references(html: bytes) -> set[str]:
    """What an HTML text shows: content ids and addresses of its pictures."""
    text = html[:LONGEST_HTML].decode("utf-8", "replace")
    return {unquote(found).removeprefix("cid:").strip("<>").lower() for found in _CID.findall(text)}


def declared_type(part: Mail) -> str:
    """What the part says it is."""
    return text_of(safely(part.get_content_type, "application/octet-stream"))[:100]


def name_of(part: Mail) -> str:
    """The file name as text: RFC 2231, RFC 2047 or plain bytes; never used as a path."""
    return text_of(safely(part.get_filename, "") or "").strip()[:300]


def text_of(value: Any) -> str:
    """A header as one line of text, whatever its encoding and however broken."""
    return _shown(safely(lambda: _decoded(value), "") or safely(lambda: str(value)[:LONGEST_HEADER], ""))


def _shown(text: str) -> str:
    """Without what no eye sees and no database takes."""
    return _SPACES_AND_UNSEEN.sub(_seen, text.encode("utf-8", "replace").decode()).strip()


def _seen(run: re.Match[str]) -> str:
    """What is shown of spaces and unseen characters beside each other: the spaces, or one for all of them."""
    return run[0] if _ONLY_SPACES.fullmatch(run[0]) else " "


def _decoded(value: Any) -> str:
    # A folded header comes with its line breaks; two encoded words beside each other are one text.
    unfolded = re.sub(r"\r?\n(?=[ \t])", "", str(value)[:LONGEST_HEADER])
    return "".join(decoded(piece, charset) for piece, charset in decode_header(unfolded))


def decoded(piece: bytes | str, charset: str | None) -> str:
    """Text, by the charset that is said, else by what its bytes look like."""
    if isinstance(piece, str):
        return piece
    charset = (charset or "utf-8").lower().removesuffix("-i")  # Hebrew says with it that its letters are in order
    for guess, errors in ((charset, "strict"), ("utf-8", "strict"), (charset, "replace")):
        with contextlib.suppress(LookupError, ValueError):
            text = piece.decode(guess, errors)
            if not (errors == "replace" and charset == "utf-8"):
                return text
    return piece.decode("cp1252", "replace")


def _mended(part: Mail) -> Mail:
    """The part with text where its headers hold plain 8-bit bytes: UTF-8, else what Western senders use."""
    items = list(part.raw_items())
    if any(_HIGH.search(value) for _name, value in items):
        # Its own list, made anew at once: to delete each header by its name takes time squared.
        part._headers = [(name, _HIGH.sub(_of_bytes, value)) for name, value in items]  # type: ignore[attr-defined]
    return part


def _of_bytes(high: re.Match[str]) -> str:
    return decoded(high[0].encode("ascii", "surrogateescape"), None)


def safely(read: Callable[[], T], otherwise: T) -> T:
    """What `read` gives; `otherwise` where the standard parser stumbles, which it does in too many ways to name."""
    try:
        return read()
    except Exception:
        return otherwise
