"""``sib negotiate``: where the parties can meet, and what their concessions are worth in each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

import click

from sib.amounts import NumberFormat
from sib.analysis.concessions import COST, WORTH, Ask, Exchange, exchange, n_runs
from sib.analysis.negotiate import Negotiation, negotiate, stated
from sib.analysis.sweep import n_points
from sib.cli import options
from sib.cli.crew import refuse_without_room, shared, workers
from sib.deal.reader import Reading
from sib.deal.red_lines import Sheet, read_red_lines
from sib.engine import Effort
from sib.errors import ScenarioError
from sib.folder import result_folder
from sib.memory import keep_memory
from sib.views import concessions as concession_views
from sib.views import negotiate as zone_views
from sib.views.tables import wrapped
from sib.views.words import Words

NOT_PASSED = 6
"""How --strict ends where there is no zone."""
UNFINISHED = {
    "en": "incomplete: interrupted before it was worked out what concessions are worth",
    "nl": "onvolledig: onderbroken voordat was uitgerekend wat concessies waard zijn",
}
Result = TypeVar("Result")

vary = click.option("--vary", "paths", metavar="PATH", multiple=True,
                    help="A term whose exchange rate is wanted; repeatable. The numbers of the contract unless said.")
measure = click.option("--measure", metavar="PARTY.MEASURE", default=WORTH, show_default=True,
                       help="What a concession is worth to the investor.")
cost = click.option("--cost", metavar="PARTY.MEASURE", default=COST, show_default=True,
                    help="What a concession costs the outcome payer.")
per = click.option("--per", metavar="PATH", default="",
                   help="The term that the others are held against; the first rate of interest unless said.")
strict = click.option("--strict", is_flag=True, help="Exit with 6 where no terms keep every red line.")


@click.command("negotiate", epilog=options.example("sib negotiate zwarte-zwanen red-lines --trials 1000"))
@click.argument("source", metavar="SCENARIO")
@click.argument("sheet", metavar="[REDLINES]", required=False)
@options.overlays
@options.settings
@vary
@measure
@cost
@per
@options.trials
@options.seed
@workers
@options.lang
@options.as_json
@options.output
@options.force
@strict
@options.quiet
def verb(
    source: str, sheet: str | None, overlays: tuple[str, ...], settings: tuple[str, ...], paths: tuple[str, ...],
    measure: str, cost: str, per: str, lang: NumberFormat, as_json: bool, output: str | None, force: bool, strict: bool,
    quiet: bool, trials: int, seed: int, workers: int | None,
) -> int:
    """Find where the parties of SCENARIO can meet, and what concessions are worth.

    REDLINES is a file with what each party insists on and which terms are on the table, or the name of one that stands
    beside the deal; without it only the exchange rates of terms are shown. With -o DIR also write tables and charts.
    """
    reading = options.reading(source, overlays, settings=settings, as_json=as_json)
    ask = Ask(paths, measure, cost, per)
    keep_memory()
    lines = told(partial(stated, reading, partial(read_red_lines, sheet, source)), as_json) if sheet else None
    n = told(partial(n_runs, reading, ask), as_json) + (1 + n_points(on_table(lines)) if lines else 0)
    in_all = n * trials
    with options.progress(in_all, is_shown=not quiet) as tell, shared(workers, in_all) as executor:
        halt = options.Halt(tell, in_all)
        effort = Effort(workers, halt, executor)
        refuse_without_room(reading.scenario, trials, effort=effort)
        draws: dict[str, Any] = {"trials": trials, "seed": seed, "effort": effort}
        zone = found(partial(negotiate, reading, lines, **draws), halt, as_json=as_json) if lines else None
        with finished(zone, reading, as_json=as_json, lang=lang):
            rates = found(partial(exchange, reading, ask, **draws), halt, as_json=as_json)
    if output is not None:
        record(zone, rates, reading=reading, where=(output, force), lang=lang)
    show(zone, rates, as_json=as_json, lang=lang)
    if output is not None and not quiet:
        click.echo(f"results in {output}", err=True)
    return NOT_PASSED if strict and zone is not None and not zone.zone else 0


def found(work: Callable[[], Result], halt: options.Halt, *, as_json: bool) -> Result:
    """Do work that can be given up."""
    result, signal = told(partial(options.as_far_as, work, halt), as_json)
    if signal is not None:
        raise signal
    return result


@contextmanager
def finished(zone: Negotiation | None, reading: Reading, *, as_json: bool, lang: NumberFormat) -> Iterator[None]:
    """Print the zone, where there is one, if the rates are given up; marked, since it is not all."""
    try:
        yield
    except Exception:
        raise
    except BaseException:  # Ctrl-C is no Exception here
        if zone is not None and as_json:
            options.say_json({"scenario": options.identity(reading.scenario), "incomplete": True,
                              "zone": zone_views.as_data(zone), "concessions": None})
        elif zone is not None:
            options.say(f"{zone_views.Page(zone, Words(lang)).text()}\n\n{wrapped(UNFINISHED[lang])}")
        raise


def told(work: Callable[[], Result], as_json: bool) -> Result:
    """Do some work; measures that are not there are the command line's fault, and a program hears what is wrong."""
    try:
        return work()
    except KeyError as error:
        raise click.BadParameter(str(error.args[0]), param_hint="--measure") from None
    except ScenarioError as error:
        if as_json:
            options.say_json({"errors": [asdict(problem) for problem in error.problems]})
        raise


def on_table(sheet: Sheet) -> dict[str, tuple[Any, ...]]:
    """Return the values on the table by path."""
    return {term.path: term.on_table for term in sheet.stated.terms}


def show(zone: Negotiation | None, rates: Exchange, *, as_json: bool, lang: NumberFormat) -> None:
    """Print what was found."""
    if as_json:
        zone_data = zone and zone_views.as_data(zone)
        options.say_json({"scenario": options.identity(rates.deal), "zone": zone_data,
                          "incomplete": False, "concessions": concession_views.as_data(rates)})
        return
    words = Words(lang)
    if zone is not None:
        options.say(zone_views.Page(zone, words).text() + "\n")
    options.say(concession_views.Page(rates, words).text(has_name=zone is None))


def record(
    zone: Negotiation | None, rates: Exchange, *, reading: Reading, where: tuple[str, bool], lang: NumberFormat
) -> None:
    """Write the result folder; charts are loaded only here."""
    from sib.records import save_negotiated

    started = datetime.now(UTC)
    output, force = where
    with result_folder(output, force=force) as folder:
        options.aside(partial(save_negotiated, (zone, rates), folder, reading=reading, started=started, lang=lang))
