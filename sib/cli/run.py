"""``sib run``: simulate a deal, show its parties side by side, leave a result folder where one is asked for."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sib import engine
from sib.amounts import NumberFormat
from sib.chance.draws import Source
from sib.cli import options
from sib.deal.reader import Reading
from sib.engine import Simulation
from sib.folder import result_folder
from sib.results import Row, summarise
from sib.views.run_data import as_data

if TYPE_CHECKING:
    from sib.analysis.precision import Reached
    from sib.views.tables import Page

NOT_REACHED = 6
LONG = 200_000
"""Trials from which on a run goes to processes."""


@click.command("run", epilog=options.example("sib run zwarte-zwanen --trials 2000 --set contract.interest.rate=0.05"))
@options.scenario(
    options.trials, options.seed, options.draws, options.workers, options.lang, options.as_json, options.output,
    options.force, options.strict, options.quiet, options.precision, options.method,
)
def verb(
    source: str, overlays: tuple[str, ...], settings: tuple[str, ...], lang: NumberFormat, as_json: bool,
    output: str | None, force: bool, strict: bool, quiet: bool, trials: int, seed: int, draws: str,
    workers: int | None, asked: tuple[tuple[str, float], ...], method: str,
) -> int:
    """Simulate SCENARIO and show what investor and outcome payer each stand to get and to lose.

    With -o DIR also write a result folder: manifest, summary, bridge, flows, trials and charts. With --precision run
    as many trials as a figure needs, at least --trials. With --strict end with 6 where the trials are too few for a
    figure that is shown, or an asked precision was not reached. With --method exact work out what needs no simulation,
    and say why the rest does; with both hold one against the other, and with --strict end with 6 where they differ.
    With --method control simulate, and correct means and chances by what is known exactly.
    """
    reading = options.reading(source, overlays, settings=settings, as_json=as_json)
    drawn = Source(seed, draws)
    if method != "mc":
        from sib.cli.exactly import METHODS, Manner, refuse_beside

        refuse_beside(method, {"-o": output, "--precision": asked})
        how = Manner(lang, as_json, drawn, trials=trials, workers=workers, is_strict=strict, is_quiet=quiet)
        return METHODS[method](reading.scenario, how)
    reached = long_enough(reading, asked, trials=trials, seed=drawn, workers=workers) if asked else None
    trials = trials if reached is None else reached.run.n_trials
    with options.progress(trials, is_shown=not quiet) as tell, spread(workers, trials) as executor:
        effort = engine.Effort(workers, tell, executor)
        simulate = partial(engine.simulate, reading.scenario, trials, seed=drawn, effort=effort)
        rows: Sequence[Row]
        if output is None and reached is not None:
            simulation, rows = reached.run, reached.rows
        elif output is None:
            simulation = options.aside(simulate)
            rows = summarise(simulation)
        else:
            place = result_folder(output, force=force)
            simulation, rows = recorded(simulate, reading, place=place, trials=trials, lang=lang)
    page = cache(partial(page_of, simulation, rows, lang=lang))
    if as_json:
        told = {} if reached is None else {"precision": precision_of(reached, asked)}
        options.say_json({"scenario": options.identity(reading.scenario), **as_data(simulation, rows), **told})
    else:
        options.say(page().text(shutil.get_terminal_size().columns if sys.stdout.isatty() else None))
    if reached is not None and not quiet:
        say_precision(reached, asked)
    if output is not None and not quiet:
        click.echo(f"results in {output}", err=True)
    is_short = strict and (not page().is_supported() or (reached is not None and not reached.is_reached))
    return NOT_REACHED if is_short else 0


def spread(workers: int | None, trials: int) -> AbstractContextManager[Executor | None]:
    """Lend processes where a run is so long that they are worth starting; loaded only there."""
    if trials < LONG or workers == 1:
        return nullcontext()
    from sib.cli.crew import shared

    return shared(workers, trials, long=LONG)


def page_of(simulation: Simulation, rows: Sequence[Row], *, lang: NumberFormat) -> Page:
    """Return the tables of a run; they and their words are loaded only here."""
    from sib.bridge import bridge_rows
    from sib.views.tables import Page
    from sib.views.words import Words

    return Page(simulation, [*rows, *bridge_rows(simulation)], words=Words(lang))


def long_enough(
    reading: Reading, asked: tuple[tuple[str, float], ...], *, trials: int, seed: Source, workers: int | None
) -> Reached:
    """Simulate until every figure that was asked for is sure enough."""
    from sib.analysis.precision import Wanted, until
    from sib.asked import asked as named

    try:
        figures = named(reading.scenario, [name for name, _ in asked])
    except KeyError as error:
        raise click.BadParameter(str(error.args[0]), param_hint="--precision") from None
    wanted = tuple(Wanted(*figure.what, value) for figure, (_, value) in zip(figures, asked, strict=True))
    effort = engine.Effort(workers)
    return options.aside(partial(until, reading.scenario, wanted, trials=trials, seed=seed, effort=effort))


def precision_of(reached: Reached, asked: tuple[tuple[str, float], ...]) -> list[dict[str, Any]]:
    """Return what was asked and what was reached, as plain data."""
    return [{"measure": name, "asked": value, "half_width": half, "reached": half <= value}
            for (name, value), half in zip(asked, reached.half_widths, strict=True)]


def say_precision(reached: Reached, asked: tuple[tuple[str, float], ...]) -> None:
    """Say on stderr how sure each figure is that was asked for."""
    for each in precision_of(reached, asked):
        word = "reached" if each["reached"] else "not reached"
        click.echo(f"precision {word}: {each['measure']} is within {each['half_width']:,.6g} (asked {each['asked']:g}) "
                   f"after {reached.run.n_trials:,} trials", err=True)


def recorded(
    simulate: Callable[..., Simulation], reading: Reading, *, place: AbstractContextManager[Path], trials: int,
    lang: NumberFormat,
) -> tuple[Simulation, Sequence[Row]]:
    """Simulate and write the result folder; frames and charts are loaded only here."""
    from sib.output import PATH_TRIALS, save
    from sib.run import Run

    started = datetime.now(UTC)
    with place as folder:
        run = Run(options.aside(partial(simulate, keep_flows=trials <= PATH_TRIALS)))
        options.aside(partial(run.cash_flows, "investor", trials=PATH_TRIALS))
        save(run, folder, reading=reading, started=started, lang=lang)
    return run.simulation, run.rows
