"""The mails of once a day."""

from __future__ import annotations

from datetime import date

from app.extensions import db
from app.notices import digest
from app.tasks.jobs import job
from app.users.models import User


@job("mail")
def send_notices(user_id: int, day: str) -> None:
    """What one person has not seen yet, in one mail; run again, nothing is new."""
    user = db.session.get(User, user_id)
    if user:
        digest.send(user, date.fromisoformat(day))


def ask(user: User) -> None:
    """Let it leave on the next morning; however much is told until then, it is one mail."""
    morning = digest.next_morning(user)
    send_notices.later(user.id, str(morning.date()), key=f"notices:{morning.date()}:{user.id}", run_after=morning)
