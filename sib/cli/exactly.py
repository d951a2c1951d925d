"""What ``sib run --method exact|both|control`` and ``sib check --numerics`` do: work out, simulate, hold against it.

In come a deal and the manner of telling, out go a page or one JSON object, and an exit code.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import click

from sib import engine
from sib.amounts import NumberFormat
from sib.bridge import bridge_rows
from sib.chance.draws import Source
from sib.cli import options
from sib.deal.scenario import Scenario
from sib.engine import Simulation
from sib.errors import RefusedError
from sib.exact.against import Verdict, held_against
from sib.exact.controls import control
from sib.exact.found import Found
from sib.exact.method import exact
from sib.results import summarise
from sib.views import run_data, tables
from sib.views.exact import Page, as_data, both_as_data, nothing_exact, numerics_said, verdict_as_data
from sib.views.words import Words

NOT_PASSED = 6


@dataclass(frozen=True, slots=True)
class Manner:
    """How it is worked out and told: the options of the command line."""

    lang: NumberFormat
    as_json: bool
    source: Source
    trials: int = 20_000
    workers: int | None = None
    is_strict: bool = False
    is_quiet: bool = True


def refuse_beside(method: str, given: Mapping[str, object]) -> None:
    """Refuse options that belong to a simulation alone."""
    for name, value in given.items():
        if value:
            raise click.UsageError(f"{name} goes with --method mc; leave it out with --method {method}")


def worked_out(deal: Scenario, lang: NumberFormat) -> Found:
    """Return what can be worked out; raises ``RefusedError`` where it is nothing."""
    found = options.aside(partial(exact, deal))
    if not found.rows:
        raise RefusedError(nothing_exact(found, Words(lang)))
    return found


def simulated(deal: Scenario, how: Manner) -> Simulation:
    """Simulate a deal."""
    with options.progress(how.trials, is_shown=not how.is_quiet) as tell:
        effort = engine.Effort(how.workers, tell)
        return options.aside(partial(engine.simulate, deal, how.trials, seed=how.source, effort=effort))


def compared(found: Found, how: Manner) -> Verdict:
    """Simulate a deal and hold it against what was worked out."""
    run = simulated(found.deal, how)
    return held_against(found, summarise(run), trials=how.trials, batches=run.batches)


def say_exact(deal: Scenario, how: Manner) -> int:
    """Print what can be worked out of a deal."""
    found = worked_out(deal, how.lang)
    if how.as_json:
        options.say_json({"scenario": options.identity(deal), **as_data(found, Words(how.lang))})
    else:
        options.say(Page(found, Words(how.lang)).alone())
    return 0


def say_both(deal: Scenario, how: Manner) -> int:
    """Print what was worked out beside what was simulated."""
    found = worked_out(deal, how.lang)
    verdict = compared(found, how)
    if how.as_json:
        told = both_as_data(found, verdict, words=Words(how.lang))
        drawn = {"seed": how.source.seed, "draws": how.source.scheme, "trials": how.trials}
        options.say_json({"scenario": options.identity(deal), **drawn, **told})
    else:
        options.say(Page(found, Words(how.lang)).beside(verdict, source=how.source, trials=how.trials))
    return NOT_PASSED if how.is_strict and not verdict.is_passed else 0


def say_controlled(deal: Scenario, how: Manner) -> int:
    """Print a simulation whose means and chances are corrected by what can be worked out."""
    run = simulated(deal, how)
    known = options.aside(partial(control, run))
    rows, steps = (make(run, known.batches) for make in (summarise, bridge_rows))
    page = tables.Page(run, [*rows, *steps], words=Words(how.lang), known=known.names)
    if how.as_json:
        told = run_data.as_data(run, rows) | {"method": "control", "corrected_by": list(known.names)}
        options.say_json({"scenario": options.identity(deal), **told})
    else:
        options.say(page.text(shutil.get_terminal_size().columns if sys.stdout.isatty() else None))
    return NOT_PASSED if how.is_strict and not page.is_supported() else 0


METHODS: dict[str, Callable[[Scenario, Manner], int]] = {
    "exact": say_exact, "both": say_both, "control": say_controlled,
}
"""What each method but simulation itself does; returns the exit code."""


def say_numerics(deal: Scenario, how: Manner) -> bool:
    """Print in short how a simulation stands beside what was worked out; return whether it passed."""
    found = worked_out(deal, how.lang)
    verdict = compared(found, how)
    if how.as_json:
        told = {"seed": how.source.seed, "trials": how.trials, **verdict_as_data(verdict)}
        options.say_json({"scenario": options.identity(deal), "numerics": told})
    else:
        options.say(numerics_said(found, verdict, words=Words(how.lang), source=how.source, trials=how.trials))
    return verdict.is_passed
