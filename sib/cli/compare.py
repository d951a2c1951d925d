"""``sib compare``: deals side by side, or one deal under other ways to pay for its work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

import click

from sib.amounts import NumberFormat
from sib.analysis.arrangements import Arranged, arrange, variants
from sib.analysis.compare import Compared, compare
from sib.cli import options
from sib.deal.arrangements import FORMS
from sib.deal.reader import Reading
from sib.engine import Effort
from sib.errors import Problem, ScenarioError
from sib.folder import result_folder
from sib.views import arrangements
from sib.views import compare as compared
from sib.views.words import Words


@click.command("compare", epilog=options.example("sib compare zwarte-zwanen zwarte-zwanen+trigger-high --trials 5000"))
@click.argument("sources", metavar="SCENARIO...", nargs=-1, required=True)
@options.overlays
@options.settings
@click.option("--form", "forms", type=click.Choice(FORMS), multiple=True,
              help="Of one SCENARIO: a way to pay for its work; repeatable, all unless said.")
@options.trials
@options.seed
@options.workers
@options.lang
@options.as_json
@options.output
@options.force
@options.quiet
def verb(
    sources: tuple[str, ...], overlays: tuple[str, ...], settings: tuple[str, ...], forms: tuple[str, ...],
    lang: NumberFormat, as_json: bool, output: str | None, force: bool, quiet: bool, trials: int, seed: int,
    workers: int | None,
) -> None:
    """Compare deals on the same draws, or one SCENARIO under the ways there are to pay for its work.

    Of two SCENARIOs or more: what each party gets under each, with paired differences to the first. SCENARIO+OVERLAY
    lays an overlay over one of them; --with and --set hold for all. Of one SCENARIO: doing nothing, paying itself,
    custom budgets, the bond, and the other forms, settled on the same cases. With -o DIR also write
    tables and a chart.
    """
    if forms and len(sources) > 1:
        raise click.UsageError("--form is for one SCENARIO; several are compared under their own contracts")
    readings = [options.reading(source, overlays, settings=settings, as_json=as_json) for source in sources]
    deals = tuple(each.scenario for each in readings)
    if len({deal.currency for deal in deals}) > 1:
        known = ", ".join(f"{source}: {deal.currency}" for source, deal in zip(sources, deals, strict=True))
        told = f"differs ({known}); compare deals in one currency"
        raise ScenarioError([Problem(sources[0], None, "currency", told)])
    chosen = forms or FORMS
    n_runs = len(deals) if len(deals) > 1 else len(variants(deals[0], chosen))
    with options.progress(n_runs * trials, is_shown=not quiet) as tell:
        effort = Effort(workers, tell)
        found: Compared | Arranged
        if len(deals) > 1:
            found = options.aside(partial(compare, deals, trials, seed=seed, effort=effort))
        else:
            found = options.aside(partial(arrange, deals[0], trials, seed=seed, forms=chosen, effort=effort))
    if output is not None:
        record(found, list(zip(sources, readings, strict=True)), output=output, force=force, lang=lang)
    tell_of(found, sources, lang=lang, as_json=as_json)
    if output is not None and not quiet:
        click.echo(f"results in {output}", err=True)


def tell_of(found: Compared | Arranged, sources: Sequence[str], *, lang: NumberFormat, as_json: bool) -> None:
    """Print what was found."""
    if isinstance(found, Arranged):
        if as_json:
            options.say_json({"scenario": options.identity(found.deal), **arrangements.as_data(found)})
        else:
            options.say(arrangements.Page(found, Words(lang)).text())
    elif as_json:
        options.say_json(compared.as_data(found))
    else:
        options.say(compared.Page(found, Words(lang), labels=sources).text())


def record(
    found: Compared | Arranged, readings: Sequence[tuple[str, Reading]], *, output: str, force: bool, lang: NumberFormat
) -> None:
    """Write the result folder; charts are loaded only here."""
    from sib.records import save_arranged, save_compared

    started = datetime.now(UTC)
    with result_folder(output, force=force) as folder:
        if isinstance(found, Arranged):
            work = partial(save_arranged, found, folder, reading=readings[0][1], started=started, lang=lang)
        else:
            work = partial(save_compared, found, folder, readings=readings, started=started, lang=lang)
        options.aside(work)
