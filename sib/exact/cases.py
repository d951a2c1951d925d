"""What one case brings: the law of what it is claimed, admissible, validated and truly saved.

In come a deal and one of its segments, out come ``Amounts`` of a success and of any other case. Every way in which a
claim can go is gone through with its chance; the counting rules are the contract's own. No draws are made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from sib.accountant.claims import counted_months
from sib.accountant.counting import Claimed, counted
from sib.arrays import Cents, Floats
from sib.deal.programme import Fixed, Segment
from sib.deal.scenario import Scenario
from sib.exact.amounts import FEWER, NODES, amount_law, few
from sib.exact.compound import Amounts
from sib.exact.reasons import refuse_where
from sib.money import exact, prorata, round_half_away, share

TAINTS = 20
"""Equally likely parts of an overstated claim that are too much."""

Way = tuple[float, Cents]
"""One way in which a case can go: its chance, and what it brings at each node of the saving."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A saving of a case at each node, with how long it lasts.

    Parameters
    ----------
    chance : float
        That it lasts so long.
    months : int
        Full months before a relapse.
    gross, shown : ndarrays of shape (n_nodes,)
        What it saves, and what a claim shows of it, in cents.
    months_shown : int
    """

    chance: float
    months: int
    gross: Cents
    shown: Cents
    months_shown: int


@dataclass(frozen=True, slots=True)
class View:
    """A segment as its accountant sees it."""

    deal: Scenario
    segment: Segment

    @property
    def is_blind(self) -> bool:
        """Whether a claim is made before anybody can know of a relapse."""
        return self.deal.accountant.claim_at == "plan" and self.deal.accountant.is_reviewed

    def amounts(self) -> tuple[Floats, Floats]:
        """Return what a success saves in euros, and the chances of it; fewer nodes where its months or claim vary."""
        varies = self.segment.hazard > 0 or self.chances()[1] > 0
        return amount_law(self.segment.saving, FEWER if varies else NODES)

    def saved(self, euros: Floats, part: float = 1.0) -> Iterator[Saved]:
        """Yield a saving, or a part of it, for each number of months that it can last."""
        months, hazard = self.segment.saving_months, self.segment.hazard
        cents = round_half_away(euros * 100)
        cents = cents if part == 1.0 else share(cents, exact(part))
        if not hazard:
            yield Saved(1.0, months, cents, cents, months)
            return
        for kept in range(months + 1):
            chance = (1 - hazard) ** kept * (hazard if kept < months else 1.0)
            gross = prorata(cents, np.full(len(cents), kept), whole=months)
            shown, until = (cents, months) if self.is_blind else (gross, kept)
            yield Saved(chance, kept, gross, shown, until)

    def counts(self, amounts: Cents, months: int, *, loss: float = 0.0) -> Cents:
        """Return what the contract's counting rules leave of claims over so many months."""
        own = self.own_cost() if self.deal.accountant.counting.own_cost == "in" else 0.0
        shape = amounts.shape
        claims = Claimed(
            amounts, np.full(shape, months), np.zeros(shape, dtype=np.bool_), np.full(shape, own), np.full(shape, loss)
        )
        return counted(self.deal.accountant.counting, claims, segment=self.segment)

    def own_cost(self) -> float:
        """Return what the work on a case costs, in cents; refused where cases ask for different amounts."""
        cost = 0.0
        for line in self.deal.budget.lines:
            if line.is_per_case:
                cost += round(line.unit_price * 100)
            elif line.when.per_case is not None:
                refuse_where(not isinstance(line.when.per_case, Fixed), "custom", line=line.activity)
                cost += max(round(getattr(line.when.per_case, "amount", 0.0) * 100), 0)
        return cost

    def chances(self) -> tuple[float, float, float]:
        """Return the chances of an invalid, an overstated and an unproved claim; none where nobody looks."""
        claims, counting = self.deal.accountant.claims, self.deal.accountant.counting
        if not self.deal.accountant.is_reviewed:
            return 0.0, 0.0, 0.0
        return claims.invalid, claims.overstated, claims.evidence_missing if counting.evidence_required else 0.0


def _claimed(view: View, saved: Saved) -> Iterator[Way]:
    overstated = view.chances()[1]
    yield 1 - overstated, saved.shown
    yield from _overstated(view, saved, overstated)


def _overstated(view: View, saved: Saved, chance: float) -> Iterator[Way]:
    for taint in few(view.deal.accountant.claims.taint, TAINTS) if chance else ():
        yield chance / TAINTS, round_half_away(saved.shown / (1 - taint))


def _admissible(view: View, saved: Saved) -> Iterator[Way]:
    yield 1.0, view.counts(saved.gross, saved.months)


def _validated(view: View, saved: Saved) -> Iterator[Way]:
    """A good claim: accepted, refused or cut, and perhaps appealed; an overstated one: found, or challenged."""
    terms, disputes = view.deal.accountant.review, view.deal.accountant.disputes
    _, overstated, missing = view.chances()
    honest, nothing = view.counts(saved.shown, saved.months_shown), np.zeros_like(saved.shown)
    good, restored = (1 - missing) * (1 - overstated), disputes.appeal * disputes.appeal_success
    looked_at = view.deal.accountant.is_reviewed
    refused = good * terms.wrong_rejection * looked_at
    cut = (good - refused) * terms.wrong_adjustment * looked_at
    slipped = (1 - terms.overstated_detected) * (1 - disputes.challenge * disputes.challenge_success)
    wrong = (1 - missing) * overstated
    yield missing, nothing
    yield good - refused - cut + (refused + cut) * restored + wrong * (1 - slipped), honest
    yield refused * (1 - restored), nothing
    yield cut * (1 - restored), share(honest, 1 - exact(terms.adjustment_share))
    for chance, amount in _overstated(view, saved, wrong * slipped):
        yield chance, view.counts(amount, saved.months_shown)


