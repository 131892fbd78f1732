"""The dialogue of the receiver: limits on who may speak and for how long, and mails that never lie whole in memory."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog
from aiosmtpd import smtp

from app.intake.addresses import Recipient
from app.intake.content import Content, Dots

log = structlog.get_logger()
LONGEST_COMMAND = 64 * 1024
MOST_WAITING = 1024 * 1024
"""More than the reader ever holds, so that nothing is left in it when the rest of a piece is put back."""
A_WHILE_SECONDS, LEAST_IN_A_WHILE = 60, 1000
"""A content that comes slower, in bytes, keeps its place from others."""
MOST_OF_A_KIND = {"*": 5000, "RSET": 1000, "NOOP": 100, "VRFY": 20, "EXPN": 20, "HELP": 20}
"""Commands in one session."""
TOO_SLOW = b"421 4.4.2 Too slow, please come again later\r\n"
BUSY = b"421 4.7.0 Too many connections, please come again later\r\n"


class Envelope(smtp.Envelope):
    """Sender and recipients, with the intake addresses those are; and who brings the mail."""

    def __init__(self) -> None:
        super().__init__()
        self.peer, self.helo = "", ""
        self.recipients: dict[Recipient, None] = {}
        """In their order, each once."""


class Session(smtp.SMTP):
    """One connection."""

    line_length_limit = LONGEST_COMMAND
    is_relay = False
    """Does it speak for many senders, and may it name recipients that are none?"""

    def __init__(self, receiver: Any, loop: asyncio.AbstractEventLoop) -> None:
        settings = receiver.settings
        super().__init__(
            receiver,
            data_size_limit=settings.largest_message,
            enable_SMTPUTF8=True,
            hostname=settings.intake_domain,
            ident="Facteur",
            timeout=settings.smtp_session_seconds,
            command_call_limit=MOST_OF_A_KIND,
            loop=loop,
        )
        self.receiver, self.host = receiver, ""

    def _create_envelope(self) -> Envelope:
        return Envelope()

    def connection_made(self, transport: Any) -> None:
        """Let the sender speak, if there is room; no session lasts for ever."""
        host = self.host_of(transport)
        if not self.receiver.lets_in(host):
            transport.write(BUSY)
            transport.close()
            return
        self.host = host
        self.receiver.present[host] += not self.receiver.is_uncounted(host)
        super().connection_made(transport)
        if not self.receiver.is_uncounted(host):
            self._end = self.loop.call_later(self.receiver.settings.smtp_session_seconds, transport.close)

    def host_of(self, transport: Any) -> str:
        """Where it comes from."""
        return (transport.get_extra_info("peername") or ("",))[0]

    def connection_lost(self, error: Exception | None) -> None:
        """Make room for the next."""
        if self.transport is None:
            return
        if not self.receiver.is_uncounted(self.host):
            self.receiver.present[self.host] -= 1
            self._end.cancel()
        super().connection_lost(error)

    def eof_received(self) -> bool | None:
        """A connection that was never let in has nothing to end."""
        return super().eof_received() if self.transport else None

    def end(self) -> None:
        """Hang up once the answer that is being given has left."""
        if self.transport:
            self.loop.call_soon(self.transport.close)

    @smtp.syntax("DATA")
    async def smtp_DATA(self, arg: str) -> None:
        """Take a mail, have it stored, answer."""
        if await self.check_helo_needed():
            return
        if not self.envelope.rcpt_tos:
            await self.push("503 5.5.1 Say RCPT first")
            return
        if arg:
            await self.push("501 Syntax: DATA")
            return
        async with self.receiver.in_data:
            content = Content(self.receiver.root, self.data_size_limit)
            await self.push("354 End with a dot on a line of its own")
            try:
                await self._read_into(content)
                answer = await self.receiver.take(self.envelope, content)
            finally:
                content.drop()
                recipients = len(self.envelope.rcpt_tos)
                self._set_post_data_state()
        log.info("mail.answered", code=answer[:3], size=content.size, recipients=recipients)
        await self.reply(answer, recipients)

    async def reply(self, answer: str, _recipients: int) -> None:
        """What became of the content, once for all."""
        await self.push(answer)

    async def _read_into(self, content: Content) -> None:
        """Read the mail up to the lone dot; what follows it is the next command. Past the limit it is not kept."""
        dots, rest = Dots(), None
        self._look_after(content, -LEAST_IN_A_WHILE)
        try:
            while rest is None:
                if not (piece := await self._reader.read(MOST_WAITING)):
                    raise ConnectionResetError
                told, rest = dots.read(piece)
                if rest:
                    self._reader.feed_data(rest)
                if content.add(told):
                    await self.loop.run_in_executor(self.receiver.threads, content.write_down)
        finally:
            self._next_look.cancel()

    def _look_after(self, content: Content, before: int) -> None:
        """Hang up where too little came since the last look."""
        if content.size - before >= LEAST_IN_A_WHILE:
            self._next_look = self.loop.call_later(A_WHILE_SECONDS, self._look_after, content, content.size)
        elif self.transport:
            self._writer.write(TOO_SLOW)
            self.transport.close()
