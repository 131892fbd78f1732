"""The command that looks whether somebody touched the trail."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from app.audit import trail


@click.command("verify-trail")
@click.option("--entries", type=int, help="How many entries the chain had, as mailed to the admins.")
@click.option("--seal", default="", help="The seal in that mail.")
@with_appcontext
def verify_trail(entries: int | None, seal: str) -> None:
    """Look whether the audit trail was changed; with a mailed seal also whether its end was cut."""
    if bad := trail.first_bad_entry():
        raise click.ClickException(f"The audit trail was changed: entry {bad} is the first that does not fit.")
    if entries and not trail.has(entries, seal.strip()):
        raise click.ClickException(f"The audit trail was cut: entry {entries} of the chain has not this seal.")
    click.echo(f"The audit trail is whole: {trail.head()[0]} entries.")
