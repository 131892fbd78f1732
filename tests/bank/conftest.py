"""What these tests read is English."""

from __future__ import annotations

from tests.documents.conftest import in_english

__all__ = ["in_english"]
