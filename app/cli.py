"""Commands of `flask --app wsgi`."""

from __future__ import annotations

import json
import secrets

import click
import flask_migrate
from flask import Flask, current_app
from flask.cli import with_appcontext

from app.core.errors import Refused
from app.extensions import db
from app.tasks.jobs import commit
from app.users.models import is_first_user
from app.web.access import Role


def init_app(app: Flask) -> None:
    """Register all commands."""
    from app.audit.command import verify_trail
    from app.bank.command import bank
    from app.demo.command import demo
    from app.extraction.command import extract
    from app.intake.command import import_files, receive
    from app.operation.command import doctor

    ours = (users, first_run, install, addresses, receive, import_files, sweep, run_due)
    for command in (*ours, status, doctor, verify_trail, demo, extract, bank):
        app.cli.add_command(command)


@click.group()
def users() -> None:
    """People who may sign in."""


@users.command("create")
@click.argument("email")
@click.option("--role", type=click.Choice([role.value for role in Role]), default=Role.MEMBER.value)
@click.option("--name", default="")
@click.option("--password", default="", help="Made and printed if not given.")
@with_appcontext
def create_user(email: str, role: str, name: str, password: str) -> None:
    """Make a person who may sign in, in the first company."""
    from app.users import people

    password = password or secrets.token_urlsafe(12)
    try:
        user = people.create(email, role=Role(role), name=name, password=password)
    except Refused as refused:
        db.session.rollback()
        raise click.ClickException(str(refused)) from None
    commit()
    click.echo(json.dumps({"id": user.id, "email": user.email, "role": role, "password": password}))


@click.command("first-run")
@with_appcontext
def first_run() -> None:
    """Make the first company and its admin where nobody is; the password is printed once."""
    from app.users import people

    if not is_first_user():
        return
    settings = current_app.config["SETTINGS"]
    password = settings.admin_password or secrets.token_urlsafe(12)
    user = people.create(settings.admin_email, role=Role.ADMIN, password=password)
    commit()
    click.echo(f"Admin: {user.email}")
    if not settings.admin_password:
        click.echo(f"Password (shown once): {password}")


@click.command("install")
@click.pass_context
@with_appcontext
def install(context: click.Context) -> None:
    """Bring the database up to date, and make the first company and its admin where nobody is."""
    flask_migrate.upgrade()
    context.invoke(first_run)


@click.command("addresses")
@with_appcontext
def addresses() -> None:
    """Print the intake addresses, one JSON object a line."""
    from app.intake.addresses import all_addresses

    for address in all_addresses():
        click.echo(json.dumps(address, ensure_ascii=False))


@click.command("sweep")
@with_appcontext
def sweep() -> None:
    """Ring for waiting work and start what is due, until stopped."""
    from app import schedule
    from app.operation.presence import Presence

    schedule.sweep_for_ever(Presence("sweep"))


@click.command("run-due")
@with_appcontext
def run_due() -> None:
    """Do now whatever is due, then stop."""
    from app import schedule

    click.echo(json.dumps({"done": schedule.run_due()}))


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@with_appcontext
def status(as_json: bool) -> None:
    """Say how this installation stands: messages, documents, tasks, outgoing mails, failures."""
    from app.standing import figures

    standing = figures()
    if as_json:
        click.echo(json.dumps(standing, ensure_ascii=False))
        return
    for name, counts in standing.items():
        told = ", ".join(f"{count} {state}" for state, count in counts.items()) if name != "failures" else len(counts)
        click.echo(f"{name}: {told or 'none'}")
