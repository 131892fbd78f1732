"""The pages of payments: lists, one batch, and what stands on a document's own page hang on one blueprint."""

from __future__ import annotations

from app.payments import batch_pages, document_pages, listing
from app.payments.blueprint import bp

__all__ = ["batch_pages", "bp", "document_pages", "listing"]
