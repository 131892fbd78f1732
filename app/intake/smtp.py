"""The dialogue of the receiver: limits on who may speak and for how long, and mails that never lie whole in memory."""

from __future__ import annotations

import asyncio
import tempfile
from typing import IO, Any

from aiosmtpd import smtp

IN_MEMORY = 1024 * 1024
FRAGMENT = 64 * 1024
"""Longest piece of a line read at once; a line itself may have any length."""
BUSY = b"421 4.7.0 Too many connections, please come again later\r\n"


class Envelope(smtp.Envelope):
    """Sender and recipients, with the intake addresses those are."""

    def __init__(self) -> None:
        super().__init__()
        self.address_ids: dict[int, None] = {}
        """In their order, each once."""
        self.bells: list[Any] = []


class Session(smtp.SMTP):
    """One connection."""

    line_length_limit = FRAGMENT

    def __init__(self, receiver: Any, loop: asyncio.AbstractEventLoop) -> None:
        settings = receiver.settings
        super().__init__(
            receiver,
            data_size_limit=settings.largest_message,
            enable_SMTPUTF8=True,
            hostname=settings.intake_domain,
            ident="Facteur",
            timeout=settings.smtp_session_seconds,
            loop=loop,
        )
        self.receiver, self.host = receiver, ""

    def _create_envelope(self) -> Envelope:
        return Envelope()

    def connection_made(self, transport: Any) -> None:
        """Let the sender speak, if there is room; no session lasts for ever."""
        host = (transport.get_extra_info("peername") or ("",))[0]
        if not self.receiver.lets_in(host):
            transport.write(BUSY)
            transport.close()
            return
        self.host = host
        self.receiver.present[host] += not self.receiver.is_exempt(host)
        super().connection_made(transport)
        if not self.receiver.is_exempt(host):
            self._end = self.loop.call_later(self.receiver.settings.smtp_session_seconds, transport.close)

    def connection_lost(self, error: Exception | None) -> None:
        """Make room for the next."""
        if self.transport is None:
            return
        if not self.receiver.is_exempt(self.host):
            self.receiver.present[self.host] -= 1
            self._end.cancel()
        super().connection_lost(error)

    def eof_received(self) -> bool | None:
        """A connection that was never let in has nothing to end."""
        return super().eof_received() if self.transport else None

    @smtp.syntax("DATA")
    async def smtp_DATA(self, arg: str) -> None:
        """Take a mail into a spool file, have it stored, answer, ring."""
        if await self.check_helo_needed():
            return
        if not self.envelope.rcpt_tos:
            await self.push("503 5.5.1 Say RCPT first")
            return
        if arg:
            await self.push("501 Syntax: DATA")
            return
        envelope = self.envelope
        async with self.receiver.in_data:
            await self.push("354 End with a dot on a line of its own")
            with tempfile.SpooledTemporaryFile(IN_MEMORY, dir=self.receiver.folder) as spool:
                size = await self._read_into(spool)
                answer = await self.receiver.take(envelope, spool, size)
        self._set_post_data_state()
        await self.push(answer)
        self.receiver.ring(envelope)

    async def _read_into(self, spool: IO[bytes]) -> int:
        """Write the mail up to the lone dot; how long it is. Past the limit it is read, but not kept.

        A lone dot counts between CR LF pairs only, so that one mail is never taken for two.
        """
        size, at_start = 0, True
        while True:
            try:
                line = await self._reader.readuntil(b"\r\n")
            except asyncio.LimitOverrunError as long:
                line = await self._reader.read(long.consumed)
            if at_start and line == b".\r\n":
                return size
            if at_start and line.startswith(b"."):
                line = line[1:]
            at_start = line.endswith(b"\r\n")
            size += len(line)
            if size <= self.data_size_limit:
                spool.write(line)
