"""Telling of the accountant's words: the admins, and whoever is in charge of the document."""

from __future__ import annotations

from app.accounting.answer_models import AccountingAnswer, AnswerLink
from app.documents import sight
from app.notices import telling
from app.notices.models import NoticeKind
from app.users.models import User
from app.users.people import admins_of


def tell(link: AnswerLink, rows: list[AccountingAnswer]) -> None:
    """Each of them once for one answer, however many documents it is about."""
    written = [row for row in rows if row.remark]
    told: dict[User, list[AccountingAnswer]] = {}
    for row in written:
        admins, document = admins_of(link.envelope.run.company_id), row.document
        charged = [document.assignee] if document.assignee and sight.may_see(document.assignee, document) else []
        for user in dict.fromkeys([*admins, *charged]):
            told.setdefault(user, []).append(row)
    for user, theirs in told.items():
        _tell(user, link, theirs)


def _tell(user: User, link: AnswerLink, rows: list[AccountingAnswer]) -> None:
    first = rows[0]
    key = f"{NoticeKind.ACCOUNTANT}:{first.nonce_hash}"
    said = {"name": link.envelope.address, "said": first.said.value, "more": len(rows) - 1}
    facts = {"key": key, "company_id": link.envelope.run.company_id, "about": first.remark}
    telling.tell(user, NoticeKind.ACCOUNTANT, **facts, **said)
