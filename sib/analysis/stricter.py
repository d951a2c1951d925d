"""What an accountant who errs less is worth to each party, beside what it costs to open a file.

In comes a deal, out goes a ``Stricter`` paper for each way to err less. All are simulated on the same draws, so that
only the errors differ and a gain is paired trial by trial. Fees stay those of the deal.
"""

from __future__ import annotations

from dataclasses import dataclass

from sib.analysis.design import price_of_a_file
from sib.analysis.evidence import PARTIES, Asked, stake_of
from sib.deal.audit import Review
from sib.deal.scenario import Scenario
from sib.engine import Effort, simulate
from sib.errors import RefusedError
from sib.measures import risk
from sib.measures.information import goes_now
from sib.results import Row, row_of

LEFT: dict[str, float] = {"half": 0.5, "none": 0.0}
"""By name: the part of its errors that is left."""


@dataclass(frozen=True, slots=True)
class Fewer:
    """An accountant who makes a part of the errors.

    Parameters
    ----------
    name : str
        As in ``LEFT``.
    review : Review
    gains : tuple of Row
        What each party gains by it, expected; less than nothing where the errors were to its good.
    a_file : tuple of float
        The same by file that is opened, in currency units: what it may cost more and still be worth it to the party.
    goes : tuple of bool
        Whether each party then goes.
    """

    name: str
    review: Review
    gains: tuple[Row, ...]
    a_file: tuple[float, ...]
    goes: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Stricter:
    """What fewer errors of the accountant are worth.

    Parameters
    ----------
    deal : Scenario
    files : Row
        Files that are opened, expected.
    price : float
        What the deal pays for one, in currency units.
    fewer : tuple of Fewer
    """

    deal: Scenario
    files: Row
    price: float
    fewer: tuple[Fewer, ...]


def stricter(
    deal: Scenario, trials: int = 20_000, *, seed: int = 1, asked: Asked | None = None, effort: Effort | None = None
) -> Stricter:
    """Return what half of its errors less, and no errors at all, of the accountant are worth to each party.

    Parameters
    ----------
    deal, trials, seed, asked, effort
        As for ``evidence``.

    Raises
    ------
    RefusedError
        When the accountant of this deal makes no errors.
    """
    asked = asked or Asked()
    if not deal.segments or not deal.accountant.is_reviewed or erring(deal.accountant.review, 0.0) == _plain(deal):
        raise RefusedError("accountant.review has no error to take away; set one, such as wrong_rejection")
    first = simulate(deal, trials, seed=seed, effort=effort)
    before = [stake_of(first, party, rule=asked.rule(party)) for party in PARTIES]
    files = row_of(deal, ("accountant", "files_opened", "mean"),
                   estimate=risk.mean(first.trials["accountant.files_opened"]), unit="count")
    found = []
    for name, part in LEFT.items():
        review = erring(deal.accountant.review, part)
        run = simulate(_with_review(deal, review), trials, seed=seed, effort=effort)
        after = [stake_of(run, party, rule=asked.rule(party)) for party in PARTIES]
        gains = tuple(
            row_of(deal, (party, "gain", "mean"), estimate=risk.mean((new.values - old.values) * 100))
            for party, new, old in zip(PARTIES, after, before, strict=True)
        )
        a_file = tuple(row.value / files.value if files.value else 0.0 for row in gains)
        found.append(Fewer(name, review, gains, a_file, tuple(map(goes_now, after))))
    return Stricter(deal, files, price_of_a_file(deal), tuple(found))


def erring(review: Review, part: float) -> Review:
    """Return a review that makes a part of the errors of another.

    Examples
    --------
    >>> erring(Review(wrong_rejection=0.1, invalid_detected=0.8), 0.5).model_dump(exclude_defaults=True)
    {'wrong_rejection': 0.05, 'invalid_detected': 0.9}
    """
    return Review(
        wrong_rejection=review.wrong_rejection * part, wrong_adjustment=review.wrong_adjustment * part,
        adjustment_share=review.adjustment_share, invalid_detected=1 - (1 - review.invalid_detected) * part,
        overstated_detected=1 - (1 - review.overstated_detected) * part,
    )


def _plain(deal: Scenario) -> Review:
    """Return the review of a deal without its sources."""
    return erring(deal.accountant.review, 1.0)


def _with_review(deal: Scenario, review: Review) -> Scenario:
    return deal.model_copy(update={"accountant": deal.accountant.model_copy(update={"review": review})})
