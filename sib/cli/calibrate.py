"""``sib calibrate``: what a case file says of a programme, as terms of a scenario."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial

import click

from sib.amounts import NumberFormat
from sib.calibration import Asked, Calibration, Shape, calibrated
from sib.casefile import read_cases
from sib.casewords import fault_of_name
from sib.cli import options
from sib.errors import ScenarioError
from sib.folder import result_folder
from sib.views.calibration import as_data, page
from sib.views.words import Words


@click.command("calibrate", epilog=options.example("sib calibrate portfolio"))
@click.argument("source", metavar="CASES")
@options.number_format
@options.sheet
@options.laws
@click.option("--fit", type=click.Choice(["lognormal", "gamma", "empirical"]), default=None,
              help="Distribution of the saving; lognormal or gamma, whichever is likelier, unless said.")
@click.option("--segment", metavar="NAME", default=None, help="Name of the only segment, where the file names none.")
@click.option("--all-cases", is_flag=True,
              help="Let cases that failed count in the saving too: for lines that say what a plan would save.")
@click.option("--public", "is_public", is_flag=True,
              help="The cases are published or made up: figures may rest on fewer than ten.")
@click.option("--own-data", is_flag=True,
              help="The data are your own and the figures stay with you: numbers of cases are told, however small.")
@click.option("--with-cases", is_flag=True,
              help="Let the fragment set the deal's number of cases to that of the file.")
@options.seed
@options.lang
@options.as_json
@options.output
@options.force
@options.quiet
def verb(
    source: str, number_format: NumberFormat | None, sheet: str | None, laws: tuple[str, ...], fit: Shape | None,
    segment: str | None, all_cases: bool, is_public: bool, own_data: bool, with_cases: bool, seed: int,
    lang: NumberFormat, as_json: bool, output: str | None, force: bool, quiet: bool,
) -> None:
    """Take the saving of a success, its shares by law and class and the chance of success from CASES.

    CASES is a CSV or XLSX file with a row for each cost line of each case, or a case file of the package: portfolio,
    practice-cases. Prints figures and a fragment of TOML that can be laid over a deal by --with; with -o DIR also
    writes them, and a chart. Nothing is shown of fewer than ten cases, and no number of cases from which fewer follow.
    """
    if segment is not None and (fault := fault_of_name(segment)) is not None:
        raise click.BadParameter(fault, param_hint="--segment")
    try:
        cases = read_cases(source, number_format=number_format, sheet=sheet, laws=laws)
        asked = Asked(fit, segment, all_cases=all_cases, is_public=is_public, seed=seed, own_data=own_data,
                      with_cases=with_cases)
        found = options.aside(partial(calibrated, cases, asked))
    except ScenarioError as error:
        if as_json:
            options.say_json({"errors": [asdict(problem) for problem in error.problems]})
        raise
    for caution in () if quiet else found.cautions:
        click.echo(f"worth a second look: {caution}", err=True)
    if output is not None:
        record(found, output, force=force, lang=lang)
    if as_json:
        options.say_json(as_data(found, lang))
    else:
        options.say(page(found, Words(lang)))
    if output is not None and not quiet:
        click.echo(f"results in {output}", err=True)


def record(found: Calibration, output: str, *, force: bool, lang: NumberFormat) -> None:
    """Write the result folder; charts are loaded only here."""
    from sib.output import save_calibration

    started = datetime.now(UTC)
    with result_folder(output, force=force) as folder:
        options.aside(partial(save_calibration, found, folder, started=started, lang=lang))
