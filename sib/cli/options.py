"""What verbs share: options, strict numbers, reading the deal that is meant, and saying things on any console.

Comes in: words typed. Goes out: plain values, a ``Reading``, text on stdout. Only what more than one verb needs.
"""

from __future__ import annotations

import json
import math
import os
import re
import sys
import threading
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import asdict
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

import click

from sib import __version__
from sib.amounts import parse_amount
from sib.chance.draws import SCHEMES, USUAL
from sib.deal.reader import Reading, parse_setting, read
from sib.deal.scenario import Scenario
from sib.deal.shelf import packaged
from sib.deal.term import percent
from sib.errors import ScenarioError, Stopped
from sib.memory import keep_memory

Verb = TypeVar("Verb", bound=Callable[..., Any])
Result = TypeVar("Result")

DIGITS = 18
"""Most digits of a number on the command line."""
PLAIN = {"±": "+/-", "·": "|", "–": "-", "—": "-", "−": "-", "→": "->", "€": "EUR", "…": "...", "\u00a0": " "}
"""What a console that knows no Unicode gets instead."""


def whole_number(low: int, high: int | None = None) -> Callable[[str | int], int]:
    """Return the type of an option: a whole number in plain digits; anything else is refused with a hint.

    Parameters
    ----------
    low, high : int
        Both included; there is no upper end where ``high`` is left out.
    """

    def read_number(typed: str | int) -> int:
        if isinstance(typed, str) and not re.fullmatch(f"-?[0-9]{{1,{DIGITS}}}", typed):
            raise click.BadParameter(f"{_shown(typed)} {_mend(typed)}")
        number = int(typed)
        if number < low or (high is not None and number > high):
            upper = "up" if high is None else f"to {high}"
            raise click.BadParameter(f"{number} is out of range; whole numbers from {low} {upper}")
        return number

    return read_number


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:37]}...")


def _mend(text: str) -> str:
    """Return what is wrong with a number and how to write it."""
    if re.fullmatch(r"-?[0-9]+", text):
        return f"has more than {DIGITS} digits"
    if re.fullmatch(r"-?[0-9]{1,3}([.,'_ ][0-9]{3})+", text):
        return f"has a mark between its digits; write {re.sub('[^-0-9]', '', text)} if they are thousands"
    try:
        number = Decimal(text)
    except InvalidOperation:
        return "is no whole number; write digits only, such as 20000"
    if not number.is_finite():
        return "is no finite number; write digits only, such as 20000"
    if number != number.to_integral_value() or number.adjusted() >= DIGITS:
        return "is no whole number; write digits only, such as 20000"
    return f"is not written out; write {int(number)}"


def share(low_included: bool = False) -> Callable[[click.Context, click.Parameter, str | None], float | None]:
    """Return the reader of an option: a share below 1, above 0 unless 0 is included, in plain decimals."""

    def _read_share(context: click.Context, option: click.Parameter, typed: str | None) -> float | None:
        if typed is None:
            return None
        written = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,12})?)(%?)", typed.strip())
        if not written:
            raise click.BadParameter(f"{typed[:40]!r} is no share; write a decimal with a point, such as 0.05")
        number = float(written[1])
        if written[2] or 1 < number <= 100:
            raise click.BadParameter(f"{typed[:40]!r} is no share; shares are fractions, so {number:g}% is written "
                                     f"{percent(number)}")
        if number >= 1 or (number == 0 and not low_included):
            raise click.BadParameter(f"{typed[:40]!r} is out of range; a share here is below 1 and "
                                     f"{'not negative' if low_included else 'above 0'}")
        return number

    return _read_share


def amount() -> Callable[[click.Context, click.Parameter, str | None], int | None]:
    """Return the reader of an option: an amount above 0 as cents; what may be two is refused unless --numbers says."""

    def _read_amount(context: click.Context, option: click.Parameter, typed: str | None) -> int | None:
        if typed is None:
            return None
        try:
            cents = parse_amount(typed, number_format=context.params.get("numbers"))
        except ValueError as error:
            from sib.columns import in_options

            raise click.BadParameter(in_options(str(error))) from None
        if cents <= 0:
            raise click.BadParameter(f"{typed[:40]!r} is out of range; an amount here is above 0")
        return cents

    return _read_amount


