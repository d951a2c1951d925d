"""``sib evidence``: what it is worth to each party to know more before a deal is signed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import TypeAlias, TypeVar

import click

from sib.amounts import NumberFormat
from sib.analysis.control import N_VALUES, Control, Question, control
from sib.analysis.evidence import CASES, MOST_CASES, Asked, Evidence, Rule, evidence
from sib.analysis.stricter import LEFT, Stricter, stricter
from sib.cli import grids, options
from sib.deal.reader import Reading
from sib.engine import Effort
from sib.folder import result_folder
from sib.views.evidence import Page, as_data
from sib.views.words import Words

Papers: TypeAlias = tuple[Evidence, Stricter | None, Control | None]
Paper = TypeVar("Paper")
RULE = re.compile(r"([^<>=]+)(>=|<=)([^<>=]+)")


def _cases(context: click.Context, option: click.Parameter, typed: str) -> tuple[int, ...]:
    """Return the sizes that are meant by ``N1,N2,…``, each once."""
    read = options.whole_number(0, MOST_CASES)
    return tuple(dict.fromkeys(read(part.strip()) for part in typed.split(",")))


def _rule(context: click.Context, option: click.Parameter, typed: str | None) -> Rule | None:
    """Read ``MEASURE>=VALUE`` or ``MEASURE<=VALUE``."""
    if typed is None:
        return None
    found = RULE.fullmatch(typed.strip())
    if not found:
        raise click.BadParameter(f"{typed[:60]!r} is no rule; write MEASURE>=VALUE or MEASURE<=VALUE, such as "
                                 "investor.irr>=0.02")
    return Rule(found[1].strip(), float(grids.decimal(found[3], "measure")), found[2] == ">=")


def _span(context: click.Context, option: click.Parameter, typed: str | None) -> tuple[float, float] | None:
    """Read ``LOW:HIGH``, two shares of which the first is the lower."""
    if typed is None:
        return None
    ends = [float(grids.decimal(part, "share")) for part in typed.split(":")]
    if len(ends) != 2 or not 0 <= ends[0] < ends[1] <= 1:
        raise click.BadParameter(f"{typed[:40]!r} is no range of shares; write LOW:HIGH from 0 to 1, such as 0:0.30")
    return ends[0], ends[1]


EXAMPLE = "sib evidence zwarte-zwanen --trials 2000 --set measures.hurdle=0.02"


@click.command("evidence", epilog=options.example(EXAMPLE))
@options.scenario(
    click.option("--cases", metavar="N1,N2", default=",".join(map(str, CASES)), show_default=True, callback=_cases,
                 help="Sizes of the pilot, and of the control group."),
    click.option("--segment", metavar="NAME", default=None,
                 help="Whose chance of success it shows; needed where several are not known."),
    click.option("--cost-per-case", "cost", metavar="EUROS", callback=options.amount(),
                 help="Of a case of the pilot; what the deal's budget has for one unless said."),
    click.option("--investor-rule", metavar="MEASURE>=VALUE", callback=_rule,
                 help="When the investor goes; investor.npv>=0 unless said. <= may stand for >=."),
    click.option("--municipality-rule", metavar="MEASURE>=VALUE", callback=_rule,
                 help="When the outcome payer goes; municipality.net_cash>=0 unless said."),
    click.option("--review", "has_review", is_flag=True, help="Also what fewer errors of the accountant are worth."),
    click.option("--deadweight", "span", metavar="LOW:HIGH", callback=_span,
                 help="Also what a control group is worth, if the deadweight may be anything in this range."),
    options.numbers, options.trials, options.seed, options.workers, options.lang, options.as_json, options.output,
    options.force, options.quiet,
)
def verb(
    source: str, overlays: tuple[str, ...], settings: tuple[str, ...], cases: tuple[int, ...], segment: str | None,
    cost: int | None, investor_rule: Rule | None, municipality_rule: Rule | None, has_review: bool,
    span: tuple[float, float] | None, numbers: NumberFormat | None, lang: NumberFormat, as_json: bool,
    output: str | None, force: bool, quiet: bool, trials: int, seed: int, workers: int | None,
) -> None:
    """Say what it is worth to investor and outcome payer to know more before they decide on SCENARIO.

    What a pilot of so many further cases is worth to each, beside its cost, and what perfect knowledge of the chance
    of success would be worth. A party that does not go has 0. With -o DIR also write the table and a chart.
    """
    reading = options.reading(source, overlays, settings=settings, as_json=as_json)
    given = {"investor": investor_rule, "municipality": municipality_rule}
    rules = {party: rule for party, rule in given.items() if rule is not None}
    asked = Asked(cases, segment, None if cost is None else cost / 100, rules)
    n_runs = 1 + (1 + len(LEFT)) * has_review + N_VALUES * (span is not None)
    with options.progress(n_runs * trials, is_shown=not quiet) as tell:
        question, halt = Question(span or (0.0, 1.0), asked, trials, seed), options.Halt(tell, n_runs * trials)
        with options.faults(as_json=as_json):
            (found, fewer, groups), signal = worked_out(reading, question, wanted=(has_review, span is not None),
                                                        workers=workers, halt=halt)
    if output is not None and signal is None:
        record((found, fewer, groups), reading, output=output, force=force, lang=lang)
    if as_json:
        data = as_data(found, fewer, control=groups)
        options.say_json({"scenario": options.identity(found.deal), "incomplete": signal is not None, **data})
    else:
        options.say(Page(found, Words(lang), fewer=fewer, control=groups).text(is_cut=signal is not None))
    if signal is not None:
        raise signal
    if output is not None and not quiet:
        click.echo(f"results in {output}", err=True)


def worked_out(
    reading: Reading, question: Question, *, wanted: tuple[bool, bool], workers: int | None, halt: options.Halt
) -> tuple[Papers, BaseException | None]:
    """Return what was asked for: pilots, and where wanted fewer errors and control groups; and what cut it short."""
    effort = Effort(workers, halt)
    deal, asked, trials, seed = reading.scenario, question.asked, question.trials, question.seed
    try:
        pilots = partial(evidence, deal, trials, seed=seed, asked=asked, effort=effort)
        found, signal = options.as_far_as(pilots, halt)
        errors = partial(stricter, deal, trials, seed=seed, asked=asked, effort=effort)
        groups_of = partial(control, reading, question, effort=effort)
        fewer, signal = further(errors, halt, signal=signal) if wanted[0] else (None, signal)
        groups, signal = further(groups_of, halt, signal=signal) if wanted[1] else (None, signal)
    except KeyError as error:
        raise click.BadParameter(str(error.args[0]), param_hint="--investor-rule or --municipality-rule") from None
    return (found, fewer, groups), signal


def further(
    work: Callable[[], Paper], halt: options.Halt, *, signal: BaseException | None
) -> tuple[Paper | None, BaseException | None]:
    """Do more work where nothing has cut it short; what does is no reason to lose the work before."""
    if signal is not None:
        return None, signal
    try:
        return options.as_far_as(work, halt)
    except Exception:
        raise
    except BaseException as cut:  # Ctrl-C is no Exception here
        return None, cut


def record(
    papers: Papers, reading: Reading, *, output: str, force: bool,
    lang: NumberFormat,
) -> None:
    """Write the result folder; charts are loaded only here."""
    from sib.records import save_evidence

    started = datetime.now(UTC)
    with result_folder(output, force=force) as folder:
        options.aside(partial(save_evidence, papers, folder, reading=reading, started=started, lang=lang))
