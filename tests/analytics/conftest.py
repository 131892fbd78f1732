"""What these tests read is English."""

from tests.documents.conftest import in_english

__all__ = ["in_english"]
