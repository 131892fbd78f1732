"""The command that examines an installation."""

from __future__ import annotations

import json
from dataclasses import asdict

import click
from flask.cli import with_appcontext

from app.operation import doctor as examination
from app.operation.finding import Finding


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@with_appcontext
def doctor(as_json: bool) -> None:
    """Examine every part and say what to do; exit status 0: all is well, 1: something is broken, 2: warnings only."""
    found = examination.examine()
    state = examination.worst(found)
    if as_json:
        click.echo(json.dumps({"state": state, "parts": [asdict(each) for each in found]}, ensure_ascii=False))
    else:
        for each in found:
            click.echo(_line(each))
    raise SystemExit(examination.EXIT[state])


def _line(found: Finding) -> str:
    return f"{found.state:8} {found.part}: {found.said}." + (f" {found.do}" if found.do else "")
