"""The closed lists of words that say what a document is and where it stands."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _


class Kind(StrEnum):
    """Invoice or credit note."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"

    @property
    def label(self) -> Any:
        return LABELS[self]


class Direction(StrEnum):
    """From a supplier, or to a customer."""

    PURCHASE = "purchase"
    SALE = "sale"

    @property
    def label(self) -> Any:
        return LABELS[self]


class ReadState(StrEnum):
    """How far the reading of its file has come."""

    READING = "reading"
    UNREADABLE = "unreadable"
    READ = "read"


class Status(StrEnum):
    """What the facts amount to (SPEC LC-1); `status_of` alone decides it."""

    READING = "reading"
    UNREADABLE = "unreadable"
    TO_PROCESS = "to_process"
    TO_APPROVE = "to_approve"
    TO_MATCH = "to_match"
    TO_PAY = "to_pay"
    VALIDATED = "validated"
    TRASH = "trash"

    @property
    def label(self) -> Any:
        return LABELS[self]


class TrashKind(StrEnum):
    """Why a document is in the trash."""

    DELETED = "deleted"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"
    KEPT = "kept"
    """To be deleted for good, but the law wants it kept."""
    SPLIT = "split"
    MERGED = "merged"
    UNDONE = "undone"
    """Made by a split or merge that was taken back."""

    @property
    def label(self) -> Any:
        return LABELS[self]


class PaidMeans(StrEnum):
    """How something was paid that no bank line shows."""

    CASH = "cash"
    CARD = "card"
    CHEQUE = "cheque"
    OTHER_ACCOUNT = "other_account"
    OTHER = "other"

    @property
    def label(self) -> Any:
        return LABELS[self]


class SentMeans(StrEnum):
    """How a sale reached its customer."""

    EMAIL = "email"
    LETTER = "letter"
    SMS = "sms"
    SKIPPED = "skipped"
    """A person decided that nothing needs to be sent: it counts as sent (SPEC SE-6)."""
    MARKED = "marked"
    """Sent outside Facteur, as a person says."""

    @property
    def label(self) -> Any:
        return LABELS[self]


class FileRole(StrEnum):
    """What a file is to its document."""

    ORIGINAL = "original"
    E_INVOICE = "e_invoice"
    ATTACHMENT = "attachment"
    REPLACED = "replaced"
    RENDITION = "rendition"

    @property
    def label(self) -> Any:
        return LABELS[self]


LABELS: dict[StrEnum, Any] = {
    Kind.INVOICE: _("Invoice"),
    Kind.CREDIT_NOTE: _("Credit note"),
    Direction.PURCHASE: _("Purchase"),
    Direction.SALE: _("Sale"),
    Status.READING: _("Reading"),
    Status.UNREADABLE: _("Unreadable"),
    Status.TO_PROCESS: _("To process"),
    Status.TO_APPROVE: _("To approve"),
    Status.TO_MATCH: _("To match"),
    Status.TO_PAY: _("To pay"),
    Status.VALIDATED: _("Validated & paid"),
    Status.TRASH: _("Trash"),
    TrashKind.DELETED: _("Deleted"),
    TrashKind.DUPLICATE: _("Deleted (duplicate)"),
    TrashKind.REJECTED: _("Rejected"),
    TrashKind.KEPT: _("Deleted (kept by law)"),
    TrashKind.SPLIT: _("Split into several"),
    TrashKind.MERGED: _("Merged into one"),
    TrashKind.UNDONE: _("Taken back"),
    PaidMeans.CASH: _("Cash"),
    PaidMeans.CARD: _("Card"),
    PaidMeans.CHEQUE: _("Cheque"),
    PaidMeans.OTHER_ACCOUNT: _("Another account"),
    PaidMeans.OTHER: _("Other means"),
    SentMeans.EMAIL: _("By e-mail"),
    SentMeans.LETTER: _("By letter"),
    SentMeans.SMS: _("By text message"),
    SentMeans.SKIPPED: _("Skipped"),
    SentMeans.MARKED: _("Outside Facteur"),
    FileRole.ORIGINAL: _("Original"),
    FileRole.E_INVOICE: _("E-invoice"),
    FileRole.ATTACHMENT: _("Attachment"),
    FileRole.REPLACED: _("Replaced since"),
    FileRole.RENDITION: _("Straightened"),
}
