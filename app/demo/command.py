"""`flask --app wsgi demo`."""

import click
from flask.cli import with_appcontext

from app.core.errors import Refused


@click.command("demo")
@with_appcontext
def demo() -> None:
    """Bring in the month of one small firm, as mails; once."""
    from app.demo.load import load

    try:
        click.echo(f"The demo is in: {load()} mails of one small firm.")
    except Refused as refused:
        click.echo(str(refused))
