"""``sib audit design``: ways of reviewing a deal's files side by side."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import click

from sib.amounts import NumberFormat
from sib.analysis.design import TOLERABLE, Choice, Comparison, designs, ways
from sib.cli import options
from sib.deal.consistency import planned_people
from sib.deal.reader import Reading
from sib.engine import Effort
from sib.errors import Problem, ScenarioError
from sib.folder import result_folder
from sib.views.design import Page, as_data
from sib.views.words import Words


def _sizes(context: click.Context, option: click.Parameter, typed: str | None) -> tuple[int, ...]:
    """Return the numbers of files that are meant by ``N1,N2,…``."""
    read = options.whole_number(1, 1_000_000)
    return tuple(read(part.strip()) for part in typed.split(",")) if typed else ()


@click.command("design", epilog=options.example("sib audit design zwarte-zwanen --trials 2000 --files 30,54,100"))
@options.scenario(
    click.option("--files", "sizes", metavar="N1,N2", callback=_sizes,
                 help="Files that samples open; as many as show the tolerable share unless said."),
    click.option("--tolerable", metavar="SHARE", callback=options.share(), default=str(TOLERABLE), show_default=True,
                 help="Share that may be wrong before all files are opened."),
    click.option("--price", metavar="EUROS", callback=options.amount(),
                 help="Of each file that is opened; the deal's own fee by case unless said."),
    options.numbers, options.trials, options.seed, options.workers, options.lang, options.as_json, options.output,
    options.force, options.quiet,
)
def verb(
    source: str, overlays: tuple[str, ...], settings: tuple[str, ...], sizes: tuple[int, ...], tolerable: float,
    price: int | None, numbers: NumberFormat | None, lang: NumberFormat, as_json: bool, output: str | None, force: bool,
    quiet: bool, trials: int, seed: int, workers: int | None,
) -> None:
    """Compare ways of reviewing the files of SCENARIO: none, every one, samples by lot and by amount.

    What each opens and costs, what it takes off, lets pass and holds back, how late the money counts, how often the
    trigger is met falsely or missed. All on the same draws. With -o DIR also write the table and a chart.
    """
    reading = options.reading(source, overlays, settings=settings, as_json=as_json)
    deal = reading.scenario
    if not deal.segments or deal.accountant.claim_at == "monthly":
        where = "accountant.claim_at" if deal.segments else "programme.kind"
        raise ScenarioError([Problem(source, None, where,
                                     "does not let files be sampled: a review is chosen for cases that are claimed "
                                     "once "
                                     'each; choose a deal of cases, with claim_at "end" or "plan"')])
    n_cases = planned_people(deal)
    if max(sizes, default=0) > n_cases:
        raise click.BadParameter(f"{max(sizes)} is more than the {n_cases} cases of the deal", param_hint="--files")
    choice = Choice(sizes, tolerable, None if price is None else price / 100)
    n_runs = sum(1 for _ in ways(deal, choice))
    with options.progress(n_runs * trials, is_shown=not quiet) as tell:
        work = partial(designs, deal, trials, seed=seed, choice=choice, effort=Effort(workers, tell))
        found = options.aside(work)
    if output is not None:
        record(found, reading, output=output, force=force, lang=lang)
    if as_json:
        options.say_json({"scenario": options.identity(deal), "seed": seed, "trials": trials, "currency": deal.currency,
                          "designs": [as_data(each) for each in found.designs]})
    else:
        options.say(Page(found, Words(lang)).text())
    if output is not None and not quiet:
        click.echo(f"results in {output}", err=True)


def record(found: Comparison, reading: Reading, *, output: str, force: bool, lang: NumberFormat) -> None:
    """Write the result folder; charts are loaded only here."""
    from sib.output import save_design

    started = datetime.now(UTC)
    with result_folder(output, force=force) as folder:
        options.aside(partial(save_design, found, folder, reading=reading, started=started, lang=lang))
