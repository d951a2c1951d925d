"""``sib pockets``: which budget pays and which gains, in which year."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import click

from sib.amounts import NumberFormat
from sib.analysis.budgets import MEASURES, Budgets, budgets
from sib.cli import options
from sib.deal.arrangements import FORMS
from sib.deal.reader import Reading
from sib.engine import Effort
from sib.folder import result_folder
from sib.views.budgets import Page, as_data
from sib.views.words import Words


@click.command("pockets", epilog=options.example("sib pockets zwarte-zwanen --trials 5000 --form revolving"))
@options.scenario(
    click.option("--form", type=click.Choice(FORMS), default=None,
                 help="How the work is paid for; as it is in fact unless said."),
    click.option("--measure", type=click.Choice(tuple(MEASURES)), default="net_cost", show_default=True,
                 help="What is told by fiscal year."),
    click.option("--paste", is_flag=True, help="Only the table by fiscal year, with tabs, for a spreadsheet."),
    options.trials, options.seed, options.workers, options.lang, options.as_json, options.output, options.force,
    options.quiet,
)
def verb(
    source: str, overlays: tuple[str, ...], settings: tuple[str, ...], form: str | None, measure: str, paste: bool,
    lang: NumberFormat, as_json: bool, output: str | None, force: bool, quiet: bool, trials: int, seed: int,
    workers: int | None,
) -> None:
    """Show which budget of SCENARIO pays and which gains, and in which fiscal year.

    Savings by law and class, what of them is cash, what is validated and charged, and what is left; by fiscal year the
    mean and what is not exceeded in 80, 90 and 95 of 100 trials. With -o DIR also write the tables and a chart.
    """
    reading = options.reading(source, overlays, settings=settings, as_json=as_json)
    chosen = form or reading.scenario.arrangements.actual or "impact_bond"
    with options.progress(trials, is_shown=not quiet) as tell:
        work = partial(budgets, reading.scenario, trials, form=chosen, seed=seed, effort=Effort(workers, tell))
        found = options.aside(work)
    if output is not None:
        record(found, reading, output=output, force=force, lang=lang)
    page = Page(found, Words(lang), measure=measure)
    if as_json:
        options.say_json({"scenario": options.identity(reading.scenario), **as_data(found)})
    elif paste:
        click.echo(page.pasted())
    else:
        options.say(page.text())
    if output is not None and not quiet:
        click.echo(f"results in {output}", err=True)


def record(found: Budgets, reading: Reading, *, output: str, force: bool, lang: NumberFormat) -> None:
    """Write the result folder; charts are loaded only here."""
    from sib.records import save_budgets

    started = datetime.now(UTC)
    with result_folder(output, force=force) as folder:
        options.aside(partial(save_budgets, found, folder, reading=reading, started=started, lang=lang))
