"""``sib schema``: what a scenario file may hold, for editors."""

from __future__ import annotations

import json

import click

from sib.cli import options
from sib.deal.schema import schema


@click.command("schema", epilog=options.example("sib schema"))
def verb() -> None:
    """Print the JSON schema of a scenario file.

    Save it as sib.schema.json and begin a scenario with "#:schema ./sib.schema.json": editors then check and
    complete while one writes.
    """
    click.echo(json.dumps(schema(), indent=2))
