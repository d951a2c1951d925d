"""What the investor's terms may say."""

from __future__ import annotations

from typing import get_args

import pytest
from group_deal import refused
from pydantic import TypeAdapter

from sib.contract.financing import DRAWDOWNS
from sib.contract.guarantees import CALLS
from sib.contract.interest import DAY_COUNTS as COUNTED
from sib.deal.lending import (
    DAY_COUNTS,
    HOLDERS,
    NO_INTEREST,
    BuiltUp,
    Drawdown,
    Guarantee,
    Interest,
    Tranche,
)

YEARLY = {"rate": 0.04, "basis": "per_year", "compounding": "annual", "day_count": "ACT/365F"}


def test_every_kind_has_its_function():
    assert set(get_args(get_args(Drawdown)[0])) == set(DRAWDOWNS)
    assert set(get_args(get_args(Guarantee)[0])) == set(CALLS)
    assert set(DAY_COUNTS) == set(COUNTED)
    assert set(HOLDERS) == set(get_args(Tranche.model_fields["holder"].annotation))


@pytest.mark.parametrize(("kind", "terms", "words"), [
    (Interest, {"rate": 0.04}, "required"),
    (Interest, {"rate": 0.04, "basis": "per_year"}, "per year needs compounding and day_count"),
    (Interest, YEARLY | {"compounding": None}, "per year needs compounding and day_count"),
    (Interest, YEARLY | {"basis": "over_term"}, "over the term has no compounding and no day_count; leave them out"),
    (Interest, YEARLY | {"rate": 4}, "4% is written 0.04"),
    (Interest, YEARLY | {"rate": 0.123456789}, "more than eight decimals"),
    (Tranche, {"name": "a", "share": 70}, "70% is written 0.70"),
    (Tranche, {"name": "a", "share": 0.7, "holder": "guarantor"}, "'investor', 'provider' or 'funder'"),
    (Guarantee, {"kind": "recovery_floor", "name": "g"}, "takes exactly one of amount, share; found none of them"),
    (Guarantee, {"kind": "recovery_floor", "name": "g", "amount": 1, "share": 0.5}, "found amount and share"),
    (Guarantee, {"kind": "first_loss", "name": "g"}, "needs a limit; a first loss without one is a recovery floor"),
    (Guarantee, {"kind": "share_of_loss", "name": "g"}, "required"),
    (Guarantee, {"kind": "protected_principal", "name": "g", "share": 90}, "90% is written 0.90"),
    (Guarantee, {"kind": "built_up", "name": "g", "deposits": []}, "at least 1"),
    (Guarantee, {"kind": "share_of_loss", "name": "g", "share": 0.5, "chance_unable": 5}, "5% is written 0.05"),
    (Guarantee, {"kind": "share_of_loss", "name": "g", "share": 0.5, "by": "investor"},
     "'guarantor', 'provider' or 'outcome_payer'"),
    (Guarantee, {"kind": "share_of_loss", "name": "g", "share": 0.5, "limit": -1}, "is negative"),
    (Drawdown, {"kind": "schedule", "draws": []}, "at least 1"),
])
def test_what_is_refused(kind, terms, words):
    assert words in refused(kind, **terms)


def test_what_is_left_out():
    assert (NO_INTEREST.rate, NO_INTEREST.basis, NO_INTEREST.on) == (0, "over_term", "outstanding")
    tranche = Tranche(name="a", share=1)
    assert (tranche.holder, tranche.grant, tranche.interest) == ("investor", False, None)
    deposits = {"kind": "built_up", "name": "g", "deposits": [{"month": 0, "amount": 5}]}
    promise = TypeAdapter(Guarantee).validate_python(deposits)
    assert isinstance(promise, BuiltUp)
    assert (promise.by, promise.tranches, promise.limit, promise.chance_unable) == ("guarantor", None, None, 0)
