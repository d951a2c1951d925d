"""``sib sweep``: a deal at many values of one term or more, every combination on the same draws."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from functools import partial

import click

from sib.amounts import NumberFormat
from sib.analysis.sweep import MEASURES, Plan, Sweep, n_points, sweep
from sib.cli import grids, options
from sib.cli.crew import refuse_without_room, shared, workers
from sib.deal.reader import Reading
from sib.engine import Effort
from sib.folder import result_folder
from sib.money import as_written
from sib.views.sweep import Page, as_data
from sib.views.words import Words

measures = click.option("--measure", "measures", metavar="PARTY.MEASURE", multiple=True,
                        help="A figure of the summary, such as investor.irr or municipality.net_cash.p05; repeatable.")
with_front = click.option("--front", "has_front", is_flag=True,
                          help="Show which values are beaten by no other in risk for the investor and cost for the "
                               "outcome payer.")


@click.command("sweep", epilog=options.example(
    "sib sweep zwarte-zwanen contract.interest.rate=0.02:0.06:0.01 --trials 5000"))
@click.argument("source", metavar="SCENARIO")
@click.argument("terms", metavar="PATH=VALUES...", nargs=-1, required=True, callback=grids.stated("term"))
@options.overlays
@options.settings
@measures
@with_front
@options.trials
@options.seed
@workers
@options.lang
@options.as_json
@options.output
@options.force
@options.quiet
def verb(
    source: str, terms: dict[str, list[Fraction]], overlays: tuple[str, ...], settings: tuple[str, ...],
    measures: tuple[str, ...], has_front: bool, lang: NumberFormat, as_json: bool, output: str | None, force: bool,
    quiet: bool, trials: int, seed: int, workers: int | None,
) -> None:
    """Measure SCENARIO at many values of one term or more.

    VALUES are V1,V2,... or START:STOP:STEP; * in a PATH stands for every name of a list. Every combination is simulated
    on the same draws. With -o DIR also write sweep.csv and a chart of one term or two.
    """
    reading = options.reading(source, overlays, settings=settings, as_json=as_json)
    plan = Plan(measures or MEASURES, trials, seed, has_front)
    values = {path: [as_written(each) for each in listed] for path, listed in terms.items()}
    in_all = n_points(values) * trials
    with options.progress(in_all, is_shown=not quiet) as tell, shared(workers, in_all) as executor:
        halt = options.Halt(tell)
        effort = Effort(workers, halt, executor)
        refuse_without_room(reading.scenario, trials, effort=effort)
        try:
            work = partial(sweep, reading, values, plan=plan, effort=effort)
            found, signal = options.as_far_as(work, halt)
        except KeyError as error:
            raise click.BadParameter(str(error.args[0]), param_hint="--measure") from None
    if output is not None and signal is None:
        record(found, reading, output=output, force=force, lang=lang)
    if as_json:
        options.say_json({"scenario": options.identity(found.deal), **as_data(found)})
    else:
        options.say(Page(found, Words(lang)).text())
    if signal is not None:
        raise signal
    if output is not None and not quiet:
        click.echo(f"results in {output}", err=True)


def record(found: Sweep, reading: Reading, *, output: str, force: bool, lang: NumberFormat) -> None:
    """Write the result folder; charts are loaded only here."""
    from sib.records import save_sweep

    started = datetime.now(UTC)
    with result_folder(output, force=force) as folder:
        options.aside(partial(save_sweep, found, folder, reading=reading, started=started, lang=lang))
