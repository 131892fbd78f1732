"""Commands: receive mails, and import files as if they had arrived."""

from __future__ import annotations

import json
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select

from app.documents.models import Direction
from app.extensions import db
from app.intake import receiver, types
from app.intake.arrival import take_message
from app.intake.models import MessageState, Source
from app.operation.presence import keep_beating
from app.tasks.jobs import commit
from app.users.models import Company
from deploy.supervision import receives


@click.command("receive")
def receive() -> None:
    """Receive mails by SMTP until stopped."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    keep_beating(app, "receiver", while_true=lambda: receives(app.config["SETTINGS"]))
    receiver.run(app)


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--direction", type=click.Choice([each.value for each in Direction]), default=Direction.PURCHASE.value)
@click.option("--company", "company_id", type=int, help="Id; the first company if not given.")
@with_appcontext
def import_files(files: tuple[Path, ...], direction: str, company_id: int | None) -> None:
    """Import mails or documents, as if they had arrived; one JSON object a line."""
    company = _company(company_id)
    failed = 0
    for path in files:
        said = {"file": str(path)} | _import(path, company, Direction(direction))
        failed += "error" in said
        click.echo(json.dumps(said, ensure_ascii=False))
    if failed:
        raise SystemExit(1)


def _company(company_id: int | None) -> Company:
    query = select(Company).order_by(Company.id).limit(1)
    company = db.session.scalar(query.where(Company.id == company_id) if company_id else query)
    if company is None:
        raise click.ClickException("No such company. List them with: flask --app wsgi addresses")
    return company


def _import(path: Path, company: Company, direction: Direction) -> dict[str, object]:
    if not path.is_file():
        return {"error": "not a file"}
    largest = current_app.config["SETTINGS"].largest_message
    if path.stat().st_size > largest:
        return {"error": f"larger than {largest} bytes"}
    data = path.read_bytes()
    message = take_message(
        data,
        is_mail=types.judge(data).kind == "mail",
        company=company,
        direction=direction,
        source=Source.COMMAND,
        name=path.name,
    )
    commit()
    return {"id": message.id, "outcome": "duplicate" if message.state is MessageState.REPEATED else "imported"}
