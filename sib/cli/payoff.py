"""``sib payoff``: what the contract pays, and to whom, at given outcomes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from fractions import Fraction
from functools import partial

import click

from sib.amounts import NumberFormat
from sib.cli import options
from sib.deal.reader import Reading
from sib.deal.scenario import Scenario
from sib.errors import RefusedError
from sib.folder import result_folder
from sib.money import exact
from sib.payout import Point, payoff, refuse_impossible
from sib.stated import MetricError
from sib.views.payoff import Table, as_data
from sib.views.words import Words

MOST_POINTS = 10_000
"""Most points of one table."""
DECIMAL = re.compile(rf"-?[0-9]{{1,{options.DIGITS}}}(\.[0-9]{{1,{options.DIGITS}}})?")
HINTS = {
    r"(?i)[-+]?(nan|inf|infinity)": "is no finite number",
    r"0[0-9]+(\.[0-9]+)?": "starts with a 0; commas stand between values, so write thousands without a mark",
    r"-?[0-9]{1,3}([.'_ ][0-9]{3}){2,}": "has marks between its digits; write thousands without",
    r"[-+]?[0-9.]+[eE][-+]?[0-9]+": "is not written out; leave out the exponent",
    r".*%": "is a percentage; write the number in the unit of the metric",
    r"\s*": "is empty; write numbers such as 0.25, with commas between them",
}
"""What people write instead of a plain decimal, and what to tell them."""


def numbers(text: str) -> list[Fraction]:
    """Return the values that are meant by ``V1,V2,…`` or ``START:STOP:STEP``, exactly.

    Raises
    ------
    BadParameter
        When it is neither.
    RefusedError
        When there are more than ``MOST_POINTS``.
    """
    parts = text.split(":")
    if len(parts) == 1:
        values = [_decimal(part) for part in text.split(",")]
        _refuse_many(len(values))
        return values
    if len(parts) != 3:
        raise click.BadParameter(f"{text[:40]!r} is no grid; write START:STOP:STEP, such as 0:1:0.1")
    start, stop, step = map(_decimal, parts)
    if step == 0:
        raise click.BadParameter(f"{text[:40]!r} has a step of 0; it never gets to its end")
    n_steps = (stop - start) / step
    if n_steps < 0:
        raise click.BadParameter(f"{text[:40]!r} steps away from its end; write the step as {-float(step):g}")
    _refuse_many(int(n_steps) + 1)
    return [start + place * step for place in range(int(n_steps) + 1)]


def _decimal(text: str) -> Fraction:
    typed = text.strip()
    fits = DECIMAL.fullmatch(typed) and not re.fullmatch(r"-?0[0-9].*", typed)
    if not fits:
        hint = next((hint for pattern, hint in HINTS.items() if re.fullmatch(pattern, typed)),
                    "is no plain decimal; write digits with a point, such as 0.25")
        raise click.BadParameter(f"{typed[:40]!r} {hint}")
    return exact(typed)


def _refuse_many(n_points: int) -> None:
    if n_points > MOST_POINTS:
        raise RefusedError(f"--metric asks for {n_points:,} points; the largest number is {MOST_POINTS:,}: "
                           "take a larger step")


def _stated(context: click.Context, option: click.Parameter, typed: Sequence[str]) -> dict[str, list[Fraction]]:
    """Return values by what they are of, as the options say it."""
    found: dict[str, list[Fraction]] = {}
    for text in typed:
        name, sign, values = text.rpartition("=")
        name = name.strip()
        if not sign or not name:
            raise click.BadParameter(f"{text[:40]!r} has no name; write NAME=V1,V2 or NAME=START:STOP:STEP")
        if name in found:
            raise click.BadParameter(f"{name!r} is given twice; give all its values together, such as {name}=1,2")
        found[name] = numbers(values)
    return found


metric = click.option(
    "--metric", "values", metavar="NAME=VALUES", multiple=True, callback=_stated,
    help="V1,V2,... or START:STOP:STEP, in the unit of the metric; NAME.COHORT=V for a cohort, NAME@DATE=V for a "
         "payment date. Repeatable: equally many values each, or one.",
)


@click.command("payoff", epilog=options.example("sib payoff zwarte-zwanen --metric validated_savings=0:4000000:500000"))
@options.scenario(metric, options.lang, options.as_json, options.output, options.force, options.quiet)
def verb(
    source: str, overlays: tuple[str, ...], settings: tuple[str, ...], values: dict[str, list[Fraction]],
    lang: NumberFormat, as_json: bool, output: str | None, force: bool, quiet: bool,
) -> None:
    """Show what SCENARIO pays, and to whom, at given outcomes: exact, without a simulation.

    Without --metric: at what is expected, with the metrics that can be given. With -o DIR also write the points and
    a chart of them over the metric, above what a simulation of 2,000 trials makes of it.
    """
    reading = options.reading(source, overlays, settings=settings, as_json=as_json)
    deal = reading.scenario
    points = worked_out(deal, values)
    if output is not None:
        record(points, reading, output=output, force=force, lang=lang)
    if as_json:
        options.say_json({
            "scenario": options.identity(deal), "currency": deal.currency, "points": [as_data(each) for each in points],
        })
    else:
        options.say(Table(deal, points, words=Words(lang)).text(is_expected=not values))
    if output is not None and not quiet:
        click.echo(f"results in {output}", err=True)


def worked_out(deal: Scenario, values: dict[str, list[Fraction]]) -> list[Point]:
    """Return the points; what the deal does not know is a slip of the command line."""
    try:
        refuse_impossible(deal, values)
        return options.aside(partial(payoff, deal, values))
    except MetricError as error:
        raise click.BadParameter(str(error), param_hint="--metric") from error


def record(points: list[Point], reading: Reading, *, output: str, force: bool, lang: NumberFormat) -> None:
    """Write the result folder; frames and charts are loaded only here."""
    from sib.output import save_payoff

    started = datetime.now(UTC)
    with result_folder(output, force=force) as folder:
        options.aside(partial(save_payoff, points, folder, reading=reading, started=started, lang=lang))
