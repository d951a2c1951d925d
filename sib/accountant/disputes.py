"""The one round of disputes after the review: which decisions are fought, and how that ends.

In come claims and what the reviewer decided, out go masks over the same rows. Model section 5 of docs/model.md.
What a dispute is worth in cents is worked out where the decision itself is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sib.arrays import Bools, Ints
from sib.programme.savings import Caseload


@dataclass(frozen=True, slots=True)
class Disputes:
    """What was fought, one value a row.

    Parameters
    ----------
    is_appealed, is_restored : ndarrays of shape (n_rows,)
        The provider fought the refusal or the cut of a good claim; it won, and the claim counts whole.
    is_challenged, is_corrected : ndarrays of shape (n_rows,)
        The outcome payer fought a wrong claim that was accepted; it won, and only what is true is left.
    """

    is_appealed: Bools
    is_restored: Bools
    is_challenged: Bools
    is_corrected: Bools

    @property
    def is_disputed(self) -> Bools:
        """Rows on which there was a dispute."""
        return self.is_appealed | self.is_challenged


    def borne_by(self, who: str) -> dict[str, Ints]:
        """Return the disputes that each side pays for: those that it brought, or those that it lost."""
        if who == "bringer":
            sides = (self.is_appealed, self.is_challenged)
        else:
            lost_appeal, lost_challenge = self.is_appealed & ~self.is_restored, self.is_challenged & ~self.is_corrected
            sides = (lost_appeal | self.is_corrected, lost_challenge | self.is_restored)
        return {"provider": sides[0].astype(np.int64), "outcome_payer": sides[1].astype(np.int64)}


def fight(load: Caseload, *, wronged: Bools, slipped: Bools) -> Disputes:
    """Draw what is fought and how it ends.

    Parameters
    ----------
    wronged, slipped : ndarrays of shape (n_rows,)
        Good claims that were refused or cut; wrong claims that were accepted.
    """
    terms = load.deal.accountant.disputes
    appealed = _drawn(load, "appeal", chance=terms.appeal, among=wronged)
    challenged = _drawn(load, "challenge", chance=terms.challenge, among=slipped)
    return Disputes(
        appealed,
        _drawn(load, "appeal decided", chance=terms.appeal_success, among=appealed),
        challenged,
        _drawn(load, "challenge decided", chance=terms.challenge_success, among=challenged),
    )


def months_waited(load: Caseload, disputes: Disputes) -> Ints:
    """Return how long each row waits for the end of its dispute."""
    return disputes.is_disputed * load.deal.accountant.disputes.months


def _drawn(load: Caseload, purpose: str, *, chance: float, among: Bools) -> Bools:
    """Return which of some rows a chance hits; nothing is drawn where it can hit none."""
    if chance == 0 or not among.any():
        return load.none()
    return among if chance == 1 else among & (load.uniforms(purpose) < chance)
