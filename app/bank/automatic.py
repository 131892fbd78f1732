"""What is matched by itself: the exact number and the exact amount, and no rival on either side (SPEC BK-3)."""

from __future__ import annotations

from collections import Counter

import structlog

from app.bank import allocating, candidates, planning
from app.bank.models import BankTransaction, Statement
from app.bank.scoring import Suggestion, suggest
from app.core.errors import Refused
from app.documents.models import Document
from app.extensions import db
from app.users.models import Company

log = structlog.get_logger()
Sure = dict[int, Suggestion]


def sure_ones(told: dict[int, list[Suggestion]]) -> Sure:
    """Line → its one sure answer; a document that a second line may as well be for is left to a person."""
    firsts = {line: likely[0] for line, likely in told.items() if likely}
    claims = Counter(
        document.id for each in firsts.values() if each.is_whole or each.is_sure for document in each.documents
    )
    return {line: each for line, each in firsts.items() if each.is_sure and claims[each.documents[0].id] == 1}


def sure_of(statement: Statement) -> Sure:
    """The sure answers for its lines, with every other open line as a rival; none where the company wants none."""
    company = statement.account.company
    if not company.matches_automatically:
        return {}
    book, lines = candidates.whole_book(company.id), candidates.loose_lines(company.id)
    told = {line.id: suggest(candidates.line_of(line), book) for line in lines}
    mine = {line.id for line in lines if line.statement_id == statement.id}
    return {line: each for line, each in sure_ones(told).items() if line in mine}


def match(company: Company, line_id: int, answer: Suggestion) -> bool:
    """Match one, unless something changed meanwhile: then it is left to a person, and the log says why."""
    line, document = db.session.get(BankTransaction, line_id), db.session.get(Document, answer.documents[0].id)
    still = line and document and line.open_minor == document.open_minor == answer.documents[0].minor
    if not still or not company.matches_automatically:
        log.info("match.left", line=line_id, document=answer.documents[0].id, why="changed")
        return False
    shares, _rest = planning.plan(line, [document])
    try:
        with db.session.begin_nested():
            allocating.allocate(line, shares, by=None, why=answer.why, is_automatic=True)
    except Refused as refused:
        log.info("match.left", line=line_id, document=document.id, why=str(refused))
        return False
    log.info("match.made", line=line_id, document=document.id, why=answer.why)
    return True
