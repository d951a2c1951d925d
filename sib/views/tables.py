"""Text tables: the two parties of a deal side by side, and what decides it.

In come a simulation and the rows of its summary, out goes text for a reader who is no quant. Nothing is computed
here: a table that misses a figure misses a row of the summary.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from sib import __version__
from sib.bridge import STEP
from sib.deal.cautions import cautions
from sib.deal.consistency import planned_people
from sib.deal.group import EffectProgramme
from sib.deal.independence import assumed_independent
from sib.deal.scenario import Scenario
from sib.engine import Simulation
from sib.measures.risk import error_method
from sib.results import Row, ratio_class
from sib.views.captions import Captions
from sib.views.remarks import sentence
from sib.views.words import Words

WIDTH = 104
"""Characters of a line of running text, and about those of the two parties side by side."""
DIGEST, LONGEST_NAME = 12, 60
"""Characters shown of a digest and of a name from a deal."""
GAP = "   "
WIDEST = 114
"""Characters of two parties side by side, where nobody says how long a line may be."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a party's table.

    Parameters
    ----------
    label : str
        Key of the text before the figure.
    measure, statistic : str
        The row that is shown.
    style : str
        How its figure is written.
    is_optional : bool
        Whether the line is left out where there is no such row, or nothing in it.
    opposite : str
        Key of the label where the figure is below zero, which is then shown as a positive one.
    """

    label: str
    measure: str
    statistic: str
    style: str
    is_optional: bool = False
    opposite: str = ""


INVESTOR = (
    Line("outlay", "outlay", "mean", "money"),
    Line("receipts", "receipts", "mean", "money"),
    Line("receipts_low", "receipts", "p05", "money"),
    Line("receipts_high", "receipts", "p95", "money"),
    Line("repaid", "repaid_in_full", "probability", "share"),
    Line("lost", "principal_loss", "probability", "share"),
    Line("var", "loss", "var95", "money", opposite="var_gain"),
    Line("es", "loss", "es95", "money", opposite="es_gain"),
    Line("irr_mean", "irr", "mean", "rate"),
    Line("irr_median", "irr", "p50", "rate"),
    Line("irr_nothing", "irr", "total_loss_share", "share", True),
    Line("irr_undefined", "irr", "undefined_share", "share", True),
    Line("irr_flow", "irr_of_mean_cash_flow", "value", "rate"),
    Line("wal", "wal_years", "mean", "years"),
)
MUNICIPALITY = (
    Line("pays", "outcome_payments", "mean", "money"),
    Line("validated_own", "validated_savings", "mean", "money"),
    Line("true", "true_savings", "mean", "money"),
    Line("cashable", "cashable_savings", "mean", "money"),
    Line("own_costs", "own_costs", "mean", "money", True, opposite="own_gain"),
    Line("net", "net_cash", "mean", "money"),
    Line("net_low", "net_cash", "p05", "money"),
    Line("net_high", "net_cash", "p95", "money"),
    Line("pays_more", "pays_more_than_it_saves", "probability", "share"),
    Line("break_even", "break_even_cashability", "value", "share"),
    Line("reserve", "reserve", "p90", "money"),
)
TRANCHE = (
    Line("outlay", "outlay", "mean", "money"),
    Line("receipts", "receipts", "mean", "money"),
    Line("lost", "principal_loss", "probability", "share"),
    Line("irr_mean", "irr", "mean", "rate"),
    Line("wal", "wal_years", "mean", "years"),
)
ACCOUNTANT = (
    Line("files_opened", "files_opened", "mean", "number"),
    Line("accountant_gets", "receipts", "mean", "money"),
    Line("found_wrong", "errors", "mean", "money"),
    Line("uncertain", "uncertain", "mean", "money", True),
    Line("over_tolerance", "over_tolerance", "probability", "share", True),
)
TRIGGER = (
    Line("earned", "earned", "probability", "share"),
    Line("paid", "paid", "probability", "share"),
    Line("false_trigger", "false_trigger", "probability", "share"),
    Line("missed_trigger", "missed_trigger", "probability", "share"),
)

Cells = tuple[str, str, str]
"""A label, a figure and its error."""


class Page:
    """The tables of one simulation.

    Parameters
    ----------
    simulation : Simulation
    rows : sequence of Row
        Its summary, with the rows of the bridge.
    words : Words
    known : sequence of str
        What figures were corrected by, by the names of trials.
    """

    def __init__(
        self, simulation: Simulation, rows: Sequence[Row], *, words: Words, known: Sequence[str] = ()
    ) -> None:
        self.simulation, self.known = simulation, known
        self.deal: Scenario = simulation.deal
        self.rows = {(row.party, row.measure, row.statistic): row for row in rows}
        self.words = words

    def text(self, width: int | None = None) -> str:
        """Return the whole page.

        Parameters
        ----------
        width : int, optional
            Characters of a line; parties stand below each other where they do not fit beside each other.
        """
        parts = (
            self.head(), self.decides(), self.parties(width), *self.tranches(), self.bridge(), self.review(),
            self.trigger(), *assumptions(self.deal, self.words), self.foot(),
        )
        return "\n\n".join(filter(None, parts))

    def head(self) -> str:
        """Return name, trials, seed and digest, and the span of the deal."""
        deal, words, dates = self.deal, self.words, self.simulation.calendar.dates
        people = people_of(deal, words)
        return "\n".join((
            plain(deal.name),
            words("head", trials=words.trials(self.simulation.n_trials), seed=words.seed(self.simulation.source),
                  digest=deal.digest[:DIGEST], version=__version__),
            words("span", closing=dates[0], maturity=deal.timeline.day(deal.timeline.maturity),
                  cases=f"{people} · " if people else "", currency=deal.currency),
        ))

    def decides(self) -> str:
        """Return the three numbers that decide the deal, each with what it means."""
        words = self.words
        if not self.deal.programme.has_effect:
            return words("no_effect")
        if not self.deal.segments:
            return self._needs()
        n_cases = planned_people(self.deal)
        needed = self.rows["programme", "needed_success", "value"]
        lines = (
            (words("never") if needed.value != needed.value else self.value("needed_success", "share"),
             words("needed", expected=self.value("expected_success", "share"))),
            (self.value("effective_cases", "number"),
             words("effective", cases=words.number(n_cases),
                   known=self.value("effective_cases_given_parameters", "number"))),
            (self.value("savings_per_success", "euros"), words("per_success", currency=self.deal.currency)),
        )
        wide = max(len(number) for number, _ in lines)
        return "\n".join((words("decides"), *(f"  {number:>{wide}}  {text}" for number, text in lines)))

    def _needs(self) -> str:
        """Return what each metric must be, where a group is measured; nothing where no value decides anything."""
        lines = []
        for name, unit in self.deal.metrics.items():
            row = self.rows.get(("programme", f"needed_{name}", "value"))
            if row is not None and row.value > 0:
                today = self.words.plain_number(self.rows["programme", f"expected_{name}", "value"].value)
                said = self.deal.currency if unit == "eur" else self.words(f"in_{unit}")
                text = self.words("needs", metric=plain(name), unit=said, expected=today)
                lines.append((self.words.plain_number(row.value), text))
        wide = max((len(number) for number, _ in lines), default=0)
        told = [wrapped(text, f"  {number:>{wide}}  ", others=" " * (wide + 4)) for number, text in lines]
        return "\n".join((self.words("decides"), *told)) if told else ""

    def value(self, measure: str, style: str) -> str:
        """Return a figure of the programme, without its error."""
        return self.words.figure(self.rows["programme", measure, "value"], style)[0]

    def cells(self, party: str, lines: Iterable[Line]) -> Iterator[Cells]:
        """Yield label, figure and error of some lines of a party."""
        for line in lines:
            key = (party, line.measure, line.statistic)
            row = self.rows.get(key) if line.is_optional else self.rows[key]
            if row is None or (line.is_optional and not row.value):
                continue
            is_opposite = bool(line.opposite) and row.value < 0
            label, shown = (line.opposite, opposite(row)) if is_opposite else (line.label, row)
            yield (self.words(label), *self.words.figure(shown, line.style))

    def parties(self, width: int | None = None) -> str:
        """Return investor and outcome payer side by side."""
        parties = self.deal.parties
        payer = [*self.cells("municipality", MUNICIPALITY), *self._capacity()]
        left = block(self._title("investor", parties.investor), list(self.cells("investor", INVESTOR)))
        right = block(self._title("payer", parties.outcome_payer), payer)
        return beside(left, right, width=width)

    def _title(self, role: str, name: str) -> str:
        title, name = self.words(role), self.words.party(name)
        return title if name.lower() == title.lower() else self.words("party", role=title, name=plain(name))

    def _capacity(self) -> Iterator[Cells]:
        row = self.rows.get(("municipality", "resilience_ratio", "value"))
        if row is not None:
            yield (self.words("ratio", letter=ratio_class(row.value)), *self.words.figure(row, "years"))

    def tranches(self) -> Iterator[str]:
        """Yield the table of each tranche, where there are several."""
        names = [tranche.name for tranche in self.deal.contract.tranches]
        for name in names if len(names) > 1 else ():
            yield alone(block(self.words("tranche", name=plain(name)), list(self.cells(f"investor.{name}", TRANCHE))))

    def bridge(self) -> str:
        """Return the way from what is claimed to what is validated."""
        words = self.words
        if not self.deal.segments:
            return ""
        steps = [row for (_, name, statistic), row in self.rows.items()
                 if name.startswith(STEP) and statistic == "mean" and row.value]
        cells = [(words("claimed"), *words.figure(self.rows["accountant", "claimed", "mean"], "money"))]
        for row in steps:
            sign, taken = ("-", row) if row.value > 0 else ("+", opposite(row))
            cells.append((f"  {sign} {words.reason(row.measure.removeprefix(STEP))}", *words.figure(taken, "money")))
        cells.append((words("validated"), *words.figure(self.rows["accountant", "validated", "mean"], "money")))
        late = self.rows["accountant", "late", "mean"]
        cells += [(words("late"), *words.figure(late, "money"))] if late.value else []
        return alone(block(words("bridge"), cells))

    def review(self) -> str:
        """Return what the accountant did, where not every file is opened, decisions are fought or tolerances agreed."""
        terms = self.deal.accountant
        if not self.deal.segments or not (terms.is_sampled or terms.disputes.can_happen or terms.assurance):
            return ""
        return alone(block(self.words("review"), list(self.cells("accountant", ACCOUNTANT))))

    def trigger(self) -> str:
        """Return how often the trigger that decides is met, rightly and wrongly; nothing if there is none."""
        trigger = self.deal.contract.main_trigger
        if trigger is None:
            return ""
        return alone(block(self.words("trigger", name=plain(trigger.name)), list(self.cells("accountant", TRIGGER))))

    def foot(self) -> str:
        """Return what two words mean, what the errors are, and what was checked."""
        batches = self.simulation.batches
        method = self.words(error_method(self.simulation.n_trials, batches), n=batches.size)
        told = [self.words("meant"), self.words("error", method=method, checks=len(self.simulation.checks))]
        if self.known:
            told.append(Captions(self.words.lang, "").text("corrected", names=", ".join(map(plain, self.known))))
        return "\n".join(map(wrapped, told))

    def is_supported(self) -> bool:
        """Whether there are trials enough for every figure on the page."""
        few = self.words("few")
        shown = [*self.cells("investor", INVESTOR), *self.cells("municipality", MUNICIPALITY)]
        return all(note != few for _, _, note in shown)


def people_of(deal: Scenario, words: Words) -> str:
    """Return the number of cases or people; nothing where something other than people is measured."""
    n_people = planned_people(deal)
    if isinstance(deal.programme, EffectProgramme) and n_people == len(deal.programme.cohorts):
        return ""
    return words.people(n_people, of_cases=bool(deal.segments))


def opposite(row: Row) -> Row:
    """Return a row with its sign changed: what is no loss is a gain."""
    low, high = (None if end is None else -end for end in (row.high, row.low))
    return replace(row, value=-row.value, low=low, high=high)


def assumptions(deal: Scenario, words: Words) -> Iterator[str]:
    """Yield what is taken to be independent, and what is worth a second look."""
    told = [f"{sentence(each, words.lang)}  ({each.path})" for each in assumed_independent(deal)]
    yield _listed(words("independent"), told or [words("none_independent")])
    told = [f"{each.path} {sentence(each, words.lang)}" for each in cautions(deal)]
    if told:
        yield _listed(words("cautions"), told)


def _listed(heading: str, texts: Sequence[str]) -> str:
    return "\n".join((heading, *(wrapped(text, "  ", others="    ") for text in texts)))


def block(title: str, cells: Sequence[Cells]) -> list[str]:
    """Return a titled table of labels, figures and errors as lines of one length."""
    label, figure, note = (max((len(cell[place]) for cell in cells), default=0) for place in range(3))
    lines = [f"{cell[0]:<{label}}  {cell[1]:>{figure}} {cell[2]:<{note}}" for cell in cells]
    wide = max(map(len, (title, *lines)))
    return [f"{line:<{wide}}" for line in (title, "-" * wide, *lines)]


def alone(lines: Sequence[str]) -> str:
    """Return a block as it stands by itself."""
    return "\n".join(line.rstrip() for line in lines)


def beside(left: list[str], right: list[str], *, width: int | None) -> str:
    """Return two blocks side by side, or below each other where the line is too short for both."""
    if len(left[0]) + len(GAP) + len(right[0]) > (WIDEST if width is None else width):
        return f"{alone(left)}\n\n{alone(right)}"
    n_lines = max(len(left), len(right))
    left, right = (lines + [" " * len(lines[0])] * (n_lines - len(lines)) for lines in (left, right))
    return "\n".join(f"{one}{GAP}{other}".rstrip() for one, other in zip(left, right, strict=True))


def columns(rows: Sequence[Sequence[str]], *, n_left: int) -> list[str]:
    """Return rows as lines, the first ``n_left`` columns flush left and the others flush right."""
    wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
    flush = ["<"] * n_left + [">"] * (len(wide) - n_left)
    return [
        "  ".join(f"{text:{side}{width}}" for text, side, width in zip(row, flush, wide, strict=True)).rstrip()
        for row in rows
    ]


def ruled(lines: Sequence[str], *, n_heads: int = 1) -> str:
    """Return lines as a table with a rule below its heading."""
    return "\n".join((*lines[:n_heads], "-" * max(map(len, lines)), *lines[n_heads:]))


def panels(rows: Sequence[Sequence[str]], *, n_kept: int, width: int = WIDTH) -> Iterator[list[list[str]]]:
    """Yield the rows of tables that fit a line: each has the first ``n_kept`` columns, and some of the others.

    Examples
    --------
    >>> list(panels([["a", "1", "2"]], n_kept=1, width=4))
    [[['a', '1']], [['a', '2']]]
    """
    wide = [max(map(len, column)) + 2 for column in zip(*rows, strict=True)]
    kept, room = list(range(n_kept)), width + 2 - sum(wide[:n_kept])
    taken: list[int] = []
    for place in range(n_kept, len(wide)):
        if taken and sum(wide[each] for each in (*taken, place)) > room:
            yield [[row[each] for each in (*kept, *taken)] for row in rows]
            taken = []
        taken.append(place)
    yield [[row[each] for each in (*kept, *taken)] for row in rows]


def wrapped(text: str, first: str = "", *, others: str | None = None, width: int = WIDTH) -> str:
    """Return running text in lines, the first and the others each with their indent."""
    return textwrap.fill(plain(text, longest=None), width, initial_indent=first, break_on_hyphens=False,
                         subsequent_indent=first if others is None else others)


def plain(text: str, *, longest: int | None = LONGEST_NAME) -> str:
    """Return a text of a deal on one line, without marks that steer a terminal, cut off where it is long."""
    shown = " ".join("".join(mark if mark.isprintable() else " " for mark in text).split())
    return shown if longest is None or len(shown) <= longest else f"{shown[: longest - 3]}..."
