"""The contract's counting rules, in their order: what of a claim may count at all.

In comes a claim in cents, out goes what is left after each rule, so that the bridge can say what each rule
took. Model section 5 of docs/model.md. Whether the claim is right is not asked here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from sib.arrays import Bools, Cents, Ints
from sib.deal.audit import Counting
from sib.deal.programme import Segment
from sib.money import exact, share

RULES = (
    "law",
    "evidence",
    "class",
    "baseline",
    "months",
    "double_counting",
    "own_cost",
    "cap_per_case",
    "negative",
)
"""The rules, in the order in which they apply; the bridge has one line for each."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """What the rules need to know of claims.

    Parameters
    ----------
    amount : ndarray of shape (n_rows,)
        Cents claimed.
    months : ndarray of shape (n_rows,)
        Months over which it runs.
    lacks_evidence : ndarray of shape (n_rows,)
        Evidence is required and missing.
    own_cost : ndarray of shape (n_rows,)
        What the programme spent on the case, in cents.
    loss : ndarray of shape (n_rows,)
        Cents by which a case costs more than without help; 0 or more.
    """

    amount: Cents
    months: Ints
    lacks_evidence: Bools
    own_cost: Cents
    loss: Cents


def cell_shares(segment: Segment) -> dict[tuple[str, str], Fraction]:
    """Return the share of the gross saving by law and class; they add up to one."""
    if segment.shares is not None:
        return {
            (law, name): exact(getattr(cell, name))
            for law, cell in segment.shares.items()
            for name in ("direct", "real")
        }
    direct = exact(segment.direct_share or 0.0)
    by_class = (("direct", direct), ("real", 1 - direct))
    return {
        (law, name): exact(of_law) * part for law, of_law in (segment.by_law or {}).items() for name, part in by_class
    }


def counted_cells(counting: Counting, segment: Segment) -> dict[tuple[str, str], Fraction]:
    """Return the cells that the contract counts, with their shares."""
    return {
        (law, name): part
        for (law, name), part in cell_shares(segment).items()
        if law in counting.laws and name in counting.classes
    }


def fixed_shares(counting: Counting, segment: Segment) -> dict[str, Fraction]:
    """Return the part of a claim that each rule with a fixed share leaves, given the rules before it."""
    laws = sum((part for (law, _), part in cell_shares(segment).items() if law in counting.laws), Fraction(0))
    cells = sum(counted_cells(counting, segment).values(), Fraction(0))
    return {
        "law": laws,
        "class": cells / laws if laws else Fraction(0),
        "baseline": exact(segment.current_share) if counting.baseline == "current" else Fraction(1),
        "double_counting": 1 - exact(segment.double_count) if counting.double_counting == "excluded" else Fraction(1),
    }


def count(counting: Counting, claimed: Claimed, *, segment: Segment) -> Iterator[tuple[str, Cents]]:
    """Yield each rule that changes anything, with what is left of every claim after it.

    Parameters
    ----------
    claimed : Claimed

    Yields
    ------
    rule : str
        One of ``RULES``, in order.
    left : ndarray of shape (n_rows,)
        Cents; the last one is what counts.
    """
    fixed, kept = fixed_shares(counting, segment), Fraction(1)
    left = claimed.amount
    for rule in RULES[:6]:
        kept *= fixed.get(rule, 1)
        if not _bites(rule, counting, fixed=fixed, claimed=claimed):
            continue
        reached = RULES.index(rule)
        left = _portion(claimed.amount, kept, _months(counting, claimed.months, reached >= RULES.index("months")))
        if reached >= RULES.index("evidence"):
            left = left * ~claimed.lacks_evidence
        yield rule, left
    loss = claimed.loss
    if counting.negative == "net" and loss.any():
        loss = _portion(loss, kept, _months(counting, np.full_like(claimed.months, segment.saving_months), True))
    for rule, settle in (("own_cost", _own_cost), ("cap_per_case", _cap), ("negative", _negative)):
        after = settle(counting, left, claimed, loss)
        if after is not left:
            left = after
            yield rule, left


def counted(counting: Counting, claimed: Claimed, *, segment: Segment) -> Cents:
    """Return what counts of each claim, in cents."""
    after = [left for _, left in count(counting, claimed, segment=segment)]
    return after[-1] if after else claimed.amount


def _bites(rule: str, counting: Counting, *, fixed: dict[str, Fraction], claimed: Claimed) -> bool:
    """Whether a rule can change any of these claims."""
    if rule == "evidence":
        return bool(claimed.lacks_evidence.any())
    if rule == "months":
        return counting.max_months is not None and int(claimed.months.max(initial=0)) > counting.max_months
    return fixed[rule] != 1


def _months(counting: Counting, months: Ints, reached: bool) -> tuple[Ints, int] | None:
    """The months of each claim and the most that count; None where all of them count."""
    most = counting.max_months
    return (months, most) if reached and most is not None and int(months.max(initial=0)) > most else None


def _portion(amounts: Cents, kept: Fraction, months: tuple[Ints, int] | None) -> Cents:
    """Take the exact share, pro rata in months where fewer count than the claim has."""
    if months is None:
        return share(amounts, kept)
    left = np.empty_like(amounts)
    for length in np.unique(months[0]):
        mine = months[0] == length
        left[mine] = share(amounts[mine], kept * Fraction(min(int(length), months[1]), max(int(length), 1)))
    return left


def _own_cost(counting: Counting, left: Cents, claimed: Claimed, loss: Cents) -> Cents:
    """Take off what helping the case cost, where the contract counts it."""
    if counting.own_cost == "out":
        return left
    return left - claimed.own_cost * ((claimed.amount > 0) & ~claimed.lacks_evidence)


def _cap(counting: Counting, left: Cents, claimed: Claimed, loss: Cents) -> Cents:
    """At most the cap per case."""
    if counting.cap_per_case is None:
        return left
    return np.minimum(left, float(exact(counting.cap_per_case) * 100))


def _negative(counting: Counting, left: Cents, claimed: Claimed, loss: Cents) -> Cents:
    """Cases that cost more than without help: kept out, or set off."""
    if counting.negative == "net":
        return left - loss if loss.any() else left
    return np.maximum(left, 0.0) if (left < 0).any() else left
