"""Passwords: hashed by Argon2, checked in the same time whether or not the person exists."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import gettext as _

from app.core.errors import Refused
from app.users.models import User

SHORTEST = 10
_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
_nobody = _hasher.hash("nobody has this password")


def set_password(user: User, password: str) -> None:
    """Give `user` this password; refused where it is too short or is their address."""
    if len(password) < SHORTEST:
        raise Refused(_("Choose a password of at least %(count)d characters.", count=SHORTEST))
    if password.lower() in {user.email, user.email.split("@")[0]}:
        raise Refused(_("Choose a password that is not your e-mail address."))
    user.password_hash = _hasher.hash(password)


def is_right(user: User | None, password: str) -> bool:
    """Is this the person's password? Takes as long for nobody as for somebody."""
    known = user.password_hash if user and user.password_hash else _nobody
    try:
        return _hasher.verify(known, password) and known is not _nobody
    except (VerificationError, InvalidHashError):
        return False
