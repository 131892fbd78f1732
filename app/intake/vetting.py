"""Before documents are made of a mail: is its sender proven, is it an invoice at all, is its sender let in?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import current_app

from app.core import storage
from app.core.database import hold
from app.extensions import db
from app.files import store
from app.intake import addresses, automatic, kinds, letting, proof
from app.intake.kinds import MessageKind
from app.intake.letter import Letter, TooDeep, parse
from app.intake.models import Message, MessageState
from app.intake.proof import Brought

QUARANTINED = "quarantined"


@dataclass(frozen=True)
class Known:
    """What is known of a message before it is opened."""

    brought: Brought
    is_from_outside: bool
    """Nobody signed in here brought it."""
    ours: frozenset[str] = frozenset()
    """Addresses from which only we ourselves write."""
    senders: tuple[str, ...] | None = None
    """The only ones it may come from; None where anybody's is opened."""


@dataclass
class Vetting:
    """What was found: the proof of its sender, and what keeps documents from being made."""

    proof: dict[str, Any] = field(default_factory=dict)
    kind: tuple[MessageKind, dict[str, Any]] | None = None
    machine: str = ""
    """Why no document is made of it; empty where one may be."""
    waits: str = ""
    """Why it waits in quarantine; empty where it does not."""


def known_of(message: Message) -> Known:
    """Read what the vetting needs."""
    brought = Brought(message.peer, message.helo, message.envelope_sender)
    own = {addresses.full(message.address)} if message.address else set()
    return Known(brought, message.by_id is None, frozenset(own), letting.senders_of(message))


def vet(raw: bytes, letter: Letter, known: Known) -> Vetting:
    """Look at a mail as a whole; asks the DNS, touches no row."""
    settings = current_app.config["SETTINGS"]
    vetting = Vetting()
    if known.is_from_outside:
        vetting.proof = proof.prove(raw, letter.headers, known.brought, settings)
    if found := kinds.kind_of(letter):
        vetting.kind, vetting.machine = found, found[0].key
    else:
        sender = known.brought.envelope_sender
        ours = automatic.kind_of(letter.headers, envelope_sender=sender, ours={settings.mail_from, *known.ours})
        vetting.machine = ours or ("loop" if automatic.is_loop(raw) else "")
    vetting.waits = "" if vetting.machine else letting.why_it_waits(vetting.proof, known.senders)
    return vetting


def again(sha256: str, known: Known) -> Vetting | None:
    """Look at a mail once more by itself; None where its bytes cannot be read."""
    try:
        raw = storage.read(store.root(), sha256)
        return vet(raw, parse(raw), known)
    except (storage.Damaged, TooDeep):
        return None


def note(message: Message, vetting: Vetting) -> None:
    """Keep what was found beside the message, and hand it to whoever takes its kind."""
    message.proof = vetting.proof or message.proof
    if vetting.kind:
        kind, facts = vetting.kind
        kind.take(message, facts)


def note_again(message_id: int, vetting: Vetting) -> bool:
    """Keep what a second look found; True where the message waited for its sender, who may come in now."""
    hold(db.session, f"message:{message_id}")
    message = db.session.get_one(Message, message_id, populate_existing=True)
    note(message, vetting)
    if message.state not in (MessageState.QUARANTINED, MessageState.DISCARDED):
        return False
    if vetting.waits:
        others = [each for each in message.notes if each["key"] != QUARANTINED]
        message.notes = [*others, {"key": QUARANTINED, "why": vetting.waits}]
    return message.state is MessageState.QUARANTINED and not vetting.waits
