"""`users create`, for scripts."""

from __future__ import annotations

import json

import pytest

from app.extensions import db
from app.users import passwords, people
from app.users.models import User
from app.web.access import Role
from tests.factories import make_user


def run(app, *words):
    return app.test_cli_runner().invoke(args=["users", "create", *words])


@pytest.mark.parametrize("role", Role)
def test_it_makes_a_person_who_may_sign_in(app, role):
    """OP-7: `users create EMAIL --role ROLE`: one JSON object, with the password that works."""
    told = json.loads(run(app, "Zoe@Example.org", "--role", role.value).output)

    user = people.by_email("zoe@example.org")
    assert (told["id"], told["email"], told["role"]) == (user.id, user.email, role.value)
    assert user.memberships[0].role is role
    assert passwords.is_right(user, told["password"])


@pytest.mark.parametrize(
    "words", [("zoe@example.org",), ("new@example.org", "--password", "short"), ("x@example.org", "--role", "king")]
)
def test_what_cannot_be_is_said_in_one_line(app, words):
    """OP-7: no trace of a program, nothing made."""
    make_user(email="zoe@example.org")

    result = run(app, *words)

    assert result.exit_code != 0
    assert "Error" in result.output and "Traceback" not in result.output
    assert db.session.query(User).count() == 1
