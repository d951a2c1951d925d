"""The small pictures of docs/contract.md: what a clause pays over its metric, or what it does through time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from clauses import Clause, Worked, clauses, heading, in_picture, in_table, named, without
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sib.views import style

FOLDER = Path(__file__).with_name("pictures") / "clauses"
WIDTH, HEIGHT, RETURNS, KEY = 4.8, 2.2, 1.2, 0.17
"""Inches: of a picture, of the panel of amounts, of that of returns, and of a line of the key."""
LOWEST = -0.3
"""The axis of returns ends here."""
LOOKS = {
    "payment": style.PARTIES["municipality"], "paid": style.PARTIES["municipality"],
    "interest": style.PARTIES["investor"], "receipts": style.PARTIES["investor"],
    "return": style.PARTIES["investor"], "drawn": style.PARTIES["investor"], "spent": style.PARTIES["provider"],
    "guarantee": style.PARTIES["others"], "guaranteed": style.PARTIES["others"],
    "outlay": style.PARTIES["accountant"],
}
"""By what is shown; what is not here, or has the look of another, takes the next of the house's colours."""


def write_all() -> None:
    """Write the picture of every clause, and take away those of clauses that are gone."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = {clause.name: clause for clause in clauses()}
    for path in FOLDER.glob("*.svg"):
        if path.stem not in wanted:
            path.unlink()
    with style.house_style():
        for name, clause in wanted.items():
            picture(clause).savefig(FOLDER / f"{name}.svg", metadata={"Date": None})


def picture(clause: Clause) -> Figure:
    """Return the picture of a clause; call it in the house's style."""
    shows = clause.words("shows")
    amounts = [each for each in shows if each != "return"]
    lines, dots = in_picture(clause), in_table(clause)
    heights = [HEIGHT, RETURNS] if "return" in shows else [HEIGHT]
    figure = Figure(figsize=(WIDTH, KEY * (len(amounts) * len(lines) + bool(clause.word("beside"))) + sum(heights)))
    panels = figure.subplots(len(heights), 1, sharex=True, height_ratios=heights, squeeze=False)[:, 0]
    _amounts(panels[0], clause, amounts, lines=lines, dots=dots)
    if "return" in shows:
        _returns(panels[1], clause, lines=lines, dots=dots)
    panels[-1].set_xlabel("months from closing" if clause.is_course else clause.axis)
    panels[-1].xaxis.set_major_locator(
        MaxNLocator(7, steps=[1, 2, 3, 6] if clause.is_course else [1, 2, 2.5, 5, 10])
    )
    panels[-1].xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,.10g}"))
    for ax in panels:
        ax.label_outer()
    return figure


def _amounts(ax: Axes, clause: Clause, shows: list[str], *, lines: list[Worked], dots: list[Worked]) -> None:
    for (shown, line, dot, name), look in zip(_curves(shows, lines, dots), _looks(shows, len(lines)), strict=True):
        drawing = ax.step if clause.is_course else ax.plot
        where = {"where": "post"} if clause.is_course else {}
        drawing([float(x) for x in line.x], line.shown[shown], color=look.colour, label=name, zorder=2.5,
                linestyle="-" if len(shows) * len(lines) == 1 else look.line, **where)
        ax.plot([float(x) for x in dot.x], dot.shown[shown], color=look.colour, marker="o", markersize=3.5,
                linestyle="", zorder=3)
    for ground in without(clause):
        for amounts in ground.shown.values():
            ax.plot([float(x) for x in ground.x], amounts, color="#999999", linewidth=1.1, zorder=2,
                    label="without the clause")
    low, high = ax.get_ylim()
    ax.set_ylim(min(low, 0.0), high)
    ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:,.0f}".replace("-", "−")))
    ax.set_ylabel("euros")
    ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), borderaxespad=0.3, labelspacing=0.35)


def _curves(shows: list[str], lines: list[Worked], dots: list[Worked]) -> Iterator[tuple[str, Worked, Worked, str]]:
    """Yield what is drawn as one curve, with its name in the key."""
    varying = [name for name in lines[0].given if len({each.given[name] for each in lines}) > 1]
    for shown in shows:
        for line, dot in zip(lines, dots, strict=True):
            stated = "".join(f", {named(name)} = {line.given[name]}" for name in varying)
            yield shown, line, dot, style.escape(heading(shown) + stated)


def _looks(shows: list[str], n_given: int) -> Iterator[style.Look]:
    kinds = [each.partition(":")[0] for each in shows]
    own: dict[str, style.Look] = {}
    for kind in kinds if n_given == 1 else ():
        if kind in LOOKS and kinds.count(kind) == 1 and LOOKS[kind] not in own.values():
            own[kind] = LOOKS[kind]
    taken = {look.colour for look in own.values()}
    spare = iter([look for look in style.SERIES * 3 if look.colour not in taken])
    for kind in kinds:
        for _ in range(n_given):
            yield own[kind] if kind in own else next(spare)


def _returns(ax: Axes, clause: Clause, *, lines: list[Worked], dots: list[Worked]) -> None:
    look = LOOKS["return"]
    for line, dot in zip(lines, dots, strict=True):
        rates = [rate if rate >= LOWEST else float("nan") for rate in line.shown["return"]]
        ax.plot([float(x) for x in line.x], rates, color=look.colour, linestyle=look.line)
        shown = [(float(x), rate) for x, rate in zip(dot.x, dot.shown["return"], strict=True) if rate >= LOWEST]
        ax.plot([x for x, _ in shown], [rate for _, rate in shown], color=look.colour, marker="o", markersize=3.5,
                linestyle="")
    ax.axhline(0.0, color=style.INK, linewidth=0.8, zorder=1.5)
    ax.set_ylim(bottom=max(LOWEST, min(ax.get_ylim()[0], -0.05)))
    ax.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y * 100:.10g}%".replace("-", "−")))
    ax.set_ylabel("investor's\nreturn")
