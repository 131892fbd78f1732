"""What became of many documents, in a sentence."""

from __future__ import annotations

from flask_babel import ngettext

from app.bulk.models import Act, BulkAct


def summary(bulk: BulkAct) -> str:
    """How many were done, and how many stayed."""
    said = _done(bulk)
    if count := len(bulk.stayed):
        stayed = ngettext("%(num)d stayed as it was", "%(num)d stayed as they were", count)
        return f"{said}, {stayed}."
    return f"{said}."


def _done(bulk: BulkAct) -> str:
    count = len(bulk.done)
    if bulk.act is Act.VALIDATE:
        return ngettext("%(num)d document validated", "%(num)d documents validated", count)
    if bulk.act is Act.TRASH:
        return ngettext("%(num)d document put into the trash", "%(num)d documents put into the trash", count)
    if bulk.act is Act.RESTORE:
        return ngettext("%(num)d document taken out of the trash", "%(num)d documents taken out of the trash", count)
    if bulk.act is Act.MOVE:
        return ngettext("%(num)d document moved", "%(num)d documents moved", count)
    if bulk.act in {Act.PAY, Act.TO_PAY, Act.MARK_SENT}:
        return _marked(bulk.act, count)
    return ngettext("%(num)d document changed", "%(num)d documents changed", count)


def _marked(act: Act, count: int) -> str:
    if act is Act.MARK_SENT:
        return ngettext("%(num)d document marked as sent", "%(num)d documents marked as sent", count)
    if act is Act.PAY:
        return ngettext("%(num)d document marked as paid", "%(num)d documents marked as paid", count)
    return ngettext("%(num)d document put down to be paid", "%(num)d documents put down to be paid", count)
