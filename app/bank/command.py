"""The command that imports statements."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from app.bank import accounts, bringing
from app.bank.formats.statement import StatementRead
from app.bank.models import BankAccount, ImportStage
from app.extensions import db
from app.files import store
from app.tasks.jobs import commit
from app.users.models import Company


@click.group()
def bank() -> None:
    """Bank accounts and statements."""


@bank.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--company", "slug", help="Its short name, as in its addresses; the first if not given.")
@click.option("--account", "number", default="", help="IBAN or number, where the files do not say it.")
@with_appcontext
def import_statements(files: tuple[Path, ...], slug: str | None, number: str) -> None:
    """Import statements; one JSON object a line. What is here already is not added again."""
    company = _company(slug)
    account = _account(company, number) if number else None
    told = [_import(path, company, account) for path in files]
    if any(each["state"] != ImportStage.IMPORTED.value for each in told):
        raise SystemExit(1)


def _company(slug: str | None) -> Company:
    query = select(Company).order_by(Company.id).limit(1)
    company = db.session.scalar(query.where(Company.slug == slug) if slug else query)
    if company is None:
        raise click.ClickException("No such company. List them with: flask --app wsgi addresses")
    return company


def _account(company: Company, number: str) -> BankAccount:
    account = accounts.find(accounts.of_company(company.id), StatementRead(account=number))
    if account is None:
        raise click.ClickException("No such account of this company.")
    return account


def _import(path: Path, company: Company, account: BankAccount | None) -> dict[str, Any]:
    brought = bringing.arrive(company, store.keep(path.read_bytes()), path.name, by=None, account=account)
    bringing.go_on(brought.id)
    commit()
    lines, added = (sum(getattr(each, name) for each in brought.statements) for name in ("line_count", "added_count"))
    told = {"file": str(path), "state": brought.stage.value, "lines": lines, "added": added, "notes": brought.notes}
    click.echo(json.dumps(told, ensure_ascii=False))
    return told