def _names(context: click.Context, option: click.Parameter, typed: tuple[str, ...]) -> tuple[str, ...]:
    """Return names that name nobody; a message does not repeat them."""
    from sib.casewords import fault_of_name

    for name in typed:
        fault = fault_of_name(name)
        if fault is not None:
            raise click.BadParameter(fault, context, option)
    return typed


trials = click.option("--trials", metavar="N", type=whole_number(1), default=20_000, show_default=True,
                      help="Number of trials.")
seed = click.option("--seed", metavar="S", type=whole_number(0), default=1, show_default=True,
                    help="Seed of the draws; the same seed gives the same result.")
draws = click.option("--draws", type=click.Choice(list(SCHEMES)), default=USUAL, show_default=True,
                     help="How the trials of a block share what is drawn once a trial.")
overlays = click.option("--with", "overlays", metavar="OVERLAY", multiple=True,
                        help="Lay a file over the deal; repeatable, from left to right.")
settings = click.option("--set", "settings", metavar="PATH=VALUE", multiple=True,
                        help="Set one term, after the overlays; repeatable.")
workers = click.option("--workers", metavar="N", type=whole_number(1, 512), default=None,
                       help="How many work side by side; one a processor unless said. Changes no number.")
lang = click.option("--lang", type=click.Choice(["en", "nl"]), default="en", show_default=True,
                    help="Language of tables and charts.")
as_json = click.option("--json", "as_json", is_flag=True, help="One JSON object instead of tables.")
numbers = click.option("--numbers", type=click.Choice(["en", "nl"]), default=None, is_eager=True,
                       help="How amounts are written: 1,797.50 or 1.797,50. Needed where one could be read both ways.")
number_format = click.option("--number-format", type=click.Choice(["en", "nl"]), default=None,
                             help="How amounts are written: 1,797.50 or 1.797,50. Needed where one could be read both "
                                  "ways.")
sheet = click.option("--sheet", metavar="NAME", default=None, help="Sheet of an XLSX file; the first unless said.")
laws = click.option("--law", "laws", metavar="NAME", multiple=True, callback=_names,
                    help="A law or budget that the case file names beside those that are known; may be repeated.")
output = click.option("-o", "output", metavar="DIR", type=click.Path(path_type=str), default=None,
                      help="Write a result folder; nothing is written without.")
force = click.option("--force", is_flag=True, help="Let -o replace an earlier result folder.")
def _figures(context: click.Context, option: click.Parameter, typed: tuple[str, ...]) -> tuple[tuple[str, float], ...]:
    """Read ``MEASURE=VALUE``, each value above 0."""
    found = []
    for text in typed:
        name, _, value = text.partition("=")
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not name or not (math.isfinite(number) and number > 0):
            raise click.BadParameter(f"{text[:40]!r} is not MEASURE=VALUE with a value above 0, such as "
                                     "investor.repaid_in_full=0.005")
        found.append((name, number))
    return tuple(found)


precision = click.option("--precision", "asked", metavar="MEASURE=VALUE", multiple=True, callback=_figures,
                         help="Go on until half of the 95% interval is so small; repeatable.")
method = click.option("--method", type=click.Choice(["mc", "exact", "both", "control"]), default="mc",
                      show_default=True,
                      help="Simulate (mc), work out what can be known exactly, hold one against the other (both), or "
                           "correct the one by the other (control).")
quiet = click.option("--quiet", is_flag=True, help="No progress and no talk on stderr.")
strict = click.option("--strict", is_flag=True, help="Exit with 6 where a check was not passed.")


def scenario(*options: Callable[[Any], Any]) -> Callable[[Verb], Verb]:
    """Return a decorator that gives a verb its SCENARIO, the terms laid over it, and more options."""
    given = (click.argument("source", metavar="SCENARIO"), overlays, settings, *options)

    def decorate(verb: Verb) -> Verb:
        for option in reversed(given):
            verb = option(verb)
        return verb

    return decorate


def example(line: str) -> str:
    """Return the end of a verb's help: a command that can be tried as it stands."""
    return f"\b\nExample:\n  {line}"


