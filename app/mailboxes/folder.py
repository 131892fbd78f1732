"""A folder of a mailbox: what is in it, and marking what was taken. Reading changes nothing there (BODY.PEEK)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any

from imap_tools.utils import encode_folder

from app.intake.letter import TooDeep, parse
from app.mailboxes.line import Account, Line, capabilities
from app.mailboxes.words import Trouble, in_words

AT_ONCE = 50
LONGEST_HEADER = 256 * 1024
HEADINGS = "(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (FROM SUBJECT)])"
_BEGINS = re.compile(rb"^\d+ \(")
_SAYS = {name: re.compile(rb"\b" + name + rb" (\d+)", re.I) for name in (b"UID", b"RFC822.SIZE")}
_FLAGS = re.compile(rb"\bFLAGS \(([^)]*)\)", re.I)
_DATE = re.compile(
    r'INTERNALDATE "\s*(\d{1,2})-([a-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)"', re.I | re.A
)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Heading:
    """What a list shows of a mail."""

    uid: int
    size: int
    is_seen: bool
    received_at: datetime | None
    """When it came in, by the server's clock."""
    sender: str
    subject: str


class Folder:
    """An open folder."""

    def __init__(self, line: Line) -> None:
        self.line, self.client = line, line.client
        answer = self.client.response("UIDVALIDITY")[1]
        self.uidvalidity = int(answer[-1] or 0)

    def search(self, *, unread: bool, since: date | None) -> list[int]:
        """The numbers of its mails, the oldest first."""
        wanted = (["UNSEEN"] if unread else []) + ([f"SINCE {_as_imap(since)}"] if since else [])
        with in_words():
            return sorted(int(uid) for uid in self.line.uids(" ".join(wanted) or "ALL", charset=None))

    def headings(self, uids: Iterable[int]) -> list[Heading]:
        """What a list shows of these, in their order; those that are gone meanwhile are left out."""
        listed = ",".join(map(str, uids))
        with in_words():
            found = [_heading(*each) for each in self._fetched(listed, HEADINGS)]
        return sorted((each for each in found if each), key=lambda each: each.uid)

    def raw(self, uid: int) -> bytes | None:
        """The whole mail, as it lies there; None where it is gone."""
        return self._body(uid, "(UID BODY.PEEK[])")

    def header(self, uid: int) -> bytes:
        """Its header alone; empty where the server gives not even that."""
        try:
            return self._body(uid, f"(UID BODY.PEEK[HEADER]<0.{LONGEST_HEADER}>)") or b""
        except Trouble as trouble:
            if trouble.told["key"] == "not_given":
                return b""
            raise

    def _body(self, uid: int, what: str) -> bytes | None:
        try:
            with in_words("not_given"):
                said = list(self._fetched(str(uid), what))
        except Trouble as trouble:
            if self.client.is_flooded:
                raise Trouble("too_much") from trouble
            raise
        return next((body for told, body in said if _number(b"UID", told) == uid and body is not None), None)

    def _fetched(self, uids: str, what: str) -> Iterator[tuple[bytes, bytes | None]]:
        """For each answer of the server: its words, and the literal in it."""
        status, answer = self.client.uid("FETCH", uids, what)
        if status != "OK":
            raise self.client.error(str(answer))
        told, literal = b"", None
        for each in answer:
            words = each[0] if isinstance(each, tuple) else each or b""
            if _BEGINS.match(words) and told:
                yield told, literal
                told, literal = b"", None
            told += b" " + words if told else words
            literal = each[1] if isinstance(each, tuple) else literal
        if told:
            yield told, literal

    def mark_seen(self, uid: int) -> None:
        """As if somebody had read it."""
        self._do("STORE", str(uid), "+FLAGS", r"(\Seen)")

    def move(self, uid: int, target: str) -> None:
        """Into another folder. One that was moved already is no longer there, which is no error."""
        there = encode_folder(target)
        able = capabilities(self.client.capability()[1])
        if "MOVE" in able:
            self._do("MOVE", str(uid), there)
            return
        self._do("COPY", str(uid), there)
        self._do("STORE", str(uid), "+FLAGS", r"(\Deleted)")
        if "UIDPLUS" in able:  # else it stays marked as deleted: a plain EXPUNGE would take others with it
            self._do("EXPUNGE", str(uid))

    def _do(self, command: str, *told: Any) -> None:
        with in_words("mark"):
            status, answer = self.client.uid(command, *told)
            if status != "OK":
                raise self.client.error(str(answer))


def _as_imap(day: date) -> str:
    """Whatever the language of this machine."""
    return f"{day.day:02}-{MONTHS[day.month - 1]}-{day.year}"


def _moment(told: bytes) -> datetime | None:
    """When a mail came in; None for a time that is none."""
    found = _DATE.search(told.decode("ascii", "replace"))
    if not found:
        return None
    try:
        day, month, *rest = int(found[1]), MONTHS.index(found[2].title()) + 1, *map(int, found.group(3, 4, 5, 6))
        shift = timedelta(hours=int(found[8]), minutes=int(found[9])) * (-1 if found[7] == "-" else 1)
        return datetime(rest[0], month, day, *rest[1:], tzinfo=timezone(shift))
    except ValueError:
        return None


def _number(name: bytes, told: bytes) -> int | None:
    found = _SAYS[name].search(told)
    return int(found[1]) if found else None


def _heading(told: bytes, header: bytes | None) -> Heading | None:
    """None for what a server tells unasked, such as that another client has read a mail."""
    uid, size = _number(b"UID", told), _number(b"RFC822.SIZE", told)
    if uid is None or size is None:
        return None
    flags = _FLAGS.search(told)
    try:
        said = parse(header or b"").headers
    except TooDeep:
        said = parse(b"").headers
    return Heading(
        uid=uid,
        size=size,
        is_seen=bool(flags and rb"\seen" in flags[1].lower()),
        received_at=_moment(told),
        sender=said.sender,
        subject=said.subject,
    )


@contextmanager
def opened(account: Account, *, writes: bool) -> Iterator[Folder]:
    """The folder of this account; opened for reading only unless something is to be marked or moved there."""
    with in_words(unsaid=account.password):
        line = Line(account)
    try:
        with in_words("login", account.password):
            plain = (account.login + account.password).isascii()
            (line.login if plain else line.login_utf8)(account.login, account.password, None)
        with in_words("folder", account.password):
            line.folder.set(account.folder, readonly=not writes)
            folder = Folder(line)
        yield folder
    finally:
        line.hang_up()
