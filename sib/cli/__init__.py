"""The command ``sib``: its verbs, loaded when they are used, and the exit code of every ending.

Comes in: words typed. Goes out: an exit code that a script may rely on, with a sentence on stderr where
something went wrong and a traceback only where that is our own fault. Nothing heavier than click is imported
here.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from types import FrameType
from typing import Any, NoReturn, TextIO

import click

from sib import __version__
from sib.errors import OutputError, SibError

VERBS = {
    "list": "The deals that come with the package, one a line.",
    "check": "All that is wrong with a deal; or its terms, assumptions and cautions.",
    "run": "Simulate a deal and show its two parties side by side.",
    "payoff": "What the contract pays, and to whom, at given outcomes; no simulation.",
    "compare": "Deals side by side, or one deal under other ways to pay for its work.",
    "stress": "What kills this deal: its terms under one stress after the other.",
    "sweep": "A deal at many values of one term or more, on the same draws.",
    "solve": "The value of a term at which a figure is what it should be.",
    "sensitivity": "Which assumption decides a deal, for each party.",
    "evidence": "What it is worth to know more: a pilot, fewer errors of the accountant, a control group.",
    "diff": "What changed between two result folders: terms, and results beyond their error.",
    "negotiate": "Where the parties can meet, and what their concessions are worth.",
    "pockets": "Which budget pays and which gains, in which fiscal year.",
    "luck": "How often a deal pays for nothing, or fails to pay for something, and how much.",
    "statement": "One trial as a dated ledger: every euro, from whom to whom, by which clause.",
    "audit": "Sample claims: how many files to open, which ones, and what follows from them.",
    "calibrate": "What a case file says of a programme, as terms of a scenario.",
    "pseudonymise": "A case file under keys that say nothing, without what looks personal.",
    "schema": "The JSON schema of a scenario file, for editors.",
}
"""The verbs, in the order of ``sib --help``; each is ``verb`` in the module of its name."""

SIGNALS = (signal.SIGINT, signal.SIGTERM)
OUR_FAULT = SibError.exit_code


class InterruptedBySignal(BaseException):
    """Ctrl-C or SIGTERM; not an ``Exception``, so that it is not taken for a failure on its way out."""

    def __init__(self, number: int) -> None:
        self.exit_code = 128 + number
        super().__init__(number)


class Verbs(click.Group):
    """A group whose verbs are found in ``VERBS``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the verbs."""
        return [*VERBS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a verb, loading it; None if there is no such verb."""
        return _load(cmd_name) if cmd_name in VERBS else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the verbs without loading them."""
        with formatter.section("Verbs"):
            formatter.write_dl([*VERBS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the verb that is meant; an unknown one is answered with the nearest."""
        name = args[0]
        if name not in VERBS and not name.startswith("-"):
            close = get_close_matches(name, VERBS, n=1)
            meant = f"did you mean {close[0]!r}?" if close else f"verbs: {', '.join(VERBS)}"
            raise click.UsageError(f"there is no verb {name!r}; {meant}", ctx)
        return super().resolve_command(ctx, args)

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Read the words typed; help may be cut short by its reader."""
        with _while_it_can_be_said():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb; its output may be cut short by its reader."""
        with _while_it_can_be_said():
            return super().invoke(ctx)

    def main(self, *args: Any, **extra: Any) -> NoReturn:
        """Run the command and end with its exit code."""
        try:
            with _listening():
                code = self._exit_code(*args, **extra)
        except InterruptedBySignal as interrupt:
            _leave(interrupt.exit_code)
        sys.exit(code)

    def _exit_code(self, *args: Any, **extra: Any) -> int:
        try:
            return super().main(*args, **{**extra, "prog_name": "sib", "standalone_mode": False}) or 0
        except click.ClickException as error:
            error.show()
            return error.exit_code
        except SibError as error:
            if error.exit_code == OUR_FAULT:
                raise
            click.echo(str(error), err=True)
            return error.exit_code


@cache
def _load(name: str) -> click.Command:
    """Return the verb of that name, loaded."""
    from sib.memory import loading

    with loading():
        command: click.Command = import_module(f"sib.cli.{name}").verb
    return command


@contextmanager
def _while_it_can_be_said() -> Iterator[None]:
    """End quietly when whoever reads our output (``| head``) has seen enough; say so when it cannot be written."""
    try:
        yield
    except BrokenPipeError:
        _say_nothing_more(sys.stdout, sys.stderr)
        raise click.exceptions.Exit(0) from None
    except OSError as error:
        if _can_speak():
            raise
        _say_nothing_more(sys.stdout)
        raise OutputError(f"the output cannot be written: {error.strerror or error}") from None


def _can_speak() -> bool:
    """Return whether stdout takes another line, and what is still waiting goes out with it."""
    try:
        click.echo()
    except OSError:
        return False
    return True


def _say_nothing_more(*streams: TextIO) -> None:
    """Let what is still waiting go nowhere, so that nothing fails at the end of the program."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in streams:
        os.dup2(nowhere, stream.fileno())


@contextmanager
def _listening() -> Iterator[None]:
    """Raise ``InterruptedBySignal`` at the first signal and overhear later ones: they would cut clearing up short."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        for each in heard:
            signal.signal(each, signal.SIG_IGN)
        raise InterruptedBySignal(number)

    in_charge = threading.current_thread() is threading.main_thread()
    heard = [each for each in SIGNALS if in_charge and signal.getsignal(each) != signal.SIG_IGN]
    before = {each: signal.signal(each, interrupt) for each in heard}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _leave(code: int) -> NoReturn:
    """End at once, without waiting for work that other threads have not finished."""
    with suppress(OSError):
        click.echo("interrupted; nothing is left behind", err=True)
        sys.stdout.flush()
    os._exit(code)


CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
EXAMPLE = "\b\nExample:\n  sib run zwarte-zwanen"


@click.group(cls=Verbs, subcommand_metavar="VERB ...", context_settings=CONTEXT, epilog=EXAMPLE)
@click.version_option(__version__, prog_name="sib")
def main() -> None:
    """Social impact bonds, simulated: what the investor and the municipality each stand to get and to lose.

    SCENARIO is a scenario.toml, a folder that holds one, or the name of a packaged deal. Results go to stdout,
    talk to stderr; nothing is written without -o. Each verb has its own --help.
    """
