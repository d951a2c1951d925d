"""``sib payoff``: what the contract pays, and to whom, at given outcomes."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from functools import partial

import click

from sib.amounts import NumberFormat
from sib.cli import grids, options
from sib.deal.reader import Reading
from sib.deal.scenario import Scenario
from sib.folder import result_folder
from sib.payout import Point, payoff, refuse_impossible
from sib.stated import MetricError
from sib.views.payoff import Table, as_data
from sib.views.words import Words

metric = click.option(
    "--metric", "values", metavar="NAME=VALUES", multiple=True, callback=grids.stated("metric"),
    help="V1,V2,... or START:STOP:STEP, in the unit of the metric; NAME.COHORT=V for a cohort, NAME@DATE=V for a "
         "payment date. Repeatable: equally many values each, or one.",
)


@click.command("payoff", epilog=options.example("sib payoff zwarte-zwanen --metric validated_savings=0:4000000:500000"))
@options.scenario(metric, options.lang, options.as_json, options.output, options.force, options.quiet)
def verb(
    source: str, overlays: tuple[str, ...], settings: tuple[str, ...], values: dict[str, list[Fraction]],
    lang: NumberFormat, as_json: bool, output: str | None, force: bool, quiet: bool,
) -> None:
    """Show what SCENARIO pays, and to whom, at given outcomes: exact, without a simulation.

    Without --metric: at what is expected, with the metrics that can be given. With -o DIR also write the points and
    a chart of them over the metric, above what a simulation of 2,000 trials makes of it.
    """
    reading = options.reading(source, overlays, settings=settings, as_json=as_json)
    deal = reading.scenario
    points = worked_out(deal, values)
    if output is not None:
        record(points, reading, output=output, force=force, lang=lang)
    if as_json:
        options.say_json({
            "scenario": options.identity(deal), "currency": deal.currency, "points": [as_data(each) for each in points],
        })
    else:
        options.say(Table(deal, points, words=Words(lang)).text(is_expected=not values))
    if output is not None and not quiet:
        click.echo(f"results in {output}", err=True)


def worked_out(deal: Scenario, values: dict[str, list[Fraction]]) -> list[Point]:
    """Return the points; what the deal does not know is a slip of the command line."""
    try:
        refuse_impossible(deal, values)
        return options.aside(partial(payoff, deal, values))
    except MetricError as error:
        raise click.BadParameter(str(error), param_hint="--metric") from error


def record(points: list[Point], reading: Reading, *, output: str, force: bool, lang: NumberFormat) -> None:
    """Write the result folder; frames and charts are loaded only here."""
    from sib.output import save_payoff

    started = datetime.now(UTC)
    with result_folder(output, force=force) as folder:
        options.aside(partial(save_payoff, points, folder, reading=reading, started=started, lang=lang))