def reading(source: str, overlays: Sequence[str], *, settings: Sequence[str], as_json: bool) -> Reading:
    """Return the deal that is meant, with everything laid over it; raises ``ScenarioError`` with all that is wrong.

    Parameters
    ----------
    source : str
        A path or a name; overlays may follow it, each after a +.
    as_json : bool
        Whether a program reads along; then what is wrong is one JSON object on stdout too.
    """
    name, *own = source.split("+")
    if own and (os.path.exists(source) or source in packaged()):
        name, own = source, []
    if "" in own:
        raise click.UsageError(f"nothing follows a + in {source!r}; write SCENARIO+OVERLAY")
    with faults(as_json=as_json):
        return read(name, overlays=(*own, *overlays), settings=[parse_setting(text) for text in settings])


@contextmanager
def faults(*, as_json: bool) -> Iterator[None]:
    """Say on stdout too what is wrong with an input, as one JSON object, where a program reads along."""
    try:
        yield
    except ScenarioError as error:
        if as_json:
            say_json({"errors": [asdict(problem) for problem in error.problems]})
        raise


def aside(work: Callable[[], Result]) -> Result:
    """Do long work on a thread of its own, so that this one hears signals; what it was doing then is given up."""
    keep_memory()
    future = ThreadPoolExecutor(1).submit(work)
    while not future.done():
        wait([future], timeout=0.2)
    return future.result()


class Halt:
    """Tells progress on, and gives the work up at its next step once it is asked to.

    Parameters
    ----------
    tell : callable, optional
        What progress is told to.
    n_trials : int, optional
        About how many there are in all.
    """

    def __init__(self, tell: Callable[[int], None] | None, n_trials: int = 0) -> None:
        self.tell, self.is_asked = tell, threading.Event()
        self.n_trials, self.n_done, self._turn = n_trials, 0, threading.Lock()

    def __call__(self, n_done: int) -> None:
        """Tell that so many trials are newly done."""
        if self.is_asked.is_set():
            raise Stopped
        with self._turn:
            self.n_done += n_done
        if self.tell is not None:
            self.tell(n_done)

    def how_far(self) -> str:
        """Return in a line how far the work came."""
        return f"{self.n_done:,} of about {self.n_trials:,} trials were simulated"


def as_far_as(work: Callable[[], Result], halt: Halt) -> tuple[Result, BaseException | None]:
    """Do long work that can be given up; return what it found by then, and the signal that ended it, if one did."""
    keep_memory()
    future = ThreadPoolExecutor(1).submit(work)
    while not future.done():
        try:
            wait([future], timeout=0.2)
        except BaseException as signal:  # Ctrl-C is no Exception here
            halt.is_asked.set()
            try:
                return future.result(), signal
            except Stopped:
                if halt.n_trials:
                    click.echo(halt.how_far(), err=True)
                raise signal from None
    return future.result(), None


@contextmanager
def progress(trials: int, *, is_shown: bool) -> Iterator[Callable[[int], None] | None]:
    """Give what the engine tells its progress to: a bar where a person watches, else nothing."""
    if not is_shown or not sys.stderr.isatty():
        yield None
        return
    turn = threading.Lock()
    with click.progressbar(length=trials, label="simulating", file=sys.stderr) as bar:

        def tell(n_done: int) -> None:
            with turn:
                bar.update(n_done)

        yield tell


def identity(deal: Scenario) -> dict[str, str]:
    """Return what names a deal in JSON."""
    return {"name": deal.name, "digest": deal.digest}


def say(text: str) -> None:
    """Write text to stdout, whatever its console can show; nothing in it can steer a terminal."""
    shown = "".join(mark if mark == "\n" or mark.isprintable() else "?" for mark in text)
    coding = getattr(sys.stdout, "encoding", None) or "utf-8"
    if not coding.lower().replace("-", "").startswith("utf"):
        shown = "".join(PLAIN.get(mark, mark) for mark in unicodedata.normalize("NFC", shown))
        shown = shown.encode(coding, "replace").decode(coding)
    click.echo(shown)


def say_json(data: dict[str, Any]) -> None:
    """Write one JSON object to stdout; what is undefined becomes null."""
    click.echo(json.dumps({**_defined(data), "version": __version__}, indent=1, allow_nan=False))


def _defined(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _defined(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_defined(inner) for inner in value]
    if isinstance(value, float):
        return value + 0.0 if math.isfinite(value) else None  # no minus before a zero
    return value
