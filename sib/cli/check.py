"""``sib check``: everything that is wrong with a deal, or its term sheet."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click
from click.core import ParameterSource

from sib.amounts import NumberFormat
from sib.cli import options
from sib.deal.assumptions import assumptions
from sib.deal.cautions import cautions
from sib.deal.independence import assumed_independent
from sib.linter import findings
from sib.views.left_open import finding_sentence
from sib.views.remarks import sentence
from sib.views.terms import left_open, term_sheet
from sib.views.words import Words

NOT_PASSED = 6

@click.command("check", epilog=options.example("sib check zwarte-zwanen"))
@options.scenario(options.lang, options.as_json, options.strict)
@click.option("--numerics", is_flag=True, help="Instead: simulate, and hold it against what can be known exactly.")
@options.trials
@options.seed
def verb(
    source: str, overlays: tuple[str, ...], settings: tuple[str, ...], lang: NumberFormat, as_json: bool, strict: bool,
    numerics: bool, trials: int, seed: int,
) -> int:
    """Say everything that is wrong with SCENARIO, with file, line and how to mend it.

    Where nothing is wrong: its term sheet (every term that applies, defaults included, with its source), what it
    takes to be independent, what is worth a second look, and what the contract leaves open, with the amounts at
    stake; with --strict either of the last two ends with 6. With --numerics say instead how far a simulation is off
    what can be worked out exactly; more than 4 standard errors end with 6.
    """
    if not numerics:
        refuse_without_numerics("trials", "seed")
    reading = options.reading(source, overlays, settings=settings, as_json=as_json)
    if numerics:
        from sib.chance.draws import Source
        from sib.cli.exactly import Manner, say_numerics

        passed = say_numerics(reading.scenario, Manner(lang, as_json, Source(seed), trials=trials))
        return 0 if passed else NOT_PASSED
    deal, found = reading.scenario, findings(reading)
    if as_json:
        options.say_json({
            "scenario": options.identity(deal),
            "terms": [{**asdict(term), "value": as_data(term.value)} for term in assumptions(reading)],
            "assumed_independent": [
                {"what": sentence(each, lang), "path": each.path} for each in assumed_independent(deal)
            ],
            "cautions": [{"path": each.path, "message": sentence(each, lang)} for each in cautions(deal)],
            "findings": [
                {"kind": each.kind, "path": each.remark.path, "message": finding_sentence(each.remark, lang),
                 "amounts": dict(each.amounts)}
                for each in found
            ],
        })
    else:
        sheet = (term_sheet(reading, Words(lang)), left_open(found, Words(lang)))
        options.say("\n\n".join(filter(None, sheet)))
    return NOT_PASSED if strict and (cautions(deal) or found) else 0


def refuse_without_numerics(*names: str) -> None:
    """Refuse options of a simulation where nothing is simulated."""
    context = click.get_current_context()
    for name in names:
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            raise click.UsageError(f"--{name} goes with --numerics; without it nothing is simulated")


def as_data(value: Any) -> Any:
    """Return the value of a term as JSON has it: numbers as numbers, dates as text."""
    if isinstance(value, tuple | list):
        return [as_data(each) for each in value]
    return value if isinstance(value, bool | int | float | str) else str(value)
