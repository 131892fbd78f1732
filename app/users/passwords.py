"""Passwords: hashed by Argon2, checked in the same time whether or not the person exists."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import gettext as _

from app.core.errors import Refused
from app.users.models import User

SHORTEST = 10
FEWEST_DIFFERENT = 5
_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
_nobody = f"$argon2id$v=19$m=19456,t=2,p=1${'A' * 22}${'A' * 43}"  # as much work as any, and nobody's


def set_password(user: User, password: str) -> None:
    """Give `user` this password; refused where it is too easily guessed."""
    if weakness := weakness_of(password, user.email):
        raise Refused(weakness)
    user.password_hash = _hasher.hash(password)


def weakness_of(password: str, email: str) -> str:
    """What is wrong with a password, in words; empty where nothing is."""
    if len(password) < SHORTEST:
        return _("Choose a password of at least %(count)d characters.", count=SHORTEST)
    if len(set(password)) < FEWEST_DIFFERENT:
        return _("Choose a password with more different characters.")
    if password.lower() in {email, email.split("@", maxsplit=1)[0]}:
        return _("Choose a password that is not your e-mail address.")
    return ""


def is_right(user: User | None, password: str) -> bool:
    """Is this the person's password? Takes as long for nobody as for somebody."""
    return matches(known_hash(user), password)


def known_hash(user: User | None) -> str:
    """What a password is compared with; something no password matches where there is none."""
    return user.password_hash if user and user.password_hash else _nobody


def matches(known: str, password: str) -> bool:
    """Is this the password of that hash?"""
    try:
        return _hasher.verify(known, password) and known != _nobody
    except (VerificationError, InvalidHashError):
        return False
