"""``sib sensitivity``: which assumption decides a deal, one at a time or all of them together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

import click

from sib import records
from sib.amounts import NumberFormat
from sib.analysis import indices as shares
from sib.analysis import sensitivity as bars
from sib.analysis.points import MEASURES
from sib.cli import grids, options
from sib.deal.rangefile import ranges
from sib.deal.ranges import Ranges
from sib.deal.reader import Reading
from sib.engine import Effort
from sib.folder import result_folder
from sib.money import as_written
from sib.views import indices as shares_view
from sib.views import sensitivity as bars_view
from sib.views.words import Words


def _given(
    context: click.Context, option: click.Parameter, typed: Sequence[str]
) -> dict[str, tuple[int | float, int | float]]:
    """Read ``PATH=LOW:HIGH``."""
    found: dict[str, tuple[int | float, int | float]] = {}
    for text in typed:
        path, sign, ends = text.rpartition("=")
        path, parts = path.strip(), ends.split(":")
        if not sign or not path or len(parts) != 2:
            raise click.BadParameter(f"{text[:60]!r} is no PATH=LOW:HIGH, such as contract.interest.rate=0.02:0.06")
        if path in found:
            raise click.BadParameter(f"{path!r} is given twice; keep one")
        low, high = (as_written(grids.decimal(part, "term")) for part in parts)
        found[path] = (low, high)
    return found


def _net(context: click.Context, option: click.Parameter, points: int | None) -> int | None:
    """Refuse a number of points that is no power of two."""
    if points is not None and points & (points - 1):
        raise click.BadParameter(f"{points} is no power of two; write such as 64, 128 or 256")
    return points


@dataclass(frozen=True, slots=True)
class Mode:
    """One way to ask: how much is done unless said, what does it, and what becomes of the paper."""

    trials: int
    plan: Callable[[tuple[str, ...], int, int, int], Any]
    n_deals: Callable[[Ranges, Any], int]
    work: Callable[[Reading, Ranges, Any, Effort], Any]
    page: Callable[[Any, Words], Any]
    as_data: Callable[[Any], dict[str, Any]]
    save: Callable[..., None]


APART = Mode(
    20_000, lambda measures, points, trials, seed: bars.Plan(measures, trials, seed),
    lambda listed, plan: bars.n_deals(listed),
    lambda reading, listed, plan, effort: bars.tornado(reading, listed, plan=plan, effort=effort),
    bars_view.Page, bars_view.as_data, records.save_tornado,
)
TOGETHER = Mode(
    256, shares.Design, shares.n_deals,
    lambda reading, listed, plan, effort: shares.indices(reading, listed, design=plan, effort=effort),
    shares_view.Page, shares_view.as_data, records.save_indices,
)
POINTS = 256

inputs = click.option("--input", "given", metavar="PATH=LOW:HIGH", multiple=True, callback=_given,
                      help="How far a number of the deal may lie; repeatable. Goes before --ranges and the deal's own "
                           "sources.")
file = click.option("--ranges", "file", metavar="FILE", default=None, help="TOML with [[inputs]] and [[dependence]].")
measures = click.option("--measure", "measures", metavar="PARTY.MEASURE", multiple=True,
                        help="A mean or chance of the summary, such as investor.irr; repeatable.")
together = click.option("--global", "is_global", is_flag=True,
                        help="All assumptions at a time: which share of the variance comes from which.")
points = click.option("--points", metavar="N", type=options.whole_number(2, 8192), default=None, callback=_net,
                      help="Points of the design of --global, a power of two; 256 unless said.")
trials = click.option("--trials", metavar="N", type=options.whole_number(1), default=None,
                      help="Trials of each variant; 20000 unless said, with --global 256.")


@click.command("sensitivity", epilog=options.example(
    "sib sensitivity zwarte-zwanen --measure investor.irr --trials 2000"))
@options.scenario(inputs, file, measures, together, points, trials, options.seed, options.workers, options.lang,
                  options.as_json, options.output, options.force, options.quiet)
def verb(
    source: str, overlays: tuple[str, ...], settings: tuple[str, ...], given: dict[str, Any], file: str | None,
    measures: tuple[str, ...], is_global: bool, points: int | None, trials: int | None, seed: int,
    workers: int | None, lang: NumberFormat, as_json: bool, output: str | None, force: bool, quiet: bool,
) -> None:
    """Say which assumption decides SCENARIO, for each party.

    Ranges come from the deal's own sources ("0 to 0.30 argued"), from --ranges and from --input. Each number is taken
    to either end of its range, on the same draws; with --global all of them move at a time.
    """
    if points is not None and not is_global:
        raise click.UsageError("--points is of the design of --global; give --global with it")
    reading = options.reading(source, overlays, settings=settings, as_json=as_json)
    with options.faults(as_json=as_json):
        found_ranges = ranges(reading, file=file, given=given)
        mode = TOGETHER if is_global else APART
        plan = mode.plan(measures or MEASURES, points or POINTS, trials or mode.trials, seed)
        n_trials = mode.n_deals(found_ranges, plan) * plan.trials
        with options.progress(n_trials, is_shown=not quiet) as tell:
            halt = options.Halt(tell, n_trials)
            found, signal = _named(partial(mode.work, reading, found_ranges, plan, Effort(workers, halt)), halt)
    if output is not None and signal is None:
        record(partial(mode.save, found), reading, output=output, force=force, lang=lang)
    if as_json:
        options.say_json({"scenario": options.identity(reading.scenario), **mode.as_data(found)})
    else:
        options.say(mode.page(found, Words(lang)).text())
    if signal is not None:
        raise signal
    if output is not None and not quiet:
        click.echo(f"results in {output}", err=True)


def _named(work: Callable[[], Any], halt: options.Halt) -> tuple[Any, BaseException | None]:
    """Do the work as far as it comes; a figure that there is not is a fault of the option."""
    try:
        return options.as_far_as(work, halt)
    except KeyError as error:
        raise click.BadParameter(str(error.args[0]), param_hint="--measure") from None


def record(save: Callable[..., None], reading: Reading, *, output: str, force: bool, lang: NumberFormat) -> None:
    """Write the result folder."""
    started = datetime.now(UTC)
    with result_folder(output, force=force) as folder:
        options.aside(partial(save, folder, reading=reading, started=started, lang=lang))
