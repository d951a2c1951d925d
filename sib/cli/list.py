"""``sib list``: the deals that come with the package."""

from __future__ import annotations

import click

from sib.amounts import NumberFormat
from sib.cli import options
from sib.deal.consistency import planned_people
from sib.deal.reader import packaged, read
from sib.deal.shelf import GROUPS, group_of
from sib.views.tables import columns, people_of, plain
from sib.views.words import Words


@click.command("list", epilog=options.example("sib list"))
@options.lang
@options.as_json
def verb(lang: NumberFormat, as_json: bool) -> None:
    """List the deals that come with the package, by group: name, title, cases or people, commitment."""
    folders = packaged()
    deals = {name: read(folder).scenario for name, folder in folders.items()}
    if as_json:
        options.say_json({"deals": [
            {"name": name, "group": group_of(folders[name]), "title": deal.name, "cases": planned_people(deal),
             "currency": deal.currency, "commitment": deal.contract.commitment} for name, deal in deals.items()
        ]})
        return
    words = Words(lang)
    rows = columns([
        (name, plain(deal.name), people_of(deal, words),
         f"{deal.currency} {words.number(round(deal.contract.commitment))}")
        for name, deal in deals.items()
    ], n_left=2)
    groups = [group_of(folder) for folder in folders.values()]
    shown = [
        "\n".join([words(f"shelf_{group}"), *(row for row, its in zip(rows, groups, strict=True) if its == group)])
        for group in GROUPS if group in groups
    ]
    options.say("\n\n".join(shown))
