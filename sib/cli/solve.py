"""``sib solve``: the value of a term at which a figure is what it should be."""

from __future__ import annotations

from functools import partial

import click

from sib.amounts import NumberFormat
from sib.analysis.solve import Goal, solve
from sib.cli import grids, options
from sib.engine import Effort
from sib.views.solve import Page, as_data
from sib.views.words import Words

NOT_FOUND = 6
TRIED = 25
"""About how many values are tried, for the bar."""


def _wanted(context: click.Context, option: click.Parameter, typed: str) -> tuple[str, float]:
    """Read ``MEASURE=VALUE``."""
    name, _, value = typed.partition("=")
    if not name or not value:
        raise click.BadParameter(f"{typed[:40]!r} is not MEASURE=VALUE, such as investor.irr=0.03")
    return name.strip(), float(grids.decimal(value, "measure"))


def _ends(context: click.Context, option: click.Parameter, typed: str | None) -> tuple[float, float] | None:
    """Read ``LOW:HIGH``."""
    if typed is None:
        return None
    parts = [grids.decimal(part, "term") for part in typed.split(":")]
    if len(parts) != 2 or not parts[0] < parts[1]:
        raise click.BadParameter(f"{typed[:40]!r} is not LOW:HIGH, the smaller first, such as 0:0.2")
    low, high = map(float, parts)
    return low, high


wanted = click.option("--for", "wanted", metavar="MEASURE=VALUE", required=True, callback=_wanted,
                      help="The figure and what it should be, such as investor.irr=0.03 or "
                           "municipality.net_cash.p05=0.")
vary = click.option("--vary", "path", metavar="PATH", required=True,
                    help="The term that may change; * stands for every name of a list.")
between = click.option("--between", metavar="LOW:HIGH", default=None, callback=_ends,
                       help="Where to look. Unless said: shares 0 to 1, rates 0 to 0.5, others a tenth to ten times "
                            "what they are.")


@click.command("solve", epilog=options.example(
    "sib solve zwarte-zwanen --for investor.irr=0.02 --vary contract.interest.rate --trials 5000"))
@options.scenario(wanted, vary, between, options.trials, options.seed, options.workers, options.lang, options.as_json,
                  options.strict, options.quiet)
def verb(
    source: str, overlays: tuple[str, ...], settings: tuple[str, ...], wanted: tuple[str, float], path: str,
    between: tuple[float, float] | None, lang: NumberFormat, as_json: bool, strict: bool, quiet: bool, trials: int,
    seed: int, workers: int | None,
) -> int:
    """Find the value of a term of SCENARIO at which a figure is what it should be.

    All values are simulated on the same draws; the answer comes with the interval that the error of the figure leaves.
    With --strict end with 6 where there is not exactly one answer.
    """
    reading = options.reading(source, overlays, settings=settings, as_json=as_json)
    goal = Goal(*wanted, path, between)
    with options.progress(TRIED * trials, is_shown=not quiet) as tell:
        halt = options.Halt(tell, TRIED * trials)
        work = partial(solve, reading, goal, trials=trials, seed=seed, effort=Effort(workers, halt))
        try:
            found, signal = options.as_far_as(work, halt)
        except KeyError as error:
            raise click.BadParameter(str(error.args[0]), param_hint="--for") from None
        except ValueError as error:
            raise click.UsageError(str(error)) from None
    if as_json:
        options.say_json({"scenario": options.identity(found.deal), **as_data(found)})
    else:
        options.say(Page(found, Words(lang)).text())
    if signal is not None:
        raise signal
    return NOT_FOUND if strict and not found.is_found else 0
