"""``sib luck``: how often a deal pays for nothing, or fails to pay for something, and how much."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import click

from sib.amounts import NumberFormat
from sib.analysis.luck import Luck, luck
from sib.cli import options
from sib.deal.reader import Reading
from sib.engine import Effort
from sib.folder import result_folder
from sib.views.luck import as_data, page
from sib.views.words import Words


@click.command("luck", epilog=options.example("sib luck zwarte-zwanen --trials 5000 --with claim-errors"))
@options.scenario(
    options.trials, options.seed, options.workers, options.lang, options.as_json, options.output, options.force,
    options.quiet,
)
def verb(
    source: str, overlays: tuple[str, ...], settings: tuple[str, ...], lang: NumberFormat, as_json: bool,
    output: str | None, force: bool, quiet: bool, trials: int, seed: int, workers: int | None,
) -> None:
    """Show what luck pays in SCENARIO: triggers that are met without being earned, or earned without being met.

    The deal is simulated three times on the same draws: as agreed, as if no claim and no review were ever wrong, and
    without any effect of the help. With -o DIR also write the tables and a chart.
    """
    reading = options.reading(source, overlays, settings=settings, as_json=as_json)
    with options.progress(3 * trials, is_shown=not quiet) as tell:
        found = options.aside(partial(luck, reading.scenario, trials, seed=seed, effort=Effort(workers, tell)))
    if output is not None:
        record(found, reading, output=output, force=force, lang=lang)
    if as_json:
        options.say_json({"scenario": options.identity(reading.scenario), **as_data(found)})
    else:
        options.say(page(found, Words(lang)))
    if output is not None and not quiet:
        click.echo(f"results in {output}", err=True)


def record(found: Luck, reading: Reading, *, output: str, force: bool, lang: NumberFormat) -> None:
    """Write the result folder; charts are loaded only here."""
    from sib.output import save_luck

    started = datetime.now(UTC)
    with result_folder(output, force=force) as folder:
        options.aside(partial(save_luck, found, folder, reading=reading, started=started, lang=lang))