def _true(view: View, saved: Saved) -> Iterator[Way]:
    yield 1.0, round_half_away(saved.gross * _kept(view))


def _kept(view: View) -> float:
    """The part of a saving that is neither deadweight nor a return to the ordinary."""
    return (1 - view.segment.deadweight) * (1 - view.segment.regression_to_mean)


def _cases(view: View, saved: Saved) -> Iterator[Way]:
    for chance, amount in _validated(view, saved):
        yield chance, (amount > 0).astype(np.float64)


def _good_cases(view: View, saved: Saved) -> Iterator[Way]:
    for chance, amount in _admissible(view, saved):
        yield chance, (amount > 0).astype(np.float64)


def _files(view: View, saved: Saved) -> Iterator[Way]:
    yield 1.0, (saved.shown > 0).astype(np.float64) * view.deal.accountant.is_reviewed


SHOWN: dict[str, Callable[[View, Saved], Iterator[Way]]] = {
    "claimed": _claimed, "admissible": _admissible, "validated": _validated, "true": _true,
    "validated_cases": _cases, "admissible_cases": _good_cases, "files_opened": _files,
}
"""What a case that shows a saving brings, of each kind: the ways it can go, with their chances."""


FAULTLESS = ("admissible", "admissible_cases", "true")
"""What no error of anybody changes."""


def _failed_claim(view: View, what: str, saved: Saved) -> Iterator[Way]:
    """A failed case that is claimed all the same, as if it had succeeded."""
    terms, disputes = view.deal.accountant.review, view.deal.accountant.disputes
    missing = view.chances()[2]
    passes = (1 - missing) * (1 - terms.invalid_detected) * (1 - disputes.challenge * disputes.challenge_success)
    shown, nothing = saved.shown, np.zeros_like(saved.shown)
    counts = view.counts(shown, saved.months_shown)
    yield from {
        "claimed": [(1.0, shown)], "files_opened": [(1.0, (shown > 0).astype(np.float64))],
        "validated": [(passes, counts), (1 - passes, nothing)],
        "validated_cases": [(passes, (counts > 0).astype(np.float64)), (1 - passes, nothing)],
    }[what]


def _lost(view: View, what: str) -> float:
    """What a failed case without a claim brings: a loss that is set off, or nothing."""
    cost = -round(view.segment.failure_saving * 100)
    if what == "true":
        return float(round_half_away(np.array([-cost * _kept(view)]))[0])
    is_set_off = what in ("admissible", "validated") and view.deal.accountant.counting.negative == "net"
    return float(view.counts(np.zeros(1), view.segment.saving_months, loss=float(cost))[0]) if is_set_off else 0.0


def case_amounts(deal: Scenario, segment: Segment, *, what: str) -> tuple[Amounts, Amounts]:
    """Return what a success brings, and what any other case with a plan brings.

    Parameters
    ----------
    what : str
        One of ``SHOWN``.
    """
    view = View(deal, segment)
    euros, masses = view.amounts()
    won = _together(_of_saved(view, what, euros, 1.0), masses)
    part = segment.partial
    ways: list[Way] = []
    if part is not None:
        ways += [(part.chance * chance, amount) for chance, amount in _of_saved(view, what, euros, part.saving_share)]
    failed = 1.0 if part is None else 1 - part.chance
    invalid = view.chances()[0] if what not in FAULTLESS else 0.0
    lost = np.full(len(euros), _lost(view, what))
    if not invalid:
        return won, _together([*ways, (failed, lost)], masses)
    for saved in view.saved(euros):
        is_claimed = saved.shown > 0
        for chance, amount in _failed_claim(view, what, saved):
            ways.append((failed * invalid * saved.chance * chance, np.where(is_claimed, amount, lost)))
    return won, _together([*ways, (failed * (1 - invalid), lost)], masses)


def _of_saved(view: View, what: str, euros: Floats, part: float) -> Iterator[Way]:
    for saved in view.saved(euros, part):
        for chance, amount in SHOWN[what](view, saved):
            yield saved.chance * chance, amount


def won_apart(deal: Scenario, segment: Segment, *, what: str) -> Amounts:
    """Return what a success brings, node by node and way by way; of two kinds of amount side by side."""
    view = View(deal, segment)
    euros, masses = view.amounts()
    return _side_by_side(_of_saved(view, what, euros, 1.0), masses)


def _side_by_side(ways: Iterator[Way] | list[Way], masses: Floats) -> Amounts:
    found = [(chance * masses, amount) for chance, amount in ways if chance > 0]
    return Amounts(
        np.concatenate([amount for _, amount in found]), np.concatenate([chance for chance, _ in found])
    )


def _together(ways: Iterator[Way] | list[Way], masses: Floats) -> Amounts:
    """Put the ways together; equal amounts are added up."""
    apart = _side_by_side(ways, masses)
    distinct, place = np.unique(apart.values, return_inverse=True)
    return Amounts(distinct, np.asarray(np.bincount(place, apart.masses), dtype=np.float64))


def validated_between(deal: Scenario, segment: Segment, *, start: int) -> tuple[int, int]:
    """Return the first and the last period in which anything of a case of a start month can be validated."""
    terms, delay = deal.accountant, deal.accountant.delay
    low, high = (getattr(delay, end, getattr(delay, "months", 0)) for end in ("low", "high"))
    first, counted_last = start + segment.months_to_effect, counted_months(deal, segment) - 1
    last = first + counted_last
    if terms.claim_at == "plan":
        first = last = start
    elif terms.claim_at == "end" and not segment.hazard:
        first = last
    wait = terms.disputes.months if terms.disputes.can_happen else 0
    return first + low, last + high + wait
