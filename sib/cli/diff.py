"""``sib diff``: what changed between two result folders."""

from __future__ import annotations

from dataclasses import asdict

import click

from sib.amounts import NumberFormat
from sib.analysis.diff import diff
from sib.cli import options
from sib.errors import ScenarioError
from sib.views.diff import Page, as_data
from sib.views.words import Words


@click.command("diff", epilog=options.example("sib diff results/before results/after"))
@click.argument("first", metavar="RUN_DIR", type=click.Path(path_type=str))
@click.argument("other", metavar="RUN_DIR", type=click.Path(path_type=str))
@click.option("--all", "has_all", is_flag=True, help="Show every result that changed, quantiles too.")
@options.lang
@options.as_json
def verb(first: str, other: str, has_all: bool, lang: NumberFormat, as_json: bool) -> None:
    """Say what changed from one result folder of sib run to another.

    Which terms, by the paths that --set uses, with their sources; and which results, the surest change first, with its
    error: paired trial by trial where both rest on the same seed and trials. What did not change is not shown.
    """
    from sib.earlier import result

    try:
        found = diff(result(first), result(other))
    except ScenarioError as error:
        if as_json:
            options.say_json({"errors": [asdict(problem) for problem in error.problems]})
        raise
    if as_json:
        options.say_json(as_data(found))
    else:
        options.say(Page(found, Words(lang), has_all=has_all).text())
