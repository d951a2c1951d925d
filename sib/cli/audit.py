"""``sib audit``: samples of claims, on their own: how many files, which ones, and what follows from them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import asdict
from difflib import get_close_matches
from typing import TypeVar, get_args

import click

from sib.accountant.sampling import FACTORS, MODELS
from sib.amounts import NumberFormat
from sib.auditplan import MoneyAsked, plan_attributes, plan_money
from sib.claimsfile import Claims, read_claims
from sib.cli import options
from sib.cli.design import verb as design
from sib.deal.assurance import REGIMES, Engagement, Regime, tolerance_of
from sib.errors import ScenarioError
from sib.money import exact
from sib.views.audit_data import draw_data, paper_data, plans_data
from sib.views.words import Words
from sib.views.workpaper import draw_text, paper_text, plans_text
from sib.workpaper import Asked, Draw, Paper, draw_files, draw_units, tolerable_amounts, tolerable_cents

Result = TypeVar("Result")
METHODS = ("monetary-unit", "attributes")
SPELLED_ENGAGEMENTS = {name.replace("_", "-"): name for name in get_args(Engagement)}
SPELLED_REGIMES = {name.replace("_", "-"): name for name in get_args(Regime)}


def _expansion(context: click.Context, option: click.Parameter, typed: str | None) -> float | None:
    """Read an expansion factor, 1 to 10."""
    if typed is None:
        return None
    if not re.fullmatch(r"[0-9]{1,2}(\.[0-9]{1,6})?", typed) or not 1 <= float(typed) <= 10:
        raise click.BadParameter(f"{typed[:40]!r} is no expansion factor; a decimal from 1 to 10, such as 1.6")
    return float(typed)


claims_file = click.argument("path", metavar="CLAIMS")
confidence = click.option("--confidence", metavar="SHARE", default="0.95", show_default=True, callback=options.share(),
                          help="Confidence of an upper limit.")
factors = click.option("--factors", type=click.Choice([*FACTORS]), default="exact", show_default=True,
                       help="Poisson factors, exact or as tables print them: rounded up to two decimals.")
model = click.option("--model", type=click.Choice([*MODELS]), default=None, help="Model of an attributes sample.")
method = click.option("--method", type=click.Choice(METHODS), default="monetary-unit", show_default=True,
                      help="Files in proportion to their amounts, or each with the same chance.")
interval = click.option("--interval", metavar="AMOUNT", default=None, callback=options.amount(),
                        help="Sampling interval of a monetary-unit sample, as sib audit plan gives it.")
size = click.option("--size", metavar="N", type=options.whole_number(1, 10_000_000), default=None,
                    help="Number of files; in a monetary-unit sample, its interval is the book value divided by it.")
start = click.option("--start", metavar="AMOUNT", default=None, callback=options.amount(),
                     help="Start inside the interval, where it was not drawn here.")
tolerable = click.option("--tolerable", metavar="SHARE", default=None, callback=options.share(),
                         help="Share that may be wrong: of the files, or of the book value.")
tolerable_amount = click.option("--tolerable-amount", metavar="AMOUNT", default=None, callback=options.amount(),
                                help="The same as an amount of money.")


PLAN = "sib audit plan --tolerable 0.05 --population 500 --book-value 1000000"
EVALUATE = "sib audit evaluate claims.csv --interval 5000 --seed 1 --tolerable 0.05"


@click.command("plan", epilog=options.example(PLAN))
@tolerable
@tolerable_amount
@click.option("--expected", "rate", metavar="SHARE", default="0", show_default=True,
              callback=options.share(low_included=True),
              help="Rate of deviations, or share of the book value, expected to be wrong.")
@click.option("--expected-deviations", metavar="K", type=options.whole_number(0, 100_000), default=None,
              help="Deviations expected in the sample, in place of a rate.")
@click.option("--expected-amount", metavar="AMOUNT", default=None, callback=options.amount(),
              help="Error expected as an amount of money, in place of a share.")
@click.option("--population", metavar="N", type=options.whole_number(1, 10_000_000), default=None,
              help="Files in all; the hypergeometric model needs it.")
@click.option("--book-value", metavar="AMOUNT", default=None, callback=options.amount(),
              help="Amount of all claims; asks for a monetary-unit plan too.")
@click.option("--expansion", metavar="FACTOR", default=None, callback=_expansion,
              help="Multiplies the expected error in a monetary-unit plan; else the usual one of the confidence.")
@confidence
@model
@factors
@options.numbers
@options.lang
@options.as_json
def plan(
    tolerable: float | None, tolerable_amount: int | None, rate: float, expected_deviations: int | None,
    expected_amount: int | None, population: int | None, book_value: int | None, expansion: float | None,
    confidence: float, model: str | None, factors: str, numbers: NumberFormat | None, lang: NumberFormat, as_json: bool,
) -> None:
    """How many files to open, so that no more than is tolerable can be wrong.

    All models are shown side by side unless --model asks for one: 59 files are enough for 5% at 95% confidence in the
    binomial model, 60 in the Poisson model.
    """
    if tolerable is None and tolerable_amount is None:
        raise click.UsageError("say what is tolerable: --tolerable, or --tolerable-amount with --book-value")
    if tolerable is not None and tolerable_amount is not None:
        raise click.UsageError("--tolerable and --tolerable-amount say the same; give one")
    if book_value is None and (tolerable_amount or expected_amount or expansion):
        raise click.UsageError("amounts need the amount of all claims: --book-value")
    attributes = None
    if tolerable is not None:
        expected = exact(rate) if expected_deviations is None else expected_deviations
        attributes = allowed(lambda: plan_attributes(
            tolerable, confidence, expected=expected, population=population, model=model))
    money = None
    if book_value is not None:
        money = allowed(lambda: plan_money(MoneyAsked(
            book_value, tolerable_amount or int(tolerable_cents(tolerable or 0.0, book_value)),
            expected_amount or int(tolerable_cents(rate, book_value)), confidence, factors, expansion)))
    if as_json:
        options.say_json(plans_data(attributes, money))
    else:
        options.say(plans_text(attributes, money, words=Words(lang)))


@click.command("select", epilog=options.example("sib audit select claims.csv --interval 5000 --seed 1"))
@claims_file
@method
@interval
@size
@start
@options.seed
@options.numbers
@options.lang
@options.as_json
def select(
    path: str, method: str, interval: int | None, size: int | None, start: int | None, seed: int,
    numbers: NumberFormat | None, lang: NumberFormat, as_json: bool,
) -> None:
    """List the files of CLAIMS to open: a CSV file with the columns case and book.

    Claims are walked through in the order of their keys. The same claims and seed give the same files, whatever the
    order of the file.
    """
    claims = read(path, numbers, as_json=as_json)
    draw = drawn(claims, method, interval=interval, size=size, start=(start, seed))
    if as_json:
        options.say_json(draw_data(draw))
    else:
        options.say(draw_text(draw, Words(lang)))


@click.command("evaluate", epilog=options.example(EVALUATE))
@claims_file
@method
@interval
@size
@start
@options.seed
@confidence
@model
@factors
@tolerable
@tolerable_amount
@click.option("--regime", type=click.Choice([*SPELLED_REGIMES]), default=None,
              help="Tolerances set by a regime, of the book value; needs --year.")
@click.option("--year", metavar="YEAR", type=options.whole_number(1900, 2200), default=None, help="Fiscal year.")
@click.option("--engagement", type=click.Choice([*SPELLED_ENGAGEMENTS]), default=None,
              help="Agreed-upon procedures (standard 4400N) state findings, assurance (3000A) concludes.")
@options.numbers
@options.lang
@options.as_json
def evaluate(
    path: str, method: str, interval: int | None, size: int | None, start: int | None, seed: int, confidence: float,
    model: str | None, factors: str, tolerable: float | None, tolerable_amount: int | None, regime: str | None,
    year: int | None, engagement: str | None, numbers: NumberFormat | None, lang: NumberFormat, as_json: bool,
) -> None:
    """Write the work paper on CLAIMS: a CSV file with the columns case, book, audited and perhaps evidence (yes, no).

    The options of the draw are those that the files were selected with. audited is blank where a file was not opened;
    where evidence is no it is the part that has evidence, or blank. Errors and uncertainties stay apart.
    """
    if (regime is None) != (year is None):
        raise click.UsageError("a regime has tolerances by year: give --regime and --year together")
    if sum(each is not None for each in (tolerable, tolerable_amount, regime)) > 1:
        raise click.UsageError("--tolerable, --tolerable-amount and --regime are three measures; give one")
    if method == "attributes" and (tolerable_amount or regime):
        raise click.UsageError("an attributes sample measures a share of the files; give --tolerable, amounts need a "
                               "monetary-unit sample")
    if engagement == "assurance" and not (tolerable or tolerable_amount or regime):
        raise click.UsageError("assurance ends in a conclusion, which needs a measure: --tolerable, --tolerable-amount "
                               "or --regime with --year")
    claims = read(path, numbers, as_json=as_json, is_audited=True)
    draw = drawn(claims, method, interval=interval, size=size, start=(start, seed))
    tolerances = measured(claims, tolerable, tolerable_amount=tolerable_amount, regime=regime, year=year)
    if method == "attributes" and tolerable is not None:
        tolerances = (("together", tolerable),)
    asked = Asked(confidence, factors, model or "hypergeometric",
                  SPELLED_ENGAGEMENTS[engagement] if engagement else None, tolerances)
    paper = told(lambda: Paper(draw, asked), as_json=as_json)
    if as_json:
        options.say_json(paper_data(paper))
    else:
        options.say(paper_text(paper, Words(lang), regime=SPELLED_REGIMES[regime] if regime else "", year=year))


def read(path: str, numbers: NumberFormat | None, *, as_json: bool, is_audited: bool = False) -> Claims:
    """Return the claims of a file; raises ``ScenarioError`` with all that is wrong."""
    return told(lambda: read_claims(path, number_format=numbers, is_audited=is_audited), as_json=as_json)


def told(work: Callable[[], Result], *, as_json: bool) -> Result:
    """Do something; what is wrong with a file is one JSON object on stdout too, where a program reads along."""
    try:
        return work()
    except ScenarioError as error:
        if as_json:
            options.say_json({"errors": [asdict(problem) for problem in error.problems]})
        raise


def allowed(work: Callable[[], Result]) -> Result:
    """Do something; what cannot be is a slip of the command line."""
    try:
        return work()
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def drawn(
    claims: Claims, method: str, *, interval: int | None, size: int | None, start: tuple[int | None, int],
) -> Draw:
    """Return the draw that is asked for; start is the one given, if any, and the seed that decides else."""
    given, seed = start
    if method == "attributes":
        if size is None or interval is not None or given is not None:
            raise click.UsageError("an attributes sample is asked for by --size alone")
        if size > len(claims.cases):
            there_are = f"{size} is more than the {len(claims.cases)} files there are"
            raise click.BadParameter(there_are, param_hint="--size")
        return draw_files(claims, size, seed=seed)
    if (interval is None) == (size is None):
        raise click.UsageError("a monetary-unit sample takes --interval or --size, one of them")
    positive = int(math.fsum(cents for cents in claims.book if cents > 0))
    if not positive:
        raise click.UsageError("no claim is above zero; there is no unit of money to draw")
    chosen = interval if interval is not None else max(positive // (size or 1), 1)
    if given is not None and given > chosen:
        raise click.BadParameter("lies beyond the interval; a start is inside it", param_hint="--start")
    return draw_units(claims, chosen, seed=seed, start=given)


def measured(
    claims: Claims, tolerable: float | None, *, tolerable_amount: int | None, regime: str | None, year: int | None,
) -> tuple[tuple[str, float], ...]:
    """Return what is tolerable, in cents of the book value."""
    book = int(claims.book.sum())
    if regime is not None and year is not None:
        name = SPELLED_REGIMES[regime]
        found = tolerance_of(REGIMES[name], year)
        if found is None:
            raise click.BadParameter(f"{year} is before the first year of {regime}, {REGIMES[name][0].from_year}",
                                     param_hint="--year")
        return tolerable_amounts(found, book)
    if tolerable_amount is not None:
        return (("together", float(tolerable_amount)),)
    return (("together", tolerable_cents(tolerable, book)),) if tolerable is not None else ()


SUBCOMMANDS: dict[str, click.Command] = {"plan": plan, "select": select, "evaluate": evaluate, "design": design}
"""In the order of ``sib audit --help``."""


class Steps(click.Group):
    """A group whose commands are those of ``SUBCOMMANDS``, in that order."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        return [*self.commands]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is meant; an unknown one is answered with the nearest."""
        name = args[0]
        if name not in self.commands and not name.startswith("-"):
            close = get_close_matches(name, self.commands, n=1)
            meant = f"did you mean {close[0]!r}?" if close else f"there are: {', '.join(self.commands)}"
            raise click.UsageError(f"sib audit has no {name!r}; {meant}", ctx)
        return super().resolve_command(ctx, args)


@click.group("audit", cls=Steps, commands=SUBCOMMANDS, subcommand_metavar="plan|select|evaluate|design ...",
             epilog=options.example("sib audit plan --tolerable 0.05"))
def verb() -> None:
    """Sample claims: how many files to open, which ones, and what follows from what was in them.

    Only design needs a scenario. A file of claims is CSV with the columns case and book, later audited and evidence;
    it holds no names, addresses or numbers of people.
    """
