"""What kills this deal: the same deal under one stress after the other, on the same draws, paired with itself.

In come a deal and stresses, out goes a ``StressTest`` paper: what each leaves of the figures that are negotiated over,
the paired differences, the most harmful first, and every stress that could not be laid over the deal with the reason.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sib.analysis.compare import COMPARED, compare
from sib.deal.adapt import Adapted, DoesNotApplyError, Lack, adapt
from sib.deal.scenario import Scenario
from sib.deal.stress import GRADES, Grade, Stress
from sib.engine import Effort
from sib.errors import Problem, ScenarioError
from sib.results import Row

Figure = tuple[str, str]
"""Party and measure."""
INVESTOR: tuple[Figure, ...] = (("investor", "repaid_in_full"), ("investor", "principal_loss"), ("investor", "irr"))
PAYER: tuple[Figure, ...] = (
    ("municipality", "outcome_payments"), ("municipality", "net_cash"), ("municipality", "pays_more_than_it_saves"),
)
BAD_IF_HIGHER = {("investor", "principal_loss"), ("municipality", "pays_more_than_it_saves")}
TINY, LEAST_CENTS = 1e-9, 0.005
"""Mean differences below this are none: of a fraction, since returns are found by search; of an amount, half a cent."""
LIKELY = 0.5
"""A deal is taken to be killed where the chance of full repayment is no longer above this."""
ALL = "all"
"""Name of all stresses of a grade together."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which stresses are wanted.

    Parameters
    ----------
    stresses : tuple of Stress
    grades : tuple of {"mild", "severe"}
    combined : tuple of tuple of Stress
        Stresses to be laid over each other, besides each alone.
    together : bool
        Whether all of a grade are laid over each other as well, where there are two or more.
    """

    stresses: tuple[Stress, ...]
    grades: tuple[Grade, ...] = GRADES
    combined: tuple[tuple[Stress, ...], ...] = ()
    together: bool = True


@dataclass(frozen=True, slots=True)
class Case:
    """One stress in one grade, or several on top of each other.

    Parameters
    ----------
    stresses : tuple of Stress
        In the order in which they are laid; all that were asked for.
    grade : {"mild", "severe"}
    is_all : bool
        Whether it is all stresses of the grade together.
    """

    stresses: tuple[Stress, ...]
    grade: Grade
    is_all: bool = False

    @property
    def name(self) -> str:
        """The names of its stresses, or ``all``."""
        return ALL if self.is_all else "+".join(stress.name for stress in self.stresses)

    @property
    def is_single(self) -> bool:
        """Whether it is one stress alone."""
        return len(self.stresses) == 1 and not self.is_all


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A stress that is not laid over the deal, and why: terms that are lacking, or faults of what would come out."""

    case: Case
    lacks: tuple[Lack, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Laid:
    """A deal under a stress, before it is simulated; ``without`` are stresses that all together could not take in."""

    case: Case
    adapted: Adapted
    without: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be simulated.

    Parameters
    ----------
    deal : Scenario
    laid : tuple of Laid
    left_out : tuple of LeftOut
    """

    deal: Scenario
    laid: tuple[Laid, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def n_runs(self) -> int:
        """Deals to simulate, the one without stress among them."""
        return 1 + max(len(self.laid), 1)


@dataclass(frozen=True, slots=True)
class Stressed:
    """What a stress leaves of the figures.

    Parameters
    ----------
    laid : Laid
    figures : dict of (party, measure) to Row
        Under the stress.
    changes : dict of (party, measure) to Row
        Less what they are without it, trial by trial, with the error of the paired difference.
    """

    laid: Laid
    figures: dict[Figure, Row]
    changes: dict[Figure, Row]

    @property
    def case(self) -> Case:
        """The stress."""
        return self.laid.case


@dataclass(frozen=True, slots=True)
class StressTest:
    """A deal under stresses.

    Parameters
    ----------
    deal : Scenario
    seed, n_trials : int
    base : dict of (party, measure) to Row
        Without any stress.
    singles : tuple of Stressed
        One stress each, the most harmful to the investor first.
    together : tuple of Stressed
        Several on top of each other, in the order asked for, all of a grade last.
    left_out : tuple of LeftOut
    n_open : int
        Stresses that were given up before they were simulated.
    """

    deal: Scenario
    seed: int
    n_trials: int
    base: dict[Figure, Row]
    singles: tuple[Stressed, ...]
    together: tuple[Stressed, ...]
    left_out: tuple[LeftOut, ...] = field(default=())
    n_open: int = 0

    def is_likely_repaid(self) -> bool:
        """Whether the chance of full repayment is above a half without any stress."""
        return self.base["investor", "repaid_in_full"].value > LIKELY

    def killers(self) -> tuple[Stressed, ...]:
        """Return the single stresses under which the chance of full repayment is a half or less."""
        repaid = ("investor", "repaid_in_full")
        return tuple(each for each in self.singles if self.is_likely_repaid() and each.figures[repaid].value <= LIKELY)

    def worst_for_payer(self) -> Stressed | None:
        """Return the single stress that costs the outcome payer most cash, if any costs it some."""
        worst = min(self.singles, key=lambda each: _value(each, ("municipality", "net_cash")), default=None)
        return worst if worst is not None and _value(worst, ("municipality", "net_cash")) < 0 else None

    def worst_for_investor(self) -> Stressed | None:
        """Return the single stress that harms the investor most, if any does."""
        return self.singles[0] if self.singles and harm(self.singles[0]) > harm(None) else None


def plan(deal: Scenario, asked: Asked) -> Plan:
    """Lay every stress that is asked for over a deal; nothing is simulated yet."""
    laid, left_out = list[Laid](), list[LeftOut]()
    for grade in asked.grades:
        for stresses in (*((stress,) for stress in asked.stresses), *asked.combined):
            found = lay(deal, Case(tuple(stresses), grade))
            laid += [found] if isinstance(found, Laid) else []
            left_out += [found] if isinstance(found, LeftOut) else []
    for grade in asked.grades if asked.together else ():
        singles = [each.case.stresses[0] for each in laid if each.case.is_single and each.case.grade == grade]
        laid += list(_all_together(deal, singles, grade))
    return Plan(deal, tuple(laid), tuple(left_out))


def lay(deal: Scenario, case: Case) -> Laid | LeftOut:
    """Return a deal under a stress, or why there is none."""
    lacking = [stress.name for stress in case.stresses if case.grade not in stress.grades]
    if lacking:
        return LeftOut(case, (Lack("grade", tuple(lacking)),))
    try:
        return Laid(case, adapt(deal, [(stress, case.grade) for stress in case.stresses]))
    except DoesNotApplyError as error:
        return LeftOut(case, lacks=error.lacks)
    except ScenarioError as error:
        return LeftOut(case, problems=error.problems)


def _all_together(deal: Scenario, stresses: Sequence[Stress], grade: Grade) -> Iterator[Laid]:
    """Lay as many stresses over each other as make a valid deal, in their order."""
    under, taken, without = deal, list[Stress](), list[LeftOut]()
    for stress in stresses:
        found = lay(under, Case((stress,), grade))
        if isinstance(found, Laid):
            under = found.adapted.deal
            taken.append(stress)
        else:
            without.append(found)
    if len(taken) > 1:
        adapted = adapt(deal, [(stress, grade) for stress in taken])
        yield Laid(Case(tuple(taken), grade, is_all=True), adapted, tuple(without))


def stress_test(wanted: Plan, trials: int = 5_000, *, seed: int = 1, effort: Effort | None = None) -> StressTest:
    """Simulate a deal and itself under stresses, on the same draws.

    Parameters
    ----------
    wanted : Plan
    trials, seed : int
        As for a simulation.
    effort : Effort, optional
        Threads and progress; no figure depends on it.
    """
    others = tuple(each.adapted.deal for each in wanted.laid)
    found = compare((wanted.deal, *(others or (wanted.deal,))), trials, seed=seed, effort=effort)
    finished = [wanted.laid[place - 1] for place in found.places[1:] if wanted.laid]
    results = [
        Stressed(laid, _by_name(rows), _by_name(changes))
        for laid, rows, changes in zip(finished, found.rows[1:], found.differences, strict=False)
    ]
    singles = sorted((each for each in results if each.case.is_single), key=harm, reverse=True)
    together = [each for each in results if not each.case.is_single]
    return StressTest(wanted.deal, seed, found.n_trials, _by_name(found.rows[0]), tuple(singles), tuple(together),
                      wanted.left_out, n_open=found.n_open)


def _by_name(rows: Sequence[Row]) -> dict[Figure, Row]:
    return {(each.party, each.measure): row for each, row in zip(COMPARED, rows, strict=True)}


def harm(stressed: Stressed | None) -> tuple[float, ...]:
    """Return how much a stress harms the investor: in chance of full repayment, then of loss, then in mean IRR."""
    if stressed is None:
        return (0.0,) * len(INVESTOR)
    return tuple(_harm(stressed, figure) for figure in INVESTOR)


def _harm(stressed: Stressed, figure: Figure) -> float:
    return _value(stressed, figure) * (1 if figure in BAD_IF_HIGHER else -1) + 0.0


def _value(stressed: Stressed, figure: Figure) -> float:
    row = stressed.changes[figure]
    return 0.0 if math.isnan(row.value) or is_nothing(row) else row.value


def is_harmful(stressed: Stressed, figure: Figure) -> bool:
    """Whether a stress moves a figure to the worse for the party whose figure it is."""
    return _harm(stressed, figure) > 0


def is_nothing(row: Row) -> bool:
    """Whether a difference is none at all."""
    return abs(row.value) < (TINY if row.unit == "fraction" else LEAST_CENTS)


def is_clear(row: Row) -> bool:
    """Whether a difference is beyond its error."""
    return not is_nothing(row) and row.low is not None and row.high is not None and not row.low <= 0 <= row.high
