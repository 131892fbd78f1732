"""What these tests read is English."""

from tests.language import in_english

__all__ = ["in_english"]
