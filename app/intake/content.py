"""The content of a mail while it comes in: told from what follows it, and never whole in memory where it is long."""

from __future__ import annotations

from pathlib import Path

from app.core.storage import Draft

IN_MEMORY = 1024 * 1024
HEAD = 256 * 1024
END = b"\r\n.\r\n"
_DOTTED = b"\r\n."
_UNFINISHED = tuple(END[:length] for length in range(len(END) - 1, 0, -1))


class Dots:
    """Finds the lone dot that ends a mail, and takes away the dot that was put before a line's own.

    Both count between CR LF pairs only, so that one mail is never taken for two (SAFETY S13).
    """

    def __init__(self) -> None:
        self._held, self._before = b"\r\n", 2
        """What may be the beginning of an end; the first line, too, begins after a CR LF, which is no content."""

    def read(self, piece: bytes) -> tuple[bytes, bytes | None]:
        """What is content in all that came so far and was not told yet; and what follows the end, once that came."""
        piece = self._held + piece
        at = piece.find(END)
        held = b"" if at >= 0 else next((each for each in _UNFINISHED if piece.endswith(each)), b"")
        content = piece[: at + 2] if at >= 0 else piece[: len(piece) - len(held)]
        self._held = held
        content, self._before = content.replace(_DOTTED, b"\r\n")[self._before :], max(0, self._before - len(content))
        return content, piece[at + len(END) :] if at >= 0 else None


class Content:
    """What came of a mail so far: in memory first, then in a draft of its file. Past `most` bytes nothing is kept."""

    def __init__(self, root: Path, most: int) -> None:
        self.root, self.most, self.size = root, most, 0
        self.head = b""
        self.trouble: OSError | None = None
        self._pieces: list[bytes] = []
        self._draft: Draft | None = None
        self._waiting, self._is_dropped = 0, False

    def add(self, piece: bytes) -> bool:
        """Take a piece; is there now so much in memory that it should be written down?"""
        self.size += len(piece)
        if self.size > self.most:
            self.drop()
        if self._is_dropped:
            return False
        self.head += piece[: HEAD - len(self.head)]
        self._pieces.append(piece)
        self._waiting += len(piece)
        return self._waiting >= IN_MEMORY

    def write_down(self) -> None:
        """Free the memory, in a thread; what a disk has against it is told in the end."""
        try:
            self._draft = self._draft or Draft(self.root)
            self._draft.write(b"".join(self._pieces))
        except OSError as error:
            self.trouble, self._is_dropped = error, True
        self._pieces.clear()
        self._waiting = 0
        if self._is_dropped and self._draft:
            self._draft.discard()

    def settle(self) -> tuple[str, int]:
        """Make it durable, in a thread; its hash and length."""
        with self._draft or Draft(self.root) as draft:
            draft.write(b"".join(self._pieces))
            return draft.settle()

    def drop(self) -> None:
        """Keep nothing of it."""
        self._is_dropped = True
        self._pieces.clear()
        if self._draft:
            self._draft.discard()
