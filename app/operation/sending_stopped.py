"""A way out was shut after failures: those who administer are told once, by a mail that leaves when it is open."""

from __future__ import annotations

from app.operation import mails, watch
from app.outbox.models import Outlet


def tell_admins(outlet: Outlet) -> None:
    """One mail to each, for each time it is shut."""
    for user in watch.admins():
        mails.sending_stopped(user, outlet)
