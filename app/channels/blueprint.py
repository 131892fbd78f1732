"""The blueprint of letters and messages, and how its pages find what they are about."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, url_for
from flask_login import current_user

from app.channels.models import GatewayMessage, Letter, PrintBatch
from app.extensions import db
from app.users.models import Company
from app.users.sessions import company_where
from app.web.access import Permission, demand

bp = Blueprint("channels", __name__)


def here() -> Company:
    """The company looked at; 403 where this person does not work with its documents."""
    return company_where(Permission.EDIT)


def letter_seen(letter_id: int) -> Letter:
    """The letter, where the signed-in person may look at it."""
    return db.one_or_404(Letter.visible_to(current_user).where(Letter.id == letter_id))


def letter_of_mine(letter_id: int) -> Letter:
    """The letter, where they may send it."""
    letter = letter_seen(letter_id)
    demand(Permission.SEND_LETTERS, letter.company_id)
    return letter


def batch_seen(print_batch_id: int) -> PrintBatch:
    """The batch, where they may look at all of its letters."""
    return db.one_or_404(PrintBatch.visible_to(current_user).where(PrintBatch.id == print_batch_id))


def batch_of_mine(print_batch_id: int) -> PrintBatch:
    """The batch, where they may send its letters."""
    batch = batch_seen(print_batch_id)
    demand(Permission.SEND_LETTERS, batch.company_id)
    return batch


def message_of_mine(gateway_message_id: int) -> GatewayMessage:
    """The message, where they administer its company."""
    mine = GatewayMessage.visible_to(current_user)
    return db.one_or_404(mine.where(GatewayMessage.id == gateway_message_id))


def to_letter(letter: Letter) -> Response:
    """Back to its page."""
    return redirect(url_for("channels.letter", letter_id=letter.id), 303)


def to_batch(batch: PrintBatch) -> Response:
    """Back to its page."""
    return redirect(url_for("channels.print_batch", print_batch_id=batch.id), 303)


def to_message(message: GatewayMessage) -> Response:
    """Back to its page."""
    return redirect(url_for("channels.message", gateway_message_id=message.id), 303)
