"""What came back and was not mended, once a day."""

from __future__ import annotations

from app.dunning import letter_proposals
from app.tasks.jobs import job


@job("default", timeout=300)
def propose_letters() -> None:
    """Propose a letter where a mail came back some days ago; run again, it finds nothing more."""
    letter_proposals.propose_due()
