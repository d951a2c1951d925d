"""``sib stress``: what kills this deal, in the words of a negotiation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial

import click

from sib.amounts import NumberFormat
from sib.analysis.stress import Asked, Case, Laid, Plan, StressTest, lay, plan, stress_test
from sib.cli import options
from sib.deal.clauses import nearest
from sib.deal.reader import Reading
from sib.deal.stress import GRADES, Grade, Stress, library, read_stresses
from sib.deal.written import toml_text
from sib.engine import Effort
from sib.errors import Problem, ScenarioError
from sib.folder import result_folder
from sib.views.stress import Page, as_data, case_title, title_of, why
from sib.views.tables import columns
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
    """Show what kills this deal: the terms of SCENARIO under one stress after the other.

    Every stress of the library (fewer referrals, slow start, relapse, ...), mild and severe, on the same draws as the
    deal itself: what each leaves of the chance of full repayment, of the IRR and of the municipality's cash, the most
    harmful first, and all of a grade together. A stress that does not fit the deal is told with the reason. With -o DIR
    also write a table and a chart.
    """
    reading = options.reading(source, overlays, settings=settings, as_json=as_json)
    known = shelf_of(files, as_json=as_json)
    grades: tuple[Grade, ...] = (grade,) if grade else GRADES
    if show is not None:
        return show_overlay(reading, picked(show.split("+"), known), grade=grade)
    chosen = picked(names, known) if names else tuple(known.values())
    asked = Asked(chosen, grades, tuple(both(each, known) for each in combined))
    wanted = plan(reading.scenario, asked)
    if is_list:
        return options.say("\n".join(listing(wanted, lang)))
    with options.progress(wanted.n_runs * trials, is_shown=not quiet) as tell:
        halt = options.Halt(tell)
        work = partial(stress_test, wanted, trials, seed=seed, effort=Effort(workers, halt))
        found, signal = options.as_far_as(work, halt)
    if output is not None and signal is None:
        record(found, reading, output=output, force=force, lang=lang)
    if as_json:
        options.say_json({"scenario": options.identity(reading.scenario), **as_data(found)})
    else:
        options.say(Page(found, Words(lang)).text())
    if signal is not None:
        raise signal
    if output is not None and not quiet:
        click.echo(f"results in {output}", err=True)


def shelf_of(files: Sequence[str], *, as_json: bool) -> dict[str, Stress]:
    """Return the stresses to choose from, by name: the library and the user's own."""
    try:
        own = read_stresses(files)
    except ScenarioError as error:
        if as_json:
            options.say_json({"errors": [asdict(problem) for problem in error.problems]})
        raise
    known = dict(library())
    for stress in own:
        if stress.name in known:
            raise click.UsageError(f"--file {stress.file}: there is a stress {stress.name!r} already; a stress goes by "
                                   "the name of its file, so rename it")
        known[stress.name] = stress
    return known


def picked(names: Sequence[str], known: dict[str, Stress]) -> tuple[Stress, ...]:
    """Return stresses by their names, each once."""
    for name in names:
        if name not in known:
            raise click.UsageError(f"there is no stress {name!r}; {nearest(name, known)}")
    return tuple(known[name] for name in dict.fromkeys(names))


def both(text: str, known: dict[str, Stress]) -> tuple[Stress, ...]:
    """Return the two or more stresses of a combination."""
    found = picked(text.split("+"), known)
    if len(found) < 2:
        raise click.UsageError(f"--combine {text!r} is one stress; name two or more, such as relapse+slow-start")
    return found


def show_overlay(reading: Reading, stresses: tuple[Stress, ...], *, grade: Grade | None) -> None:
    """Print the overlay that stresses become on a deal; in the mildest grade that all have unless said."""
    shared = [each for each in GRADES if all(each in stress.grades for stress in stresses)]
    case = Case(stresses, grade or (shared[0] if shared else GRADES[0]))
    found = lay(reading.scenario, case)
    if not isinstance(found, Laid):
        problems = list(found.problems) or [Problem(reading.file, None, "", f"{case_title(case, 'en')}: "
                                                                            f"{why(found, 'en')}")]
        raise ScenarioError(problems)
    heads = (f"# {case_title(Case((stress,), case.grade), 'en')}: {stress.terms.reason}" for stress in stresses)
    click.echo("\n".join((*heads, "", toml_text(found.adapted.overlay))))


def listing(wanted: Plan, lang: NumberFormat) -> list[str]:
    """Return the stresses, one a line, with what keeps one from being laid over the deal."""
    out = {(each.case.name, each.case.grade): why(each, lang) for each in wanted.left_out}
    everything = [each.case for each in wanted.laid] + [each.case for each in wanted.left_out]
    cases = [case for case in everything if case.is_single]
    names = sorted({case.name for case in cases})
    rows = []
    for name in names:
        mine = [case for case in cases if case.name == name]
        told = [out.get((name, case.grade)) for case in mine]
        reasons = [f"{case.grade}: {each}" if None in told else each for case, each in zip(mine, told, strict=True)
                   if each]
        rows.append((name, title_of(mine[0].stresses[0], lang), "; ".join(dict.fromkeys(reasons))))
    return columns(rows, n_left=3)


def record(found: StressTest, reading: Reading, *, output: str, force: bool, lang: NumberFormat) -> None:
    """Write the result folder; charts are loaded only here."""
    from sib.records import save_stresses

    started = datetime.now(UTC)
    with result_folder(output, force=force) as folder:
        options.aside(partial(save_stresses, found, folder, reading=reading, started=started, lang=lang))
