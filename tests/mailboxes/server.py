"""A mail server for tests that speaks just enough IMAP, and refuses, cuts, lies or falls silent where it is told to."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

CUT, SILENT = "cut", "silent"
DATE = "26-Nov-2026 10:00:00 +0100"


@dataclass
class Letter:
    """A mail in a folder."""

    uid: int
    raw: bytes
    flags: set[str] = field(default_factory=set)
    date: str = DATE
    said_size: int | None = None
    """What the server says of its size, where it lies."""


@dataclass
class Server:
    """`faults` maps a moment (`greeting login select search headings body store move`, or `body:UID`) to what happens.

    `CUT` hangs up, after half of the answer where it is a body; `SILENT` says nothing more; anything else is the
    tagged answer (`NO …`, `BYE`). `at` is called with each moment before it is answered.
    """

    password: str = "right password"
    able: str = "UIDPLUS MOVE"
    """What it can beyond the first standard."""
    faults: dict[str, str] = field(default_factory=dict)
    at: Callable[[str], None] = lambda moment: None
    folders: dict[str, list[Letter]] = field(default_factory=lambda: {"INBOX": [], "Done": []})
    uidvalidity: int = 1000
    asked: Counter[str] = field(default_factory=Counter)
    """How often each moment came, such as `body:7`."""
    heard: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lock, self._next = threading.RLock(), 1
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        self._server.close()

    def put(self, raw: bytes, *flags: str, folder: str = "INBOX", **facts) -> Letter:
        """A new mail; its number is the next."""
        with self.lock:
            letter = Letter(self._next, raw, set(flags), **facts)
            self._next += 1
            self.folders[folder].append(letter)
            return letter

    def renumber(self) -> None:
        """As after a restore: every mail has another number, in another numbering."""
        with self.lock:
            self.uidvalidity += 1
            for letter in self.folders["INBOX"]:
                letter.uid, self._next = self._next, self._next + 1

    def _serve(self) -> None:
        while True:
            try:
                line, _address = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(line,), daemon=True).start()

    def _talk(self, line: socket.socket) -> None:
        with suppress(OSError, ConnectionError), line, line.makefile("rwb") as stream:
            Dialogue(self, stream, line).hold()


class Dialogue:
    """One connection."""

    def __init__(self, server: Server, stream, line: socket.socket) -> None:
        self.server, self.stream, self.line, self.folder = server, stream, line, "INBOX"
        self.is_looking = False

    def hold(self) -> None:
        """Until either side hangs up."""
        self.meet("greeting")
        self.say(b"* OK ready")
        while words := self.stream.readline():
            tag, command, rest = (*words.decode("utf-8", "replace").rstrip("\r\n").split(" ", 2), "")[:3]
            self.server.heard.append(f"{command} {rest}")
            with suppress(_Answered):
                getattr(self, f"do_{command.lower()}", self.do_unknown)(tag, rest)
            if command.upper() == "LOGOUT":
                return

    def say(self, words: bytes) -> None:
        self.stream.write(words + b"\r\n")
        self.stream.flush()

    def meet(self, moment: str, tag: str = "*") -> None:
        """Come by this moment; whatever was ordered for it happens."""
        self.server.asked[moment] += 1
        self.server.at(moment)
        fault = self.server.faults.get(moment)
        if fault == CUT:
            self.line.shutdown(socket.SHUT_RDWR)
            raise ConnectionError
        if fault == SILENT:
            time.sleep(60)
        if fault:
            self.say(f"{'*' if fault.startswith('BYE') else tag} {fault}".encode())
            raise _Answered

    def do_unknown(self, tag: str, _rest: str) -> None:
        self.say(f"{tag} BAD unknown".encode())

    def do_capability(self, tag: str, _rest: str) -> None:
        self.say(f"* CAPABILITY IMAP4rev1 {self.server.able}".encode())
        self.say(f"{tag} OK done".encode())

    def do_login(self, tag: str, rest: str) -> None:
        self.meet("login", tag)
        is_right = rest.endswith(f'"{self.server.password}"')
        self.say(f"{tag} OK welcome".encode() if is_right else f"{tag} NO [AUTHENTICATIONFAILED] no: {rest}".encode())

    def do_select(self, tag: str, rest: str) -> None:
        self.meet("select", tag)
        name = rest.strip('"')
        if name not in self.server.folders:
            self.say(f"{tag} NO no such folder".encode())
            return
        self.folder = name
        self.say(b"* %d EXISTS" % len(self.server.folders[name]))
        self.say(b"* OK [UIDVALIDITY %d] valid" % self.server.uidvalidity)
        self.say(f"{tag} OK [READ-WRITE] selected".encode())

    def do_examine(self, tag: str, rest: str) -> None:
        self.is_looking = True
        self.do_select(tag, rest)

    def do_logout(self, tag: str, _rest: str) -> None:
        self.say(b"* BYE")
        self.say(f"{tag} OK bye".encode())

    def do_noop(self, tag: str, _rest: str) -> None:
        self.say(f"{tag} OK".encode())

    def do_uid(self, tag: str, rest: str) -> None:
        command, _blank, told = rest.partition(" ")
        with self.server.lock:
            letters = list(self.server.folders[self.folder])
        getattr(self, f"uid_{command.lower()}")(tag, told, letters)
        self.say(f"{tag} OK done".encode())

    def uid_search(self, tag: str, told: str, letters: list[Letter]) -> None:
        self.meet("search", tag)
        found = [each for each in letters if "UNSEEN" not in told or "\\Seen" not in each.flags]
        self.say(("* SEARCH " + " ".join(str(each.uid) for each in found)).encode())

    def uid_fetch(self, tag: str, told: str, letters: list[Letter]) -> None:
        uids, what = told.split(" ", 1)
        wanted = set(map(int, uids.split(",")))
        for number, letter in enumerate(letters, 1):
            if letter.uid not in wanted:
                continue
            if "HEADER.FIELDS" in what:
                self.meet("headings", tag)
                self._heading(number, letter)
            elif "HEADER" in what:
                self._literal(number, letter, "BODY[HEADER]<0>", letter.raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")
            else:
                self._whole(tag, number, letter)
                letter.flags |= set() if "PEEK" in what or self.is_looking else {"\\Seen"}

    def _heading(self, number: int, letter: Letter) -> None:
        lines = [
            line
            for line in letter.raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
            if line.lower().startswith((b"from:", b"subject:"))
        ]
        size = letter.said_size if letter.said_size is not None else len(letter.raw)
        told = f'FLAGS ({" ".join(sorted(letter.flags))}) INTERNALDATE "{letter.date}" RFC822.SIZE {size} '
        self._literal(number, letter, f"{told}BODY[HEADER.FIELDS (FROM SUBJECT)]", b"\r\n".join([*lines, b"", b""]))

    def _whole(self, tag: str, number: int, letter: Letter) -> None:
        if self.server.faults.get(f"body:{letter.uid}", self.server.faults.get("body")) == CUT:
            self.server.asked[f"body:{letter.uid}"] += 1
            self.stream.write(b"* %d FETCH (UID %d BODY[] {%d}\r\n" % (number, letter.uid, len(letter.raw)))
            self.stream.write(letter.raw[: len(letter.raw) // 2])
            self.stream.flush()
            self.line.shutdown(socket.SHUT_RDWR)
            raise ConnectionError
        self.meet("body", tag)
        self.meet(f"body:{letter.uid}", tag)
        self._literal(number, letter, "BODY[]", letter.raw)

    def _literal(self, number: int, letter: Letter, told: str, data: bytes) -> None:
        self.stream.write(f"* {number} FETCH (UID {letter.uid} {told} {{{len(data)}}}\r\n".encode() + data + b")\r\n")
        self.stream.flush()

    def uid_store(self, tag: str, told: str, letters: list[Letter]) -> None:
        self.meet("store", tag)
        uid, _sign, flags = told.split(" ", 2)
        for each in letters:
            if each.uid == int(uid):
                each.flags |= set(re.findall(r"\\\w+", flags))

    def uid_copy(self, tag: str, told: str, letters: list[Letter]) -> None:
        self._move(tag, told, letters, keep=True)

    def uid_move(self, tag: str, told: str, letters: list[Letter]) -> None:
        self._move(tag, told, letters, keep=False)

    def _move(self, tag: str, told: str, letters: list[Letter], *, keep: bool) -> None:
        self.meet("move", tag)
        uid, _blank, target = told.partition(" ")
        target = target.strip('"')
        if target not in self.server.folders:
            self.say(f"{tag} NO [TRYCREATE] no such folder".encode())
            raise _Answered
        with self.server.lock:
            for each in letters:
                if each.uid == int(uid) and each in self.server.folders[self.folder]:
                    self.server.folders[target].append(each)
                    if not keep:
                        self.server.folders[self.folder].remove(each)

    def uid_expunge(self, tag: str, told: str, letters: list[Letter]) -> None:
        if "UIDPLUS" not in self.server.able:
            self.say(f"{tag} BAD unknown".encode())
            raise _Answered
        with self.server.lock:
            for each in letters:
                if each.uid == int(told) and "\\Deleted" in each.flags:
                    self.server.folders[self.folder].remove(each)


class _Answered(Exception):
    """What was asked is answered already."""
