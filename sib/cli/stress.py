"""``sib stress``: what kills this deal, in the words of a negotiation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click

from sib.amounts import NumberFormat
from sib.analysis.stress import Asked, Case, Laid, StressTest, lay, plan, stress_test
from sib.cli import options
from sib.deal.adapt import Adapted
from sib.deal.clauses import nearest
from sib.deal.reader import Reading
from sib.deal.stress import GRADES, Grade, Stress, library, read_stresses
from sib.deal.written import toml_text
from sib.engine import Effort
from sib.errors import Problem, ScenarioError
from sib.folder import result_folder
from sib.views.stress import Page, as_data, case_title, why
from sib.views.words import Words

TRIALS = 2_000
"""Enough for an answer at the table: paired differences need fewer trials than figures do."""


@click.command("stress", epilog=options.example("sib stress zwarte-zwanen --stress relapse --stress fewer-referrals"))
@options.scenario(
    click.option("--stress", "names", metavar="NAME", multiple=True,
                 help="Only this stress; repeatable, all unless said. --list shows them."),
    click.option("--grade", type=click.Choice(GRADES), default=None, help="Only this grade; both unless said."),
    click.option("--file", "files", metavar="FILE", multiple=True, help="A stress file of your own; repeatable."),
    click.option("--combine", "combined", metavar="A+B", multiple=True,
                 help="These stresses on top of each other as well; repeatable."),
    click.option("--list", "is_list", is_flag=True, help="Only list the stresses, and which of them apply."),
    click.option("--show", metavar="NAME", default=None,
                 help="Only print the overlay that a stress (A+B: several) becomes on this deal, for --with."),
    click.option("--trials", metavar="N", type=options.whole_number(1), default=TRIALS, show_default=True,
                 help="Number of trials under each stress."),
    options.seed, options.workers, options.lang, options.as_json, options.output, options.force, options.quiet,
)
def verb(
    source: str, overlays: tuple[str, ...], settings: tuple[str, ...], names: tuple[str, ...], grade: Grade | None,
    files: tuple[str, ...], combined: tuple[str, ...], is_list: bool, show: str | None, lang: NumberFormat,
    as_json: bool, output: str | None, force: bool, quiet: bool, trials: int, seed: int, workers: int | None,
) -> None:
    """Stress-test the terms of SCENARIO: what kills this deal?

    Every stress of the library (fewer referrals, slow start, relapse, ...), mild and severe, on the same draws as the
    deal itself: what each leaves of the chance of full repayment, of the IRR and of the municipality's cash, the most
    harmful first, and all of a grade together. A stress that does not fit the deal is told with the reason. With -o DIR
    also write a table and a chart.
    """
    reading = options.reading(source, overlays, settings=settings, as_json=as_json)
    known = shelf_of(files)
    grades: tuple[Grade, ...] = (grade,) if grade else GRADES
    if show is not None:
        return show_overlay(reading, picked(show.split("+"), known), grade=grade)
    chosen = picked(names, known) if names else tuple(known.values())
    asked = Asked(chosen, grades, tuple(picked(each.split("+"), known) for each in combined))
    wanted = plan(reading.scenario, asked)
    if is_list:
        return options.say("\n".join(listing(wanted, lang)))
    with options.progress(wanted.n_runs * trials, is_shown=not quiet) as tell:
        found = options.aside(partial(stress_test, wanted, trials, seed=seed, effort=Effort(workers, tell)))
    if output is not None:
        record(found, reading, output=output, force=force, lang=lang)
    if as_json:
        options.say_json({"scenario": options.identity(reading.scenario), **as_data(found)})
    else:
        options.say(Page(found, Words(lang)).text())
    if output is not None and not quiet:
        click.echo(f"results in {output}", err=True)
