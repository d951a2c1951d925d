"""The text of docs/contract.md: each clause with its formula, terms, picture, numbers, and the deals that use it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from clauses import SCENARIOS, SECTIONS, Clause, Worked, has, heading, in_table, named, read, shelf

PAGE = Path(__file__).with_name("contract.md")
HEAD = """# The clauses of a contract

*Written by `python docs/generate.py` from the files in `docs/clauses/`; do not edit by hand.*

Each clause below says what it means, its formula, how it is written, what it pays, and which packaged deals have it.
Its terms are a real file, laid over one of three grounds; picture and table are what the program works out for it.

| ground | what is there before the clause |
|---|---|
| [an effect on two areas](clauses/base-effect.toml) | 100,000 is lent at closing without interest and spent over 20 \
months. After three years the outcome payer pays 100,000 for a `reduction` of 10%, more or less in proportion. What is \
left after principal is the investor's |
| [ten households](clauses/base-cases.toml) | 50,000 is lent at 5%. One household a month starts and saves 10,000 in a \
year. All savings are paid until the investor has everything back |
| [a hundred people](clauses/base-counts.toml) | 100,000 is lent without interest. 60 young and 40 older people may \
reach a diploma and up to three jobs; a diploma is worth 2,000 |

Amounts are in euros. In the formulas v is the value of the metric and M what is owed to date; the full account is in
[model.md](model.md#6-the-contract), every field in [scenario.md](scenario.md). Any deal can be asked what it pays:
`sib payoff DEAL`. A dot in a picture is a row of the table under it, and a grey line is what there
would be without the clause.
"""


def page() -> str:
    """Return the text of the page."""
    parts = [HEAD, *contents()]
    for title, names in SECTIONS.items():
        parts += [f"## {title}\n", *chain.from_iterable(section(read(name)) for name in names)]
    return "\n".join(parts).rstrip() + "\n"


def contents() -> Iterator[str]:
    """Yield the list of clauses, with links to them."""
    for title, names in SECTIONS.items():
        links = [f"[{read(name).word('title')}](#{anchor(read(name).word('title'))})" for name in names]
        yield f"**{title}**: {' · '.join(links)}\n"


def anchor(title: str) -> str:
    """Return what a heading is called in a link."""
    return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")


def section(clause: Clause) -> Iterator[str]:
    """Yield the lines of one clause."""
    yield f"### {clause.word('title')}\n"
    yield clause.word("says") + "\n"
    yield "\n".join(["```text", *clause.header["formula"], "```", "", "```toml", clause.toml, "```", ""])
    yield f"![{alternative(clause)}](pictures/clauses/{clause.name}.svg)\n"
    yield from table(clause, in_table(clause))
    yield f"*{used_by(clause)}*\n"


def alternative(clause: Clause) -> str:
    """Say in words what the picture shows."""
    shown = ", ".join(heading(each) for each in clause.words("shows"))
    along = "the months from closing" if clause.is_course else clause.axis
    return f"{clause.word('title')}: {shown} over {along}"


def table(clause: Clause, worked: list[Worked]) -> Iterator[str]:
    """Yield the worked numbers, one row a value of the metric, with what else is stated where that differs."""
    varying = [name for name in worked[0].given if len({each.given[name] for each in worked}) > 1]
    fixed = {name: value for name, value in worked[0].given.items() if name not in varying}
    heads = [*map(named, varying), clause.axis, *map(heading, clause.words("shows"))]
    yield "| " + " | ".join(heads) + " |\n|" + "--:|" * len(heads)
    for each in worked:
        for place, x in enumerate(each.x):
            cells = [*(number(float(each.given[name])) for name in varying), number(float(x))]
            cells += [rate(found[place]) if shown == "return" else money(found[place])
                      for shown, found in each.shown.items()]
            yield "| " + " | ".join(cells) + " |"
    stated = ", ".join(f"{named(name)} = {number(float(value))}" for name, value in fixed.items())
    yield f"\nThe same in all rows: {stated}.\n" if stated else ""


def number(value: float) -> str:
    """Return a value of a metric in as few decimals as it needs."""
    return f"{value:,.10g}".replace("-", "−")


def money(value: float) -> str:
    """Return an amount, with cents where it has any."""
    return f"{value:,.{0 if value == round(value) else 2}f}".replace("-", "−")


def rate(value: float) -> str:
    """Return a yearly rate in percent."""
    return "–" if math.isnan(value) else f"{value:.1%}".replace("-", "−")


def used_by(clause: Clause) -> str:
    """Say which packaged deals have the clause, with links."""
    users = [path for path, *terms in shelf() if has(clause, *terms)]
    if not users:
        return "No packaged deal has it yet."
    links = [f"[{label(path)}](../{SCENARIOS.name}/{path})" for path in users]
    return f"Used by {', '.join(links)}."


def label(path: str) -> str:
    """Return the name of a deal, or of an overlay with its deal."""
    parts = Path(path).with_suffix("").parts
    return f"{parts[0]} with {parts[-1]}" if "overlays" in parts else parts[-1]
