"""What is asked of a mail once more before it leaves, what it shows, and to whom its links are shown."""

from __future__ import annotations

import email

import pytest

from app.extensions import db
from app.outbox import kinds
from app.outbox.kinds import MailKind
from app.outbox.models import Mark
from app.web.access import Role
from tests.factories import make_file, make_user, reload
from tests.outbox.test_delivery import ANNA, make_mail, run_waiting, sample_template, server  # noqa: F401


@pytest.fixture
def known():
    """`known(…)`: somebody knows what mails of these tests need."""

    def register(why: str = "", is_personal: bool = False) -> None:
        kinds.mail_kinds.append(MailKind("test", lambda mail: why, is_personal))

    yield register
    kinds.mail_kinds[:] = [each for each in kinds.mail_kinds if each.key != "test"]


def test_what_is_not_needed_any_more_does_not_leave(server, known):  # noqa: F811
    """S52: asked again when its turn has come: cancelled with the reason, and without its tokens."""
    mail = make_mail(body="open /links/secret-token", secrets=["secret-token"])
    known("It was decided meanwhile.")
    run_waiting()

    mail = reload(mail)
    assert (mail.mark, mail.answer, server.messages) == (Mark.CANCELLED, "It was decided meanwhile.", [])
    assert "secret-token" not in mail.text + mail.html


def test_what_is_still_needed_leaves(server, known):  # noqa: F811
    """S52: and nothing else."""
    known("")
    make_mail()
    run_waiting()

    assert len(server.messages) == 1


def test_a_picture_is_shown_in_the_text(server):  # noqa: F811
    """AP-2: it goes with the mail, under the name by which the text calls it, and needs nothing from outside."""
    make_mail(pictures={"page": make_file(b"\x89PNG", type="image/png")}, headers={"Auto-Submitted": "auto-generated"})
    run_waiting()

    message = email.message_from_bytes(server.messages[0], policy=email.policy.default)
    picture = next(part for part in message.walk() if part.get_content_type() == "image/png")
    assert (picture["Content-ID"], picture.get_content_disposition()) == ("<page>", "inline")
    assert message["Auto-Submitted"] == "auto-generated"


def test_a_personal_link_is_shown_to_nobody_else(app, known, browser):
    """R9: an admin who reads the outbox cannot decide in somebody's name by its link."""
    mail = make_mail(body="open /links/secret-token", secrets=["secret-token"])
    admin, anna = make_user(Role.ADMIN), make_user(Role.ADMIN, email=ANNA)
    mail.company_id = admin.memberships[0].company_id
    db.session.commit()
    look = lambda user: "secret-token" in browser(user).get(f"/outbox/{mail.id}").text  # noqa: E731

    assert look(admin) and look(anna)
    known(is_personal=True)
    assert not look(admin) and look(anna)
