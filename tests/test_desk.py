"""The accountant's desk: whose cohort a case is in, where a period stands, and every claim decided on by itself."""

from __future__ import annotations

import numpy as np
from one_block import caseload, household, plain_deal

from sib.accountant.claims import claim
from sib.accountant.desk import Desk, one_by_one
from sib.chance.draws import BLOCK
from sib.programme.grid import grid

EARLY = {"name": "early", "from": 1, "to": 2, "segment": "households"}


def desk_of(**tables: object) -> Desk:
    deal = plain_deal(household(cases=6, intake={"from": 1, "months": 3}), **tables)
    load = caseload(deal)
    return Desk(load, claim(load), grid(deal))


def test_cohorts_are_windows_and_the_last_is_the_rest() -> None:
    desk = desk_of(contract={"cohorts": [EARLY]})
    assert desk.n_cohorts == 2
    assert desk.cohort_of(np.array([1, 2, 3])).tolist() == [0, 0, 1]
    assert desk.shape == (2, desk.calendar.n_periods + 1, BLOCK)


def test_what_comes_after_the_last_payment_date_stands_behind_the_last_period() -> None:
    desk = desk_of(timeline={"maturity": 14, "payment_dates": {"every": 7}})
    place = desk.place(np.array([1, 1]), np.array([14, 15]), trial=np.array([3, 3]))
    period, trial = np.divmod(place, BLOCK)
    assert period.tolist() == [14, desk.calendar.n_periods]
    assert trial.tolist() == [3, 3]


def test_one_by_one_every_claim_is_opened_and_due_after_its_delay() -> None:
    desk = desk_of(accountant={"delay": {"kind": "fixed", "months": 2}})
    found = one_by_one(desk)
    assert (found.due == desk.load.rows.start + 11 + 2).all()
    assert (found.is_opened == desk.claims.is_claimed).all()
    assert not found.wait.any()
    assert not found.is_extra.any()


def test_without_review_nothing_is_opened() -> None:
    assert not one_by_one(desk_of(accountant={"mode": "none"})).is_opened.any()
