"""How an installation stands, for scripts."""

from __future__ import annotations

import json

from app.extensions import db
from app.outbox.models import Mark, OutgoingMail
from app.tasks.models import State, Task
from app.web.access import Role
from tests.dashboard.test_home import make_task
from tests.factories import make_document, make_user, the_company
from tests.test_queries import _mail
from tests.web.world import make_message


def test_status_tells_messages_documents_tasks_mails_and_failures(app):
    """OP-7: one JSON object, each count under the word the code and the pages use."""
    make_user(Role.ADMIN)
    make_message(the_company(), "x", [make_document()])
    _mail(the_company(), "m1")
    _mail(the_company(), "m2")
    db.session.flush()
    db.session.query(OutgoingMail).filter_by(key="m2").one().mark = Mark.UNCERTAIN
    failed = make_task(last_error="OSError: No space left on device")
    db.session.add(Task(kind="deliver", queue="mail"))
    db.session.add(Task(kind="deliver", queue="mail", state=State.RUNNING))
    db.session.commit()

    told = json.loads(app.test_cli_runner().invoke(args=["status", "--json"]).stdout)

    assert told == {
        "messages": {"opened": 1},
        "documents": {"to_process": 1},
        "tasks": {"failed": 1, "ready": 1, "running": 1},
        "outbox": {"queued": 1, "uncertain": 1},
        "failures": [
            {
                "task": failed.id,
                "kind": "read_document",
                "ids": [7],
                "attempts": 5,
                "error": "OSError: No space left on device",
            }
        ],
    }


def test_status_can_be_read_by_people_too(app):
    """OP-7: one line each; nothing there is said as well."""
    told = app.test_cli_runner().invoke(args=["status"]).stdout.splitlines()
    assert told == ["messages: none", "documents: none", "tasks: none", "outbox: none", "failures: none"]
    make_task()
    assert app.test_cli_runner().invoke(args=["status"]).stdout.splitlines()[-1] == "failures: 1"
