"""``sib statement``: one trial as a dated ledger."""

from __future__ import annotations

from functools import partial

import click

from sib import __version__
from sib.amounts import NumberFormat
from sib.chance.draws import Source
from sib.cli import options
from sib.engine import LARGEST_TRIALS, check_size
from sib.run import statement
from sib.views.ledger import as_data, ledger
from sib.views.tables import DIGEST, plain
from sib.views.words import Words


@click.command("statement", epilog=options.example("sib statement zwarte-zwanen --trial 7"))
@options.scenario(
    click.option("--trial", metavar="I", type=options.whole_number(0, LARGEST_TRIALS - 1), required=True,
                 help="The trial, counted from 0."),
    options.seed, options.draws, options.lang, options.as_json,
)
def verb(
    source: str, overlays: tuple[str, ...], settings: tuple[str, ...], trial: int, seed: int, draws: str,
    lang: NumberFormat, as_json: bool,
) -> None:
    """Show one trial of SCENARIO as a dated ledger: which clause moved which euro, from whom to whom.

    It is the same trial as in a run with the same seed, draws and terms, however many trials that has. At the end
    stands what each party received and paid; over all parties that makes nothing.
    """
    deal = options.reading(source, overlays, settings=settings, as_json=as_json).scenario
    check_size(deal, 1, keep_flows=False)
    drawn = Source(seed, draws)
    entries = options.aside(partial(statement, deal, drawn, trial=trial))
    if as_json:
        about = {"scenario": options.identity(deal), "seed": seed, "draws": draws, "trial": trial,
                 "currency": deal.currency}
        options.say_json({**about, **as_data(entries)})
        return
    words = Words(lang)
    told = words("trial", trial=trial, seed=words.seed(drawn), digest=deal.digest[:DIGEST], version=__version__)
    head = (plain(deal.name), told)
    options.say(ledger(entries, head, words=words))
