"""What a delivery report says: which mail did not reach whom, and why (RFC 3464, and those that only quote it)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.parser import HeaderParser
from email.utils import parseaddr
from typing import Any

from app.intake import automatic
from app.intake.letter import STATUS_TYPES, Leaf, Letter, decoded, text_of
from app.outbox.writing import is_ours

LOOKED_AT = 64 * 1024
LONGEST_WHY = 300
MOST_FATES = 100
_MACHINES = re.compile(r"(mailer-daemon|mail-daemon|postmaster|microsoftexchange\w*)$", re.I)
_TEXTS = {"text/plain", "text/html", "text/rfc822-headers", "message/global-headers"}
_QUOTED_ID = re.compile(r"^[>| \t]{0,20}message-id:\s{0,4}(<[^<>\s]{1,300}>)", re.I | re.M)
_ADDRESS = re.compile(r"[\w.+'=-]{1,64}@(?:[\w-]{1,63}\.){1,8}[a-z]{2,24}", re.I)
_CODE = re.compile(r"\b[45]\d\d[ -]|\b[45]\.\d{1,3}\.\d{1,3}\b")
_BLANK = re.compile(r"\n[>| \t]{0,20}\n")
_DELAYED = re.compile(
    r"not (yet )?been delivered to (one|all)|attempts will continue|will (continue|keep|be retried)|transient"
    r"|\bdelay(ed)?\b|^warning|pas encore|retard[ée]",
    re.I,
)


@dataclass(frozen=True)
class Fate:
    """What became of the mail for one address."""

    address: str
    """In lower case; empty where the report does not name it."""
    is_final: bool
    """It failed; else it is only delayed."""
    why: str


def read(letter: Letter) -> dict[str, Any] | None:
    """Message-IDs of ours that a report names, and what became of them; None where it is no such report."""
    if not _is_report(letter):
        return None
    texts = [_text(leaf) for leaf in letter.leaves if leaf.declared in _TEXTS]
    named = [each.message_id for each in letter.carried]
    named += [found for text in texts for found in _QUOTED_ID.findall(text)]
    named += " ".join([*letter.headers.all("in-reply-to"), *letter.headers.all("references")]).split()
    mails = list(dict.fromkeys(each for each in named if is_ours(each)))
    fates = _told(letter) if _has_status(letter) else _guessed(letter, texts)
    return {"mails": mails, "fates": fates[:MOST_FATES]} if mails and fates else None


def _is_report(letter: Letter) -> bool:
    """Does a mail server write it? Whoever else quotes a mail of ours answers it."""
    author = parseaddr(letter.headers.sender)[1].partition("@")[0]
    kind = automatic.kind_of(letter.headers, envelope_sender="", ours=set())
    return kind == "bounce" or bool(_MACHINES.fullmatch(author))


def _has_status(letter: Letter) -> bool:
    return any(leaf.declared in STATUS_TYPES for leaf in letter.leaves)


def _text(leaf: Leaf) -> str:
    text = decoded(leaf.data[:LOOKED_AT], leaf.charset or None).replace("\r\n", "\n").replace("\0", " ")
    return re.sub(r"<(?![^<>\s]+@)[^<>]{0,2000}>", "\n", text) if leaf.declared == "text/html" else text


# --- A report in fields -----------------------------------------------------------------------------


def _told(letter: Letter) -> list[Fate]:
    """By the fields of the report, one block for each address; those that were delivered are left out."""
    blocks = [block for leaf in letter.leaves if leaf.declared in STATUS_TYPES for block in _blocks(leaf)]
    return [fate for block in blocks if (fate := _fate(block))]


def _blocks(leaf: Leaf) -> list[dict[str, str]]:
    read_fields = HeaderParser().parsestr
    blocks = [read_fields(block.lstrip("\n")) for block in re.split(r"\n[ \t]*\n", _text(leaf))]
    return [{name.lower(): text_of(value) for name, value in block.items()} for block in blocks]


def _fate(block: dict[str, str]) -> Fate | None:
    act, status = block.get("action", "").lower().split(" ")[0], block.get("status", "")
    whose = block.get("original-recipient") or block.get("final-recipient")
    if not whose or not (act in ("failed", "delayed") or (not act and status[:1] in ("4", "5"))):
        return None
    why = block.get("diagnostic-code", "").partition(";")[2].strip() or status
    return Fate(_plain(whose.rpartition(";")[2]), act == "failed" or (not act and status[0] == "5"), _short(why))


def _plain(address: str) -> str:
    found = _ADDRESS.search(address)
    return found[0].lower() if found else ""


# --- A report in words ------------------------------------------------------------------------------


def _guessed(letter: Letter, texts: list[str]) -> list[Fate]:
    """By the words above the quoted mail: the addresses that stand there, and the answer of the server."""
    above = _above("\n".join(texts))
    is_final = not _DELAYED.search(f"{letter.headers.subject}\n{above}")
    failed = _ADDRESS.findall(letter.headers.said.get("x-failed-recipients", ""))
    addresses = dict.fromkeys(each.lower() for each in failed or _ADDRESS.findall(above))
    return [Fate(address, is_final, _said(above, address)) for address in addresses]


def _above(text: str) -> str:
    """What the server writes before the headers of our mail."""
    quoted = _QUOTED_ID.search(text)
    if quoted is None:
        return text
    ends = [found.start() for found in _BLANK.finditer(text, 0, quoted.start())]
    return text[: ends[-1]] if ends else text[: quoted.start()]


def _said(above: str, address: str) -> str:
    """The line with a code of a server after the address, else the line after it."""
    after = above.lower().find(address)
    lines = [line.strip() for line in above[max(after, 0) :].splitlines() if line.strip()]
    coded = [line for line in lines if _CODE.search(line)]
    return _short(next(iter(coded or lines[1:] or lines), ""))


def _short(why: str) -> str:
    return " ".join(why.split())[:LONGEST_WHY]
