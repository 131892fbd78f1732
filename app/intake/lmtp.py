"""LMTP: what a mail server on the same machine speaks to hand a mail over; the content is answered per recipient."""

from __future__ import annotations

from typing import Any

from aiosmtpd import smtp

from app.intake.smtp import Session

HERE = "127.0.0.1"
NOT_LMTP = "500 5.5.1 Say LHLO: this is LMTP"


class LocalSession(Session):
    """One connection of the mail server beside us, which speaks for all its senders."""

    is_relay = True
    show_smtp_greeting = False

    def host_of(self, transport: Any) -> str:
        """A socket in the file system has no address, and whoever may open it is on this machine."""
        return super().host_of(transport) or HERE

    @smtp.syntax("LHLO hostname")
    async def smtp_LHLO(self, arg: str) -> None:
        """The greeting, in place of EHLO."""
        await super().smtp_EHLO(arg)

    async def smtp_HELO(self, _arg: str) -> None:
        """No greeting here."""
        await self.push(NOT_LMTP)

    async def smtp_EHLO(self, _arg: str) -> None:
        """No greeting here."""
        await self.push(NOT_LMTP)

    async def check_helo_needed(self, helo: str = "LHLO") -> bool:
        """Say the greeting that is missing by its name."""
        return await super().check_helo_needed(helo)

    async def reply(self, answer: str, recipients: int) -> None:
        """Once for each recipient that was accepted, in their order; all of them stand in one transaction."""
        for _each in range(recipients):
            await self.push(answer)
