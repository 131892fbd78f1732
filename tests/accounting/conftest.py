"""What these tests read is English; Facteur's mail server is a sink."""

from tests.language import in_english
from tests.sending.conftest import server

__all__ = ["in_english", "server"]
