"""``sib pseudonymise``: a case file under other keys, without what looks personal."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

import click

from sib.casefile import read_table
from sib.cli import options
from sib.errors import OutputError
from sib.folder import told
from sib.privacy import FEWEST
from sib.pseudonyms import LEAST_SECRET, new_secret, pseudonymised
from sib.textfile import content_of, refused


@click.command("pseudonymise", epilog=options.example("sib pseudonymise portfolio -o pseudonyms.csv"))
@click.argument("source", metavar="CASES")
@options.sheet
@options.laws
@click.option("--key-file", metavar="FILE", default=None,
              help="Secret from which keys are made, 16 bytes or more: the same one gives the same keys. Random, and "
                   "kept nowhere, unless said.")
@click.option("-o", "output", metavar="FILE", required=True, type=click.Path(path_type=str), help="CSV file to write.")
@click.option("--force", is_flag=True, help="Let -o replace a file.")
@options.quiet
def verb(
    source: str, sheet: str | None, laws: tuple[str, ...], key_file: str | None, output: str, force: bool, quiet: bool,
) -> None:
    """Write CASES again under keys that say nothing, without columns that look personal.

    Only the columns of a case file are kept; what is left out is named on stderr, never what was in it. The cost lines
    themselves may still give a household away to somebody who knows it.
    """
    if Path(output).suffix.lower() != ".csv" and not Path(output).is_dir():
        raise click.BadParameter("does not end in .csv, and CSV is what is written; give a name such as cases.csv",
                                 param_hint="-o")
    secret = new_secret() if key_file is None else read_secret(key_file)
    table = read_table(source, sheet=sheet)
    found = pseudonymised(table.rows, secret, laws=laws, is_practice=table.is_practice)
    write(found.text, output, force=force)
    if quiet:
        return
    for each in found.dropped:
        click.echo(f"left out: {each}", err=True)
    is_few = found.n_cases < FEWEST and not table.is_practice
    what = f"fewer than {FEWEST} cases" if is_few else f"{found.n_lines} lines of {found.n_cases} cases"
    options.say(f"{what} in {output}")


def read_secret(path: str) -> bytes:
    """Return the secret in a file."""
    secret = content_of(Path(path), path, largest=1_000_000, meant="a file with a secret is meant")
    if len(secret) < LEAST_SECRET:
        raise refused(path, f"holds {len(secret)} bytes; a secret of {LEAST_SECRET} or more is meant")
    return secret


def write(text: str, output: str, *, force: bool) -> None:
    """Write a file beside its place and put it there when it is whole; readable by its owner only."""
    place = Path(output)
    if os.path.lexists(place) and not force:
        raise OutputError(f"{output} exists; give another file, or --force to replace it")
    if place.is_dir():
        raise OutputError(f"{output} is a folder; give a file")
    with told(output):
        handle, aside = tempfile.mkstemp(prefix=f".{place.name}.", dir=place.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            _put(aside, place, force=force)
        finally:
            with suppress(FileNotFoundError):
                os.unlink(aside)


def _put(aside: str, place: Path, *, force: bool) -> None:
    """Give a file its name, without taking it from one that came in between."""
    if force:
        os.replace(aside, place)
        return
    try:
        os.link(aside, place)
    except FileExistsError:
        raise OutputError(f"{place} exists; give another file, or --force to replace it") from None
    except OSError:
        os.replace(aside, place)
