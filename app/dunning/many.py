"""Many actions at once: each by its own verb, as if it were the only one, and what became of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from flask import abort
from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.errors import Refused
from app.dunning import actions, giving, rights, todo
from app.dunning.action_models import Action
from app.extensions import db
from app.users.models import Company, User
from app.web.ids import row_id

Verb = Callable[[Action, User, str], str | None]
"""What is done to one, with a note; why it stayed, where it did."""
MOST = 200
TYPED_FROM = 10
"""To skip so many, their number is typed, as it always is to send unread texts to customers."""


class Act(StrEnum):
    """What is done to each."""

    SEND = "send"
    SKIP = "skip"
    TAKE_OVER = "take_over"


@dataclass
class Result:
    """How many went which way; `refused` counts them by the sentence."""

    act: Act
    done: int = 0
    gone: int = 0
    refused: Counter[str] = field(default_factory=Counter)


def may(user: User, company: Company) -> dict[str, Any]:
    """What the bar offers this person there."""
    return {"send": rights.may_send_any(user, company), "typed_from": TYPED_FROM}


def do(user: User, company: Company, form: Any) -> Result:
    """Do it to the ticked ones this person may know of; raises `Refused` before anything is done."""
    act = next((each for each in Act if each.value == form.get("act")), None)
    ids = set(form.getlist("ids", type=row_id))
    if act is None or not ids:
        raise Refused(_("Select something, and say what is to be done. Nothing was changed."))
    if act is Act.SEND and not rights.may_send_any(user, company):
        abort(403)
    _check_number(act, len(ids), form.get(f"typed-{act}", ""))
    found = db.session.scalars(todo.at(user, company).where(Action.id.in_(ids)).order_by(Action.due_at, Action.id))
    result, note = Result(act), form.get("note", "")[:500].strip()
    chosen = list(found)
    result.gone = len(ids) - len(chosen)
    for action in chosen:
        _do(action, VERBS[act], user, note, result)
    return result


def _check_number(act: Act, count: int, typed: str) -> None:
    """What leaves cannot be called back: the number is typed, not clicked."""
    if count > MOST:
        raise Refused(_("More than %(most)s at once: select fewer. Nothing was changed.", most=MOST))
    is_asked = act is Act.SEND or (act is Act.SKIP and count > TYPED_FROM)
    if is_asked and typed.strip() != str(count):
        raise Refused(
            _("Type the number of what is selected, %(count)s, to confirm. Nothing was changed.", count=count)
        )


def _do(action: Action, verb: Verb, user: User, note: str, result: Result) -> None:
    try:
        with db.session.begin_nested():
            stayed = verb(action, user, note)
    except Refused as refused:
        stayed = str(refused)
    if stayed:
        result.refused[stayed] += 1
    else:
        result.done += 1


def _send(action: Action, user: User, _note: str) -> str:
    if not rights.may_send(user, action.channel, action.company_id):
        raise Refused(_("You may not send it this way."))
    return giving.send(action, by=user)


VERBS: dict[Act, Verb] = {
    Act.SEND: _send,
    Act.SKIP: lambda action, user, note: actions.skip(action, by=user, note=note),
    Act.TAKE_OVER: lambda action, user, _note: actions.take_over(action, by=user),
}


def told(result: Result) -> Iterator[tuple[str, str]]:
    """What became of them: a sentence for each way it went, and how it looks."""
    if result.done:
        yield _done(result), "message"
    if result.gone:
        yield ngettext("%(num)d is not there any more.", "%(num)d are not there any more.", result.gone), "warning"
    for sentence, count in result.refused.items():
        yield _("%(count)d stayed: %(why)s", count=count, why=sentence), "warning"


def _done(result: Result) -> str:
    count = result.done
    if result.act is Act.SEND:
        return ngettext("%(num)d leaves in a moment.", "%(num)d leave in a moment.", count)
    if result.act is Act.SKIP:
        return ngettext("%(num)d skipped.", "%(num)d skipped.", count)
    return ngettext("%(num)d is yours now.", "%(num)d are yours now.", count)
